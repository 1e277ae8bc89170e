"""One line at a time to ``tuimon.log``, which is the guardian's standard error."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

_MOST_LINES = 1000
_lines = 0
_deliver: Callable[[Callable[[], object]], object] | None = None


def log(message: str) -> None:
    """Write a time-stamped line; never raises, and falls silent before it fills a disk."""
    global _lines
    _lines += 1
    if _lines > _MOST_LINES:
        return
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    line = f"{stamp} guardian[{os.getpid()}] {message}\n".encode(errors="backslashreplace")
    if _deliver is None:
        _write(line)
    else:
        _deliver(partial(_write, line))


def log_by(deliver: Callable[[Callable[[], object]], object]) -> None:
    """Hand lines that are to be written to `deliver`: where the log lies may hang."""
    global _deliver
    _deliver = deliver


def log_directly() -> None:
    """Write lines here, as in a process that has been forked."""
    global _deliver
    _deliver = None


def _write(line: bytes) -> None:
    with suppress(OSError):
        os.write(2, line)


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
