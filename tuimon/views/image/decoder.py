"""Decoded images that are kept, for as much as they may take, for any threads.

A PNG of 3840x2160 takes 60 to 120 ms, with nearly all of it outside of Python's lock: neighbours of
what is seen are decoded meanwhile, and looked at in no time; of several that are seen at once each
appears when it is there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from functools import partial
from threading import BoundedSemaphore, Lock
from typing import NamedTuple

from tuimon.summaries.images import Image
from tuimon.views.image.pixels import DecodedImage, ImageError, ImageWindow, Pixels, decode, size_of

_KEPT_BYTES = 32 << 20
"""Of pixels at the size of the view: frames that play, pictures of a strip, neighbours."""
_MOST_FULL = 16 << 20
"""Pixels of an image that is kept as it was decoded while it is zoomed: 64 MB in Pillow."""
_SLOW = 1 << 20
"""Pixels of an image that takes a while: smaller ones are not decoded ahead."""
_MOST_AHEAD = 16 << 20
"""Pixels of an image that is decoded ahead."""
_AT_ONCE = 2
"""Images that take a while and are decoded at the same time: each takes 33 MB at 3840x2160."""
_FAILED_FOR = 5.0
"""Seconds after which one that could not be read or decoded is tried again."""

_Key = tuple[Hashable, ...]
_log = logging.getLogger(__name__)

Job = Callable[[], object]


class JobPool:
    """Does the jobs that were asked for last, in threads that end with the process.

    The pool of ``concurrent.futures`` would do everything that is queued before the process ends.
    """

    def __init__(self, threads: int = 2) -> None:
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._free = threads
        """Threads that are still to be started."""
        self._busy = 0

    def want(self, jobs: Iterable[Job]) -> None:
        """Do these next, in this order, instead of those that have not begun yet."""
        with self._changed:
            self._jobs = deque(jobs)
            while self._free and self._jobs:
                self._free -= 1
                threading.Thread(target=self._work, name="tuimon-ahead", daemon=True).start()
            self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all is done; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs and not self._busy, timeout)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs)
                job = self._jobs.popleft()
                self._busy += 1
            try:
                job()
            except Exception:
                # Whoever needs it meets the fault again, and says so.
                _log.debug("work ahead failed", exc_info=True)
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()
            del job


class ImageSource(NamedTuple):
    """An image that is read when it has to be decoded."""

    key: Hashable
    """Tells it from all others."""
    read: Callable[[], Image]
    """May raise ImageError."""


class _DecodeFailure(NamedTuple):
    error: ImageError
    until: float
    """Of the monotonic clock."""


class ImageDecoder:
    """Decodes each image once for a size, however many ask for it."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES, *, ahead: JobPool | None = None) -> None:
        self._most = kept_bytes
        self._lock = Lock()
        self._kept: OrderedDict[_Key, Pixels] = OrderedDict()  # the last used one last
        self._bytes = 0
        self._failed: dict[_Key, _DecodeFailure] = {}
        self._running: dict[_Key, Future[Pixels]] = {}
        self._full: tuple[Hashable, DecodedImage] | None = None
        self._slots = BoundedSemaphore(_AT_ONCE)
        self._ahead = ahead or JobPool()

    @property
    def kept_bytes(self) -> int:
        """Of pixels at the size of the view."""
        return self._bytes

    def decode(
        self, source: ImageSource, columns: int, lines: int, window: ImageWindow, frame: int = 0
    ) -> Pixels:
        """:func:`tuimon.views.image.pixels.decode`; what it returns is shared."""
        return self._decoded(source, columns, lines, window, frame)

    def several(
        self,
        sources: Sequence[ImageSource],
        columns: int,
        lines: int,
        window: ImageWindow,
        within: float | None,
    ) -> list[Pixels | ImageError | None]:
        """What there is of some images after so many seconds at most; the others go on meanwhile.

        The first ones come first; all are waited for where `within` is None.
        """
        keys = [(source.key, columns, lines, window, 0) for source in sources]
        with self._lock:
            missing = [
                source
                for source, key in zip(sources, keys, strict=True)
                if self._found(key) is None and key not in self._running
            ]
        self._ahead.want(
            partial(self._decoded, source, columns, lines, window, 0) for source in missing
        )
        self._ahead.wait(within)
        with self._lock:
            return [self._found(key) for key in keys]

    def ahead(
        self, sources: Iterable[ImageSource], columns: int, lines: int, window: ImageWindow
    ) -> None:
        """Decode these next, what takes a while, instead of what was asked for before."""

        def job(source: ImageSource) -> None:
            image = source.read()
            if _is_slow(image, _MOST_AHEAD):
                self._decoded(source._replace(read=lambda: image), columns, lines, window, 0)

        self._ahead.want([partial(job, source) for source in sources])

    def settled(self, timeout: float) -> bool:
        """Wait until what was asked for ahead is done; whether it is."""
        return self._ahead.wait(timeout)

    def _decoded(
        self, source: ImageSource, columns: int, lines: int, window: ImageWindow, frame: int
    ) -> Pixels:
        key = (source.key, columns, lines, window, frame)
        with self._lock:
            found = self._found(key)
            running = self._running.get(key)
            if found is None and running is None:
                mine = self._running[key] = Future()
            full = self._full[1] if self._full and self._full[0] == source.key else None
        if isinstance(found, ImageError):
            raise found.with_traceback(None)
        if found is not None:
            return found
        if running is not None:
            return running.result()
        try:
            image = source.read()
            with self._slots if _is_slow(image) else nullcontext():
                pixels, full = decode(image, columns, lines, window, frame, full)
        except BaseException as error:
            with self._lock:
                del self._running[key]
                if isinstance(error, ImageError):
                    self._remember(key, error)
            mine.set_exception(error)
            raise
        with self._lock:
            del self._running[key]
            self._keep(key, pixels)
            # Only who zooms wants other parts of it next.
            if window.zoom > 1:
                self._full = (source.key, full) if full.pixels <= _MOST_FULL else None
            elif self._full and self._full[0] != source.key:
                self._full = None
        mine.set_result(pixels)
        return pixels

    def _found(self, key: _Key) -> Pixels | ImageError | None:
        """What has become of an image, if that is known; with the lock."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        failed = self._failed.get(key)
        return failed.error if failed is not None and failed.until > time.monotonic() else None

    def _remember(self, key: _Key, error: ImageError) -> None:
        """Remember a failure for a while; with the lock."""
        now = time.monotonic()
        self._failed = {one: failed for one, failed in self._failed.items() if failed.until > now}
        self._failed[key] = _DecodeFailure(error, now + _FAILED_FOR)

    def _keep(self, key: _Key, pixels: Pixels) -> None:
        """Keep pixels, and drop those that were used longest ago; with the lock."""
        self._kept[key] = pixels
        self._bytes += pixels.nbytes
        while self._bytes > self._most and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.nbytes


def _is_slow(image: Image, most: int | None = None) -> bool:
    """Whether an image, of no more than `most` pixels, takes a while to decode."""
    size = size_of(image)
    pixels = size[0] * size[1] if size is not None else 0
    return pixels >= _SLOW and (most is None or pixels <= most)


SHARED = ImageDecoder()
"""Of all views: what is kept is bounded for the process."""
