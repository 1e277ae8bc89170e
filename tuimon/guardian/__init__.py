"""The process that owns a training: PTY, console log, run.json, stop ladder. Stdlib only."""
