"""Decoded images that are kept, for as much as they may take, for any threads.

A PNG of 3840x2160 takes 60 to 120 ms, with nearly all of it outside of Python's lock: neighbours of
what is seen are decoded meanwhile, and looked at in no time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from threading import Lock

from tuimon.summaries.images import Image
from tuimon.views.ahead import Ahead
from tuimon.views.image.pixels import Full, Pixels, Window, decode, size_of

_KEPT_BYTES = 32 << 20
"""Of pixels at the size of the view: frames that play, pictures of a strip, neighbours."""
_MOST_FULL = 16 << 20
"""Pixels of an image that is kept as it was decoded, to be zoomed: 48 MB of colours."""
_SLOW = 1 << 20
"""Pixels of an image that takes a while: smaller ones are not decoded ahead."""
_MOST_AHEAD = 16 << 20
"""Pixels of an image that is decoded ahead: two at once are to take no more than 100 MB."""

_Key = tuple[object, ...]


class Decoder:
    """Decodes each image once for a size, however many ask for it."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES, *, ahead: Ahead | None = None) -> None:
        self._most = kept_bytes
        self._lock = Lock()
        self._kept: OrderedDict[_Key, Pixels] = OrderedDict()  # the last used one last
        self._bytes = 0
        self._running: dict[_Key, Future[Pixels]] = {}
        self._full: tuple[_Key, Full] | None = None
        self._ahead = ahead or Ahead()

    @property
    def kept_bytes(self) -> int:
        """Of pixels at the size of the view."""
        return self._bytes

    def decode(
        self,
        image: Image,
        columns: int,
        lines: int,
        window: Window,
        frame: int = 0,
    ) -> Pixels:
        """:func:`tuimon.views.image.pixels.decode`; what it returns is shared."""
        return self._decoded(image, columns, lines, window, frame, keeps_full=True)

    def ahead(
        self,
        images: Iterable[Callable[[], Image | None]],
        columns: int,
        lines: int,
        window: Window,
    ) -> None:
        """Decode these next, what takes a while, instead of what was asked for before."""

        def job(read: Callable[[], Image | None]) -> None:
            image = read()
            if image is not None and takes_long(image):
                self._decoded(image, columns, lines, window, 0, keeps_full=False)

        self._ahead.want([partial(job, read) for read in images])

    def settled(self, timeout: float) -> bool:
        """Wait until what was asked for ahead is done; whether it is."""
        return self._ahead.wait(timeout)

    def _decoded(
        self,
        image: Image,
        columns: int,
        lines: int,
        window: Window,
        frame: int,
        *,
        keeps_full: bool,
    ) -> Pixels:
        # The image itself is not held: it may be large.
        whose = hash(image.data), len(image.data)
        key = (*whose, columns, lines, window, frame)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            running = self._running.get(key)
            if running is None:
                mine = self._running[key] = Future()
            full = self._full[1] if self._full is not None and self._full[0] == whose else None
        if running is not None:
            return running.result()
        try:
            found, full = decode(image, columns, lines, window, frame, full)
        except BaseException as error:
            with self._lock:
                del self._running[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._running[key]
            self._kept[key] = found
            self._bytes += found.nbytes
            while self._bytes > self._most and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= dropped.nbytes
            if keeps_full:
                self._full = (whose, full) if full and full.pixels <= _MOST_FULL else None
        mine.set_result(found)
        return found


def takes_long(image: Image) -> bool:
    """Whether an image, that is not too large to be decoded ahead, takes a while."""
    size = size_of(image)
    return size is not None and _SLOW <= size[0] * size[1] <= _MOST_AHEAD


SHARED = Decoder()
"""Of all views: what is kept is bounded for the process."""
