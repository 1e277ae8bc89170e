"""What the training prints, from the PTY master to ``console.log``: no byte lost or doubled.

The process that does this may be killed between any two instructions, and another goes on. So what
it knows is in memory that outlives it, shared with its parent, and every step can be repeated:

1. A read puts output straight into a buffer of zeros. Killed before it has noted how much came,
   the process leaves it there up to the last byte that is not zero: all but trailing NULs.
2. It is appended to the file, whose size before that is noted: what it has grown is done.
3. The buffer is zeroed, and only then is its length forgotten.
"""

import errno
import mmap
import os
from contextlib import suppress
from pathlib import Path

from tuimon.console.rotation import part_numbers, part_path
from tuimon.guardian.log import log

PART_SIZE = 64 << 20
"""Bytes after which a new console.log is begun; at the next end of a line, if there is one."""

MOST_PARTS = 4
"""Finished parts that are kept. A progress bar at 10 Hz fills one in twelve hours."""

_LONGEST_LINE = 1 << 20
_BUFFER_SIZE = 65536
_READS_PER_DRAIN = 64
_BUSY = 1024
"""A read of so many bytes is followed by another at once; a line of a slow script is not, which
saves a third of the work."""

_WORD = 8


# Signed 64-bit numbers in the shared memory; no enumeration, whose look-up costs at every line.
_LENGTH = 0
"""Bytes in the buffer."""
_BASE = 1
"""Size of the file before the buffer is appended."""
_WRITTEN = 2
_DROPPED = 3
_GAP = 4
"""Bytes dropped since the last that were written."""
_ERROR = 5
"""errno of the last write that failed; 0 after one that did not."""
_FIELDS = 6


class ConsoleMemory:
    """The memory that outlives whoever empties the terminal; inherited by fork."""

    def __init__(self) -> None:
        shared = memoryview(mmap.mmap(-1, _WORD * _FIELDS + _BUFFER_SIZE))
        self.fields = shared[: _WORD * _FIELDS].cast("q")
        self.buffer = shared[_WORD * _FIELDS :]

    @property
    def written(self) -> int:
        """Bytes in the log, all parts together."""
        return self.fields[_WRITTEN]

    @property
    def dropped(self) -> int:
        """Bytes that could not be written."""
        return self.fields[_DROPPED]

    @property
    def error(self) -> str | None:
        """Why writing fails at the moment."""
        number = self.fields[_ERROR]
        return os.strerror(number) if number else None


class ConsoleLog:
    """Appends everything a PTY delivers to a file and never fails.

    A training blocks as soon as nobody reads its terminal, so reading goes on when writing is
    impossible (full disk, vanished directory): the bytes are counted, and the gap is named in
    the file once it can be written again.
    """

    def __init__(
        self, master: int, path: Path, memory: ConsoleMemory, part_size: int = PART_SIZE
    ) -> None:
        """Goes on where another with the same `memory` was killed."""
        os.set_blocking(master, False)
        self._master = master
        self._path = path
        self._part_size = part_size
        self._fields = memory.fields
        self._buffer = memory.buffer
        self._zeros = bytes(_BUFFER_SIZE)
        self._file = -1
        with suppress(OSError):  # tried again at each writing
            self._file = _open(path)
        self.at_end = False
        """True once every process has closed the terminal."""
        self._recover()

    def drain(self) -> None:
        """Move what is there, or part of it; sets `at_end` at the end of the terminal."""
        for _ in range(_READS_PER_DRAIN):
            try:
                length = os.readv(self._master, [self._buffer])
            except BlockingIOError:
                return
            except OSError as error:
                # Linux reports EIO when the last process has closed the slave.
                if error.errno != errno.EIO:
                    raise
                length = 0
            if not length:
                self.at_end = True
                return
            self._fields[_LENGTH] = length
            self._store(0)
            if length < _BUSY:
                return

    def _recover(self) -> None:
        fields = self._fields
        size = fields[_BASE] if self._file < 0 else os.fstat(self._file).st_size
        left = len(bytes(self._buffer).rstrip(b"\0"))
        if not fields[_LENGTH]:
            if not left:
                fields[_BASE] = size
                return
            fields[_LENGTH] = left
        self._store(max(0, size - fields[_BASE]))

    def _store(self, done: int) -> None:
        """Append the buffer to the file, `done` bytes of which are there already."""
        fields, length = self._fields, self._fields[_LENGTH]
        data = self._buffer[:length]
        end = self._buffer[length - 1]
        if fields[_GAP]:
            data = memoryview(self._note() + data)
        data = data[done:]
        written = self._append(data)
        missing = min(len(data) - written, length)
        if missing:
            fields[_DROPPED] += missing
            fields[_GAP] += missing
        else:
            fields[_GAP] = fields[_ERROR] = 0
        self._buffer[:length] = self._zeros[:length]
        fields[_LENGTH] = 0
        base = fields[_BASE] + done + written
        fields[_BASE] = base
        fields[_WRITTEN] += written
        if base >= self._part_size and (end == 10 or base >= self._part_size + _LONGEST_LINE):
            self._begin_part()

    def _note(self) -> bytes:
        gap, error = self._fields[_GAP], os.strerror(self._fields[_ERROR])
        return f"\r\n[tuimon: {gap} bytes of output are missing here: {error}]\r\n".encode()

    def _append(self, data: memoryview) -> int:
        """Write as much as possible; the number of bytes written."""
        done = 0
        try:
            if self._file < 0:
                self._file = _open(self._path)
                self._fields[_BASE] = os.fstat(self._file).st_size
            while done < len(data):
                done += os.write(self._file, data[done:])
        except OSError as error:
            self._fields[_ERROR] = error.errno or errno.EIO
        return done

    def _begin_part(self) -> None:
        """Put the file aside, as the last of the parts; on failure go on with it."""
        numbers = part_numbers(self._path)
        part = part_path(self._path, numbers[-1] + 1 if numbers else 1)
        try:
            self._path.rename(part)
            try:
                file = _open(self._path)
            except OSError:
                part.rename(self._path)
                raise
            os.close(self._file)
            self._file = file
            self._fields[_BASE] = 0
            for number in numbers[: 1 - MOST_PARTS]:
                part_path(self._path, number).unlink(missing_ok=True)
        except OSError as error:
            log(f"console.log cannot be put aside: {error}")
            # Not at every line: after as many bytes again.
            self._part_size += PART_SIZE


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
