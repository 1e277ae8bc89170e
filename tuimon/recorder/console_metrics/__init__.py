"""Metrics that a training only prints: read from its console, written as event files."""
