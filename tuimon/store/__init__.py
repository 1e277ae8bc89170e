"""Runs, tags and series in memory, and the thread that follows log directories."""
