"""Reading a console: ``console.log``, which is being written, and the parts before it.

The guardian renames ``console.log`` when it has grown large: the first part is ``console.log.1``,
the next ``console.log.2`` and so on. Of many parts the oldest are deleted. So a byte of a console
has an address that stays: the number of its part, which ``console.log`` has in advance, and the
offset within. Standard library only.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from tuimon.regular_file import open_regular

_OFFSET_BITS = 40


def part_path(log: Path, number: int) -> Path:
    """The finished part with that number, counted from 1."""
    return log.with_name(f"{log.name}.{number}")


def times_path(log: Path) -> Path:
    """The file that tells when what in a console was printed (`printing_times`)."""
    return log.with_name("console.times")


def address(number: int, offset: int) -> int:
    """A byte's part and its offset within, as one number."""
    return number << _OFFSET_BITS | offset


def part_numbers(log: Path) -> list[int]:
    """The numbers of the finished parts that still exist, the oldest first."""
    begin = f"{log.name}."
    try:
        # Without a pattern: to compile one takes half a megabyte of the pump's.
        names = os.listdir(log.parent)  # noqa: PTH208
    except OSError:
        return []
    suffixes = [name[len(begin) :] for name in names if name.startswith(begin)]
    return sorted(int(suffix) for suffix in suffixes if suffix.isascii() and suffix.isdigit())


def newest_bytes(log: Path, most: int) -> bytes:
    """The newest bytes of a console, at most so many; fewer where they cannot be read."""
    return next(blocks_from_end(log, most), b"")


def blocks_from_end(log: Path, size: int) -> Iterator[bytes]:
    """A console from its end to its beginning, in blocks of `size` bytes, as far as it can be read.

    Only the last one may be smaller.
    """
    block = b""
    for parts in (True, False):
        with suppress(OSError), closing(ConsoleReader(log, parts=parts)) as reader:
            reader.skip()
            while block := reader.read_back(size):
                yield block
            return
        if block:
            return


def line_start(data: bytes) -> int:
    """Where the first line begins that is whole: behind a line break, else a carriage return.

    0 if nothing follows one.
    """
    return data.find(b"\n", 0, -1) + 1 or data.find(b"\r", 0, -2) + 1


class ConsoleReader:
    """A place in a console, which is read from there forward and back while it is being written.

    A log that is cut is read from its new beginning; of one that is renamed or replaced, the rest
    is read, then the file in its place. What does not exist has no bytes; every method but `close`
    raises OSError where a file cannot be read.
    """

    def __init__(self, log: Path, *, parts: bool = True) -> None:
        """At the beginning; without `parts`, files named as such are none."""
        self._log = log
        self._parts = parts
        self._fd: int | None = None
        self._number = 0
        """Of the part that is open; for the log, the number that it will have."""
        self._offset = 0
        self.incomplete = False
        """True when a part was deleted before it was read."""

    def read(self, size: int) -> bytes:
        """At most `size` bytes that follow; empty at the present end."""
        if self._fd is None and not self._go_on():
            return b""
        while True:
            # Asked first: what is written until a part is finished is read from it.
            finished = self._is_finished()
            if data := self._read(size):
                return data
            if not finished or not self._go_on():
                return b""

    def read_back(self, size: int) -> bytes:
        """The `size` bytes before this place, which moves there; fewer at the beginning."""
        pieces: list[bytes] = []
        while size and (data := self.step_back(size)):
            pieces.append(data)
            size -= len(data)
        return b"".join(reversed(pieces))

    def step_back(self, most: int) -> bytes:
        """At most so many bytes before this place, which moves there: of one file alone."""
        if self._fd is None or not (step := self._step_back(most)):
            return b""
        return os.pread(self._fd, step, self._offset)

    @property
    def is_first(self) -> bool:
        """Whether there is nothing before this place."""
        return not self._offset and min(self._numbers(1), default=self._number) >= self._number

    @property
    def unread(self) -> int:
        """Bytes between this place and the present end."""
        if self._fd is None and not self._go_on():
            return 0
        rest = max(0, self._size - self._offset)
        if not self._is_finished():
            return rest
        later = [part_path(self._log, number) for number in self._numbers(self._number + 1)]
        return rest + sum(found.st_size for path in [*later, self._log] if (found := _stat(path)))

    @property
    def is_cut(self) -> bool:
        """Whether the file has become shorter than it was read: what follows is a new beginning."""
        return self._fd is not None and self._size < self._offset

    def skip(self) -> None:
        """Go to the present end."""
        if self._open_log() or self._open_before(sys.maxsize):
            self._offset = self._size

    @property
    def place(self) -> tuple[int, int]:
        """The part and the offset in it of what follows; (0, 0) where nothing was opened yet."""
        return self._number, self._offset

    def go_to(self, place: tuple[int, int]) -> bool:
        """Go to a place that a reader of this console was at; False when it is gone."""
        number, offset = place
        if not self._open_log():
            return False
        if self._number != number and not self._open_first([number]):
            return False
        if self._number != number or self._size < offset:
            return False
        self._offset = offset
        return True

    def copy(self) -> "ConsoleReader":
        """Another reader at the same place."""
        other = ConsoleReader(self._log, parts=self._parts)
        if self._fd is not None:
            other._fd, other._number = os.dup(self._fd), self._number
            other._offset = self._offset
        return other

    def close(self) -> None:
        """Close the file that is open; another reading would begin anew."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _read(self, size: int) -> bytes:
        assert self._fd is not None
        data = os.pread(self._fd, size, self._offset)
        if not data and self.is_cut:
            self._offset = 0
            data = os.pread(self._fd, size, 0)
        self._offset += len(data)
        return data

    def _step_back(self, most: int) -> int:
        """Go back within a file, or into the one before; by how much, 0 at the beginning."""
        offset = min(self._offset, self._size)
        while offset == 0 < most:
            if not self._open_before(self._number):
                return 0
            offset = self._size
        self._offset = max(0, offset - most)
        return offset - self._offset

    @property
    def _size(self) -> int:
        assert self._fd is not None
        return os.fstat(self._fd).st_size

    def _numbers(self, first: int) -> list[int]:
        """Of the parts from that one on."""
        numbers = part_numbers(self._log) if self._parts else []
        return [number for number in numbers if number >= first]

    def _is_finished(self) -> bool:
        """Whether another file has the log's place: nothing will be added to the open one."""
        found = _stat(self._log)
        return found is not None and not self._is_open(found)

    def _go_on(self) -> bool:
        """Open what follows the part that is at its end, or the beginning."""
        after = self._number if self._fd is not None else 0
        if not self._open_log():
            return False
        # Listed after the opening, so that a part finished in between is not passed over.
        self._open_first(self._numbers(after + 1))
        self.incomplete = self.incomplete or self._number != after + 1
        return True

    def _open_log(self) -> bool:
        numbers = self._numbers(1)
        if not self._open(self._log, numbers[-1] + 1 if numbers else 1):
            return False
        # A part may have been finished since the listing: the file that is open, or one before.
        while self._parts and (part := _stat(part_path(self._log, self._number))):
            if self._is_open(part):
                break
            self._number += 1
        return True

    def _open_before(self, number: int) -> bool:
        return self._open_first([part for part in self._numbers(1) if part < number][::-1])

    def _open_first(self, numbers: list[int]) -> bool:
        """Open the first of these parts that is there; whether there is one."""
        return any(self._open(part_path(self._log, number), number) for number in numbers)

    def _open(self, path: Path, number: int) -> bool:
        try:
            fd = open_regular(path)
        except FileNotFoundError:
            return False
        self.close()
        self._fd, self._number, self._offset = fd, number, 0
        return True

    def _is_open(self, found: os.stat_result) -> bool:
        assert self._fd is not None
        return os.path.samestat(found, os.fstat(self._fd))


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
