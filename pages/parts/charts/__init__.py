"""The charts: pure functions from data to a figure. Plotly is imported in this package only."""
