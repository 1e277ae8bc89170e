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


def describe(error: BaseException) -> str:
    """An error and the way to where it was raised: ``OSError(5, 'x') at run:163 tick:240``.

    The module traceback tells more, but would cost the guardian 0.4 MB.
    """
    way = []
    frame = error.__traceback__
    while frame is not None:
        way.append(f"{frame.tb_frame.f_code.co_qualname}:{frame.tb_lineno}")
        frame = frame.tb_next
    return f"{error!r} at {' '.join(way)}"
