"""Takes what the training prints from the master of its PTY, and never waits for anything else."""

import errno
import os
import time

from tuimon.guardian.console_memory import (
    DROPPED,
    ERROR,
    FIRST,
    GAP,
    HEAD,
    LONGEST_READ,
    ConsoleMemory,
)

_READS_AT_ONCE = 64
_BUSY = 1024
"""A read of so many bytes is followed by another at once; a line of a slow script is not, which
saves a third of the work."""

_LONGEST_NOTE = 256

_NOTED_EVERY = 1000
_MOST_OF_AN_AGE = 1 << 15
"""Milliseconds from one note of the time to the next: those of a year take 4 MB."""


class TerminalReader:
    """Reads a PTY into memory. When that is full, what is read is dropped and counted, and the gap
    is named in the output as soon as there is room again.
    """

    def __init__(self, master: int, memory: ConsoleMemory) -> None:
        """Goes on where another with the same `memory` was killed."""
        os.set_blocking(master, False)
        self._master = master
        self._memory = memory
        self._fields = memory.fields
        self._dropped = bytearray(LONGEST_READ)
        self.at_end = False
        """True once every process has closed the terminal."""
        self._noted_at = self._note_at = 0
        """When a note was made, and when the next one is due; in unix milliseconds."""
        self._recover()

    def read(self) -> bytes:
        """Take what is there, or part of it, and return it; sets `at_end` at the end of the
        terminal."""
        taken = []
        for _ in range(_READS_AT_ONCE):
            data = self._read()
            taken.append(data)
            if len(data) < _BUSY:
                break
        return b"".join(taken)

    def _read(self) -> bytes:
        room = self._room()
        length = self._read_into(room or memoryview(self._dropped))
        if room:
            data = bytes(room[:length])
            if length:
                self._note_time()
            self._fields[HEAD] += length
            return data
        self._fields[DROPPED] += length
        self._fields[GAP] += length
        return bytes(self._dropped[:length])

    def _note_time(self) -> None:
        now = time.time_ns() // 1_000_000
        if self._noted_at <= now < self._note_at:  # else it is due, or the clock was set back
            return
        self._memory.note(now)
        age = now - self._fields[FIRST]
        self._noted_at, self._note_at = now, now + max(_NOTED_EVERY, age // _MOST_OF_AN_AGE)

    def _read_into(self, buffer: memoryview) -> int:
        try:
            length = os.readv(self._master, [buffer])
        except BlockingIOError:
            return 0
        except OSError as error:
            # Linux reports EIO when the last process has closed the slave.
            if error.errno != errno.EIO:
                raise
            length = 0
        self.at_end = not length
        return length

    def _room(self) -> memoryview:
        """Where the next read may go; empty when it is to be dropped."""
        memory = self._memory
        memory.begin_anew()
        if self._fields[GAP]:
            # Not for a few bytes between two notes.
            if memory.unwritten > memory.capacity * 3 // 4:
                return memory.room()[:0]
            self._note_gap()
        return memory.room()

    def _note_gap(self) -> None:
        fields = self._fields
        why = os.strerror(fields[ERROR]) if fields[ERROR] else "the disk was too slow"
        text = f"\r\n[tuimon: {fields[GAP]} bytes of output are missing here: {why}]\r\n".encode()
        text = text[:_LONGEST_NOTE]
        self._memory.put(text)
        # In this order: while there is a gap, what lies behind HEAD is no output but a note begun.
        fields[GAP] = 0
        fields[HEAD] += len(text)

    def _recover(self) -> None:
        if self._fields[GAP]:
            self._memory.put(bytes(_LONGEST_NOTE))
        else:
            self._fields[HEAD] += len(bytes(self._memory.room()).rstrip(b"\0"))
