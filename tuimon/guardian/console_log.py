"""What the training has printed, from memory to ``console.log``: no byte lost or doubled."""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tuimon.console.rotation import address, part_numbers, part_path, times_path
from tuimon.guardian.console_memory import ERROR, OPENED, START, TAIL, TOLD, ConsoleMemory
from tuimon.guardian.log import log

PART_SIZE = 64 << 20
"""Bytes after which a new console.log is begun; at the next end of a line, if there is one."""

MOST_PARTS = 4
"""Finished parts that are kept. A progress bar at 10 Hz fills one in twelve hours."""

_WORD = 8
_LONGEST_LINE = 1 << 20
_LONGEST_WRITE = 1 << 20


class ConsoleLog:
    """Appends what waits in memory to a file and never fails.

    What cannot be written (full disk, vanished directory) stays in memory, to be tried again.
    """

    def __init__(self, path: Path, memory: ConsoleMemory, part_size: int = PART_SIZE) -> None:
        """Goes on where another with the same `memory` was killed, at the first `write`."""
        self._path = path
        self._part_size = part_size
        self._memory = memory
        self._fields = memory.fields
        self._file = -1
        self._size = 0
        self._number = 0
        """That the file will have as a part."""
        self._follows = True
        """Whether the file is still the one that was written to before."""

    def write(self) -> bool:
        """Write all that waits; False when it cannot be: it is to be tried again later."""
        try:
            if self._file < 0:
                self._open()
            while data := self._memory.pending(_LONGEST_WRITE):
                self._append(data)
        except OSError as error:
            self._fields[ERROR] = error.errno or errno.EIO
            self.close()
            return False
        self._fields[ERROR] = 0
        return True

    def close(self) -> None:
        """Close the file; the next `write` opens it again."""
        if self._file >= 0:
            file, self._file, self._follows = self._file, -1, False
            os.close(file)

    def _open(self) -> None:
        fields, memory = self._fields, self._memory
        self._file = _open(self._path)
        self._size = os.fstat(self._file).st_size
        self._number = (part_numbers(self._path) or [0])[-1] + 1
        if fields[OPENED] and self._follows:
            # Of what waits, whoever was killed may have written some.
            done = self._size + fields[START] - fields[TAIL]
            memory.take_out(max(0, min(done, memory.unwritten)))
        fields[START] = fields[TAIL] - self._size
        fields[OPENED] = 1

    def _append(self, data: memoryview) -> None:
        data = data[: self._to_end_of_part(data)]
        self._tell_times(self._fields[TAIL] + len(data))
        written = os.write(self._file, data)
        ends_line = data[written - 1] == 10
        self._memory.take_out(written)
        self._size += written
        over = self._size - self._part_size
        if over >= 0 and (ends_line or over >= _LONGEST_LINE):
            self._begin_part()

    def _tell_times(self, end: int) -> None:
        """Write when what is before `end` was read, for who asks; nothing is lost without."""
        notes = self._memory.notes(end)
        if notes:
            start = self._fields[START]
            pairs = ((address(self._number, max(0, at - start)), when) for at, when in notes)
            with suppress(OSError):
                _append_whole(times_path(self._path), pairs)
            self._fields[TOLD] += len(notes)

    def _to_end_of_part(self, data: memoryview) -> int:
        """How much of `data` this part takes: up to the end of the line with which it is full."""
        last = max(0, self._part_size - self._size - 1)
        if last >= len(data):
            return len(data)
        return bytes(data).find(b"\n", last) + 1 or len(data)

    def _begin_part(self) -> None:
        """Put the file aside, as the last of the parts; on failure go on with it."""
        numbers = part_numbers(self._path)
        number = numbers[-1] + 1 if numbers else 1
        part = part_path(self._path, number)
        try:
            self._path.rename(part)
            try:
                file = _open(self._path)
            except OSError:
                part.rename(self._path)
                raise
            old, self._file, self._size = self._file, file, 0
            self._fields[START] = self._fields[TAIL]
            self._number = number + 1
            os.close(old)
            for number in numbers[: 1 - MOST_PARTS]:
                part_path(self._path, number).unlink(missing_ok=True)
        except OSError as error:
            log(f"console.log cannot be put aside: {error}")
            # Not at every line: after as many bytes again.
            self._part_size += PART_SIZE


def _append_whole(path: Path, pairs: Iterable[tuple[int, int]]) -> None:
    """Add pairs of words to a file; what a full disk or a kill has left of one is written over."""
    words = b"".join(word.to_bytes(_WORD, "little") for pair in pairs for word in pair)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        size = os.lseek(file, 0, os.SEEK_END)
        os.pwrite(file, words, size - size % (2 * _WORD))
    finally:
        os.close(file)


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
