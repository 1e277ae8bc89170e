"""The files of a console: ``console.log``, which is being written, and the parts before it.

The guardian renames ``console.log`` when it has grown large: the first part is ``console.log.1``,
the next ``console.log.2`` and so on. Of many parts the oldest are deleted. Standard library only.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def part_path(log: Path, number: int) -> Path:
    """The finished part with that number, counted from 1."""
    return log.with_name(f"{log.name}.{number}")


def part_numbers(log: Path) -> list[int]:
    """The numbers of the finished parts that still exist, the oldest first."""
    suffixes = [path.name[len(log.name) + 1 :] for path in log.parent.glob(f"{log.name}.*")]
    return sorted(int(suffix) for suffix in suffixes if suffix.isascii() and suffix.isdigit())


def end_of_parts(log: Path, most: int) -> bytes:
    """The newest bytes of the finished parts, at most so many."""
    data = b""
    for number in reversed(part_numbers(log)):
        if len(data) >= most:
            break
        data = _end(part_path(log, number), most - len(data)) + data
    return data


def newest_bytes(log: Path, most: int) -> bytes:
    """The newest bytes of a console, at most so many; fewer where they cannot be read."""
    data = _end(log, most)
    with suppress(OSError):
        data = end_of_parts(log, most - len(data)) + data
    return data


def _end(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - most))
            return file.read(most)
    except OSError:
        return b""


def blocks_from_end(log: Path, size: int) -> Iterator[bytes]:
    """A console from its end to its beginning, in blocks of at most `size` bytes, as far as it
    can be read."""
    with suppress(OSError):
        for path in (log, *(part_path(log, number) for number in reversed(part_numbers(log)))):
            with path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                while end > 0:
                    begin = max(0, end - size)
                    file.seek(begin)
                    yield file.read(end - begin)
                    end = begin


class ConsoleReader:
    """Reads a console from its beginning, part by part, while it is being written."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._fd: int | None = None
        self._offset = 0
        self.incomplete = False
        """True when a part was deleted before it was read."""

    def read(self, size: int) -> bytes:
        """At most `size` bytes that follow those read before; empty at the present end.

        Raises:
            OSError: the log cannot be read.
        """
        if self._fd is None and not self._begin():
            return b""
        while True:
            if data := self._read(size):
                return data
            if not self._is_finished():
                return b""
            # Its end may have been written between the reading and the looking.
            if data := self._read(size):
                return data
            if not self._go_on():
                return b""

    @property
    def unread(self) -> int:
        """Bytes between those read and the present end; 0 before the first reading."""
        if self._fd is None:
            return 0
        this = os.fstat(self._fd)
        later = [part_path(self._log, number) for number in part_numbers(self._log)] + [self._log]
        sizes: list[int] = []
        for path in later:
            with suppress(FileNotFoundError):
                found = path.stat()
                # What comes before the open file has been read.
                sizes = [] if os.path.samestat(found, this) else [*sizes, found.st_size]
        return max(0, this.st_size - self._offset) + sum(sizes)

    def skip(self) -> None:
        """Leave out everything up to the present end."""
        self.close()
        if self._open(self._log):
            assert self._fd is not None
            self._offset = os.fstat(self._fd).st_size

    def close(self) -> None:
        """Close the file that is open."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _read(self, size: int) -> bytes:
        assert self._fd is not None
        data = os.pread(self._fd, size, self._offset)
        self._offset += len(data)
        return data

    def _begin(self) -> bool:
        if not self._open(self._log):
            return False
        # Listed after the opening, so that a part finished in between is not passed over.
        numbers = part_numbers(self._log)
        self.incomplete = numbers[:1] > [1]
        return not numbers or self._open(part_path(self._log, numbers[0]))

    def _is_finished(self) -> bool:
        """Whether the open file is a finished part: nothing will be added to it."""
        assert self._fd is not None
        try:
            return not os.path.samestat(self._log.stat(), os.fstat(self._fd))
        except FileNotFoundError:
            return False  # not yet there again

    def _go_on(self) -> bool:
        assert self._fd is not None
        this = os.fstat(self._fd)
        if not self._open(self._log):
            return False
        numbers = part_numbers(self._log)
        following: list[int] | None = None
        for index, number in enumerate(numbers):
            with suppress(FileNotFoundError):
                if os.path.samestat(part_path(self._log, number).stat(), this):
                    following = numbers[index + 1 :]
        if following is None:
            self.incomplete, following = True, numbers
        return not following or self._open(part_path(self._log, following[0]))

    def _open(self, path: Path) -> bool:
        """Open a file in the place of the one that is open; False when there is none."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        self.close()
        self._fd, self._offset = fd, 0
        return True
