"""Side-by-side measurements: every figure is a ratio of two runs in one go on one machine, never a timed test."""
