"""plotext: all that touches it goes through here.

plotext 6.1 ends the process on numbers that are not finite or lie far outside the limits, and its
own figure is one for all. Figures made here share nothing with it: what a notebook sets there
stays. The one that frames are drawn with is for one thread at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

_turn = Lock()
_frames: Any = None


def load_plotext() -> bool:
    """Import plotext and let it draw frames from now on; return whether it can be used."""
    global _frames
    if _frames is None:
        try:
            _frames = new_figure()
        except (ImportError, OSError):  # no wheel for this platform: its kernel does not load
            return False
    return True


@contextmanager
def frame_figure() -> Iterator[Any]:
    """The figure of frames; None until plotext is loaded, and while another thread has it."""
    if _frames is None or not _turn.acquire(blocking=False):
        yield None
        return
    try:
        yield _frames
    finally:
        _turn.release()


def new_figure() -> Any:
    """A figure of its own, of any size. Raises ImportError and OSError without plotext."""
    import plotext

    terminal = type(plotext.terminal)()
    terminal.limit(False, False)
    return type(plotext.figure)(terminal)
