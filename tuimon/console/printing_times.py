"""When what in a console was printed, as the guardian has noted it while it read.

``console.times`` has pairs of 64-bit numbers, little-endian: the address of a byte and the unix
milliseconds at which it was read. What follows it was read later, up to the next pair; there is one
a second at most, and none while nothing is printed.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tuimon.console.rotation import times_path
from tuimon.regular_file import regular_file

UNKNOWN = float("-inf")
_PAIR = 16
_MOST = 1 << 24
"""Bytes that are read: more than a year takes."""


class PrintingTimes:
    """The times of a console that is being written."""

    def __init__(self, log: Path) -> None:
        self._path = times_path(log)
        self._read = 0
        self._places = array("q")
        self._times = array("d")
        self.poll()

    def poll(self) -> None:
        """Take in what was noted since."""
        with suppress(OSError), regular_file(self._path) as file:
            file.seek(self._read)
            data = file.read(_MOST - self._read)
            self._take(data[: len(data) // _PAIR * _PAIR])

    def _take(self, data: bytes) -> None:
        words = array("q", data)
        if sys.byteorder == "big":
            words.byteswap()
        self._read += len(data)
        for place, when in zip(words[::2], words[1::2], strict=True):
            # A clock that was set back makes none of the lines before it younger.
            if not self._places or place > self._places[-1]:
                self._places.append(place)
                self._times.append(max(when / 1000, self._times[-1] if self._times else UNKNOWN))

    def pieces(self, data: bytes, place: int) -> Iterator[tuple[float, bytes]]:
        """Output from a place on, cut where the time of what was printed changes."""
        index = bisect_right(self._places, place)
        at = 0
        while at < len(data):
            when = self._times[index - 1] if index else UNKNOWN
            end = self._places[index] - place if index < len(self._places) else len(data)
            if end > at:
                yield when, data[at:end]
            at, index = end, index + 1
