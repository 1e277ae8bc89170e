"""One line at a time to ``tuimon.log``, which is the guardian's standard error."""

import os
import sys
import time
from contextlib import suppress

_MOST_LINES = 1000
_lines = 0


def log(message: str) -> None:
    """Write a time-stamped line; never raises, and falls silent before it fills a disk."""
    global _lines
    _lines += 1
    if _lines > _MOST_LINES:
        return
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{stamp} guardian[{os.getpid()}] {message}\n")
        sys.stderr.flush()
