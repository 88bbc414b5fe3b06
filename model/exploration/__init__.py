"""Exploration: free questions to the analysis surface, within what it may show, and within limits of size and time."""
