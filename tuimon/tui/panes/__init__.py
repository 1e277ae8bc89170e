"""Panes of the viewer: what is on its screens, each with its own keys."""
