"""Logs that are no event files, each kind in a module: loaded by name, imported by nobody."""
