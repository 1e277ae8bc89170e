"""What an event file is known by: bytes at places that were read.

Names change (a directory is renamed, a link moved), and a name may stand for another file tomorrow;
inodes change when a file is copied over. What has been read of a file stays in it as long as it is
the same one.
"""

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

from tuimon.regular_file import open_regular, regular_file

_HEAD_BYTES = 40
"""A version record has as many: with a time in microseconds."""


class Mark(NamedTuple):
    """The `length` bytes before `end` have this CRC-32."""

    end: int
    length: int
    crc: int


def mark_of(end: int, seam: bytes) -> Mark:
    """The mark of bytes that end at `end`."""
    return Mark(end, len(seam), crc32(seam))


def still_holds(path: str, marks: Iterable[Mark | None], size: int = 0) -> bool:
    """Whether a file is there, has `size` bytes at least, and all that is known of it."""
    try:
        file = open_regular(path)
    except OSError:
        return False
    try:
        large_enough = os.fstat(file).st_size >= size
        return large_enough and all(mark is None or _is_in(file, mark) for mark in marks)
    except OSError:
        return False
    finally:
        os.close(file)


def _is_in(file: int, mark: Mark) -> bool:
    data = os.pread(file, mark.length, mark.end - mark.length)
    return len(data) == mark.length and crc32(data) == mark.crc


def head_of(path: str) -> Mark | None:
    """The mark of a file's first bytes, in which its writer's clock is; None of a shorter file."""
    try:
        with regular_file(path) as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None
    return mark_of(len(head), head) if len(head) == _HEAD_BYTES else None


class FileMarks:
    """The marks of one file in ascending order, some 16 bytes each, and that of its head."""

    def __init__(self, head: Mark | None = None) -> None:
        self.head = head
        self._ends = array("Q")
        self._lengths = array("B")
        self._crcs = array("L")

    def add(self, mark: Mark) -> None:
        """Take one in; those behind it are forgotten: what they told of was overwritten."""
        self.cut(mark.end - 1)
        self._ends.append(mark.end)
        self._lengths.append(mark.length)
        self._crcs.append(mark.crc)

    def cut(self, end: int) -> None:
        """Forget what lies behind `end`."""
        while self._ends and self._ends[-1] > end:
            for column in (self._ends, self._lengths, self._crcs):
                column.pop()

    @property
    def last(self) -> Mark | None:
        """The last one."""
        return self._at(len(self._ends) - 1) if self._ends else None

    def before(self, offset: int) -> Mark | None:
        """The last one that ends at `offset` at most."""
        number = bisect_right(self._ends, offset)
        return self._at(number - 1) if number else None

    def newest_in(self, path: str, size: int) -> Mark | None:
        """The last mark that a file of `size` bytes has, one at byte 0 if it has the head alone.

        Raises:
            OSError: it cannot be read.
        """
        file = open_regular(path)
        try:
            for number in range(bisect_right(self._ends, size) - 1, -1, -1):
                if _is_in(file, mark := self._at(number)):
                    return mark
            has_head = self.head is not None and _is_in(file, self.head)
        finally:
            os.close(file)
        return Mark(0, 0, 0) if has_head else None

    def _at(self, number: int) -> Mark:
        return Mark(self._ends[number], self._lengths[number], self._crcs[number])
