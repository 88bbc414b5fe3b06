"""Fair statistics for small counts: trends over time, comparison between units, patterns, portraits."""
