"""All that a training has printed, as folded lines, read backwards from its end as far as wanted.

A log may have hundreds of megabytes: only what was looked at is read, a block at a time. Threads
may call `older` while another one calls `poll`.
"""

from array import array
from contextlib import suppress
from copy import copy
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from tuimon.console.folding import LineFolder, fold
from tuimon.console.levels import LevelReader
from tuimon.console.printing_times import PrintingTimes
from tuimon.console.rotation import ConsoleReader, address, line_start, newest_bytes

BLOCK = 1 << 18
"""Bytes that are folded at once; some 5 ms."""

_BLOCKS_AT_ONCE = 4
_TAIL = 65536


class _Stretch(NamedTuple):
    """Output from one file."""

    data: bytes
    place: int
    """Its address."""


class ConsoleHistory:
    """The lines of a console.log and of the parts before it; `lines` grows at both ends."""

    def __init__(self, log: Path) -> None:
        """Read the newest block; a log that cannot be read has no lines."""
        self.lines: list[str] = []
        """Safe for a terminal. The newest ones may still change, see `poll`."""
        self.levels = bytearray()
        """Of each line, as `LevelReader` tells it."""
        self.times = array("d")
        """When each line was begun, as far as that was noted: unix seconds, else `UNKNOWN`."""
        self._printing_times = PrintingTimes(log)
        self._lock = Lock()
        self._reading_back = Lock()
        self._folder = LineFolder()
        self._level_reader = LevelReader()
        self._open_lines = 0
        """Lines at the end that may still change."""
        self._newer = ConsoleReader(log)
        with suppress(OSError):
            self._newer.skip()
        self._older = self._newer.copy()
        self._head: list[_Stretch] = []
        """What was read back of the line that ends where `lines` begin."""
        self._append(self._block_before())
        self.poll()

    def poll(self) -> bool:
        """Take in what was written since, or a part of it; whether there was anything."""
        changed = False
        with suppress(OSError):
            for _ in range(_BLOCKS_AT_ONCE):
                if not (data := self._newer.read(BLOCK)):
                    break
                self._printing_times.poll()
                number, offset = self._newer.place
                self._append([_Stretch(data, address(number, offset - len(data)))])
                changed = True
        return changed

    def older(self) -> int:
        """Read the block before; how many lines it has added at the beginning, 0 at the end."""
        with self._reading_back:
            while stretches := self._block_before():
                folder, times = LineFolder(), array("d")
                lines = self._folded(folder, stretches, times) + folder.finish()
                times.extend(times[-1:] * (len(lines) - len(times)))
                levels = bytes(map(LevelReader().read, lines))
                with self._lock:
                    self.times[:0], self.levels[:0] = times[: len(lines)], levels
                    self.lines[:0] = lines
                if lines:
                    return len(lines)
        return 0

    def close(self) -> None:
        """Close the files; the lines stay."""
        self._newer.close()
        self._older.close()

    def _append(self, stretches: list[_Stretch]) -> None:
        first = len(self.lines) - self._open_lines
        times = self.times[first:]
        done = self._folded(self._folder, stretches, times)
        pending = self._folder.pending()
        levels = bytes(map(self._level_reader.read, done))
        levels += bytes(map(copy(self._level_reader).read, pending))
        with self._lock:
            first = len(self.lines) - self._open_lines
            self.times[first:] = times[: len(done) + len(pending)]
            self.levels[first:], self.lines[first:] = levels, done + pending
        self._open_lines = len(pending)

    def _folded(
        self, folder: LineFolder, stretches: list[_Stretch], times: "array[float]"
    ) -> list[str]:
        """The lines that output completes; `times`, those of the lines that are open, grow by all
        that are begun."""
        done: list[str] = []
        for data, place in stretches:
            for when, piece in self._printing_times.pieces(data, place):
                done += folder.feed(piece)
                times.extend([when] * (len(done) + folder.open - len(times)))
        return done

    def _block_before(self) -> list[_Stretch]:
        """Whole lines that were not read back yet; empty at the beginning."""
        with suppress(OSError):
            while block := self._older.step_back(BLOCK):
                number, offset = self._older.place
                data = block + b"".join(stretch.data for stretch in self._head)
                is_first = self._older.is_first
                start = 0 if is_first else line_start(data)
                if start > len(block):
                    start = 0
                rest = [_Stretch(block[start:], address(number, offset + start)), *self._head]
                if start or is_first or len(data) >= BLOCK:
                    self._head = [_Stretch(block[:start], address(number, offset))]
                    return rest
                self._head = rest
        rest, self._head = self._head, []
        return rest


def read_tail(log: Path, lines: int) -> list[str]:
    """The last lines of a console.log, folded and safe; none when there is no log."""
    data = newest_bytes(log, _TAIL)
    return fold(data[line_start(data) :] if len(data) == _TAIL else data)[-lines:]
