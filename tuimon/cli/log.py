"""The log of viewers and other commands: details of what went wrong, off the screen."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from tuimon.runs.paths import state_home


def open_log() -> Path:
    """Let log messages go to the state directory's viewer.log; returns its path."""
    path = state_home() / "viewer.log"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(path, maxBytes=1 << 20, backupCount=1)
    except OSError:
        handler = logging.NullHandler()
    logging.basicConfig(handlers=[handler], format="%(asctime)s %(name)s %(message)s")
    return path
