"""What lies between the training's terminal and the disk: memory that outlives whoever works on it.

A training blocks as soon as nobody reads its terminal, and a disk may hang for minutes. So one
thread reads the terminal into this memory (`terminal_reader`) and another one moves it to
``console.log`` (`console_log`). It is shared with the guardian: what has been read and not yet
written survives the process of both, which may be killed between any two instructions. Each number
in it has one writer, and every step can be repeated:

- A read puts output straight behind `HEAD`, where all is zeros, and then moves `HEAD`. Killed in
  between, it has left the output up to the last byte that is not zero: all but trailing NULs.
- What is written makes the file longer, is zeroed, and then `TAIL` moves. Killed in between, the
  size of the file tells how much of it is done.
- Now and then a read is preceded by a note of when it was, and then `NOTED` moves; notes that were
  written are counted by `TOLD`. Killed in between, one is made or written again.
"""

import mmap
import os
from collections.abc import Iterator

CAPACITY = 32 << 20
"""Bytes that may wait for the disk. Memory is taken by those that do, not by the room for them."""

LONGEST_READ = 65536

_RELEASED = 16384
"""Bytes from which memory that was read is given back, instead of being filled with zeros."""
_GROWN = 1 << 20
_WORD = 8

# Signed 64-bit numbers in the shared memory; no enumeration, whose look-up costs at every line.
HEAD = 0
"""Bytes that were read since the beginning."""
TAIL = 1
"""Bytes of them that have been written."""
ORIGIN = 2
"""That of these which lies at the beginning of the memory, or has."""
START = 3
"""That of these with which console.log begins."""
OPENED = 4
"""Whether `START` is known."""
DROPPED = 5
"""Bytes that were not kept."""
GAP = 6
"""Bytes dropped since the last that were kept."""
ERROR = 7
"""errno of the last write that failed; 0 after one that did not."""
NOTED = 8
"""Notes that were made."""
TOLD = 9
"""Notes of them that have been written."""
FIRST = 10
"""When the first one was made."""
_FIELDS = 11

MOST_NOTES = (mmap.PAGESIZE - _WORD * _FIELDS) // (2 * _WORD)
"""Notes that may wait for the disk: what its page has room for."""


class ConsoleMemory:
    """A ring of bytes with its numbers; inherited by fork."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._map = mmap.mmap(-1, mmap.PAGESIZE + capacity)
        shared = memoryview(self._map)
        self.fields = shared[: _WORD * _FIELDS].cast("q")
        self._notes = shared[_WORD * _FIELDS :][: 2 * _WORD * MOST_NOTES].cast("q")
        self._ring = shared[mmap.PAGESIZE :]
        self.capacity = capacity

    @property
    def received(self) -> int:
        """Bytes that the terminal has delivered, those that were dropped left out."""
        return self.fields[HEAD]

    @property
    def written(self) -> int:
        """Bytes in the log, all parts together."""
        return self.fields[TAIL]

    @property
    def unwritten(self) -> int:
        """Bytes that wait for the disk."""
        return self.fields[HEAD] - self.fields[TAIL]

    @property
    def dropped(self) -> int:
        """Bytes that were not kept."""
        return self.fields[DROPPED]

    @property
    def error(self) -> str | None:
        """Why writing fails at the moment."""
        number = self.fields[ERROR]
        return os.strerror(number) if number else None

    def blocks_from_end(self, size: int) -> Iterator[bytes]:
        """What waits for the disk, from its end to its beginning, in blocks of at most `size`."""
        end = self.fields[HEAD]
        while (length := min(end - self.fields[TAIL], size)) > 0:
            end -= length
            yield b"".join(self._pieces(end, length))

    # For the reader.

    def begin_anew(self) -> None:
        """Once all is written, go on at the beginning: so a few pages are enough for most."""
        fields = self.fields
        head, origin = fields[HEAD], fields[ORIGIN]
        if head == fields[TAIL] and head != origin:
            if head - origin > _GROWN:
                self._release(0, self.capacity)
            fields[ORIGIN] = head

    def room(self) -> memoryview:
        """The zeros behind `HEAD`, for one read; empty when the memory is full."""
        fields = self.fields
        begin = (fields[HEAD] - fields[ORIGIN]) % self.capacity
        free = self.capacity - (fields[HEAD] - fields[TAIL])
        return self._ring[begin : begin + min(LONGEST_READ, self.capacity - begin, free)]

    def put(self, data: bytes) -> None:
        """Copy data behind `HEAD`, which stays; there must be room."""
        for piece in self._pieces(self.fields[HEAD], len(data)):
            piece[:], data = data[: len(piece)], data[len(piece) :]

    def note(self, now: int) -> None:
        """What is read next is read at that time, in unix milliseconds; no more than fit."""
        fields = self.fields
        number = fields[NOTED]
        if number - fields[TOLD] < MOST_NOTES:
            at = number % MOST_NOTES * 2
            self._notes[at], self._notes[at + 1] = fields[HEAD], now
            fields[FIRST] = fields[FIRST] or now
            fields[NOTED] = number + 1

    # For the writer.

    def notes(self, end: int) -> list[tuple[int, int]]:
        """Those not written yet of what is before `end`: from which byte on, and when."""
        found = []
        for number in range(self.fields[TOLD], self.fields[NOTED]):
            at = number % MOST_NOTES * 2
            if self._notes[at] >= end:
                break
            found.append((self._notes[at], self._notes[at + 1]))
        return found

    def pending(self, most: int) -> memoryview:
        """The oldest bytes that have not been written."""
        fields = self.fields
        tail = fields[TAIL]
        length = min(fields[HEAD] - tail, most)
        return next(self._pieces(tail, length), self._ring[:0])

    def take_out(self, length: int) -> None:
        """The oldest bytes have been written."""
        tail = self.fields[TAIL]
        position = (tail - self.fields[ORIGIN]) % self.capacity
        for piece in self._pieces(tail, length):
            if len(piece) < _RELEASED:
                piece[:] = bytes(len(piece))
            else:
                self._release(position, len(piece))
            position = 0
        self.fields[TAIL] = tail + length

    def _pieces(self, offset: int, length: int) -> Iterator[memoryview]:
        """Where so many bytes from `offset` on lie: in one place or two."""
        begin = (offset - self.fields[ORIGIN]) % self.capacity
        while length > 0:
            piece = self._ring[begin : begin + length]
            yield piece
            length -= len(piece)
            begin = 0

    def _release(self, begin: int, length: int) -> None:
        """Make zeros of a part, and give its whole pages back to the system."""
        end = begin + length
        first = -(-begin // mmap.PAGESIZE) * mmap.PAGESIZE
        last = end // mmap.PAGESIZE * mmap.PAGESIZE
        try:
            self._map.madvise(mmap.MADV_REMOVE, mmap.PAGESIZE + first, last - first)
        except (AttributeError, OSError):  # Linux has it
            first = last = end
        for part in (self._ring[begin:first], self._ring[last:end]):
            part[:] = bytes(len(part))
