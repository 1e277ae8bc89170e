"""All that a training has printed, as folded lines, read backwards from its end as far as wanted.

A log may have hundreds of megabytes: only what was looked at is read, a block at a time. Threads
may call `older` while another one calls `poll`.
"""

from contextlib import suppress
from copy import copy
from pathlib import Path
from threading import Lock

from tuimon.console.folding import LineFolder, fold
from tuimon.console.levels import LevelReader
from tuimon.console.rotation import ConsoleReader, line_start, newest_bytes

BLOCK = 1 << 18
"""Bytes that are folded at once; some 5 ms."""

_TAIL = 65536


class ConsoleHistory:
    """The lines of a console.log and of the parts before it; `lines` grows at both ends."""

    def __init__(self, log: Path) -> None:
        """Read the newest block; a log that cannot be read has no lines."""
        self.lines: list[str] = []
        """Safe for a terminal. The newest ones may still change, see `poll`."""
        self.levels = bytearray()
        """Of each line, as `LevelReader` tells it."""
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
        self._head = b""
        """What was read back of the line that ends where `lines` begin."""
        self._append(self._block_before())
        self.poll()

    def poll(self) -> bool:
        """Take in what was written since; whether there was anything."""
        changed = False
        with suppress(OSError):
            while data := self._newer.read(BLOCK):
                self._append(data)
                changed = True
        return changed

    def older(self) -> int:
        """Read the block before; how many lines it has added at the beginning, 0 at the end."""
        with self._reading_back:
            while data := self._block_before():
                if lines := fold(data):
                    levels = bytes(map(LevelReader().read, lines))
                    with self._lock:
                        self.levels[:0], self.lines[:0] = levels, lines
                    return len(lines)
        return 0

    def close(self) -> None:
        """Close the files; the lines stay."""
        self._newer.close()
        self._older.close()

    def _append(self, data: bytes) -> None:
        done = self._folder.feed(data)
        pending = self._folder.pending()
        levels = bytes(map(self._level_reader.read, done))
        levels += bytes(map(copy(self._level_reader).read, pending))
        with self._lock:
            first = len(self.lines) - self._open_lines
            self.levels[first:], self.lines[first:] = levels, done + pending
        self._open_lines = len(pending)

    def _block_before(self) -> bytes:
        """Whole lines that were not read back yet; empty at the beginning."""
        block = b""
        with suppress(OSError):
            block = self._older.read_back(BLOCK)
        data = block + self._head
        start = line_start(data) if len(block) == BLOCK else 0
        self._head = data[:start]
        return data[start:]


def read_tail(log: Path, lines: int) -> list[str]:
    """The last lines of a console.log, folded and safe; none when there is no log."""
    data = newest_bytes(log, _TAIL)
    return fold(data[line_start(data) :] if len(data) == _TAIL else data)[-lines:]
