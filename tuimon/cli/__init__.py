"""The command line: one module per command; what they share is in `shared`."""
