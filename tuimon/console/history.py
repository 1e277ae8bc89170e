"""All that a training has printed, as folded lines, read backwards from its end as far as wanted.

A log may have hundreds of megabytes: only what was looked at is read, a block at a time. One
thread may call `older` while another one calls `poll`.
"""

import os
from pathlib import Path
from threading import Lock

from tuimon.console.files import part_numbers, part_path
from tuimon.console.folding import LineFolder, fold

BLOCK = 1 << 18
"""Bytes that are folded at once; some 5 ms."""


class ConsoleHistory:
    """The lines of a console.log and of the parts before it; `lines` grows at both ends."""

    def __init__(self, log: Path) -> None:
        """Read the newest block; a log that cannot be read has no lines."""
        self.lines: list[str] = []
        """Safe for a terminal. The newest ones may still change, see `poll`."""
        self._log = log
        self._lock = Lock()
        self._folder = LineFolder()
        self._open_lines = 0
        """Lines at the end that may still change."""
        self._fd = self._opened(log)
        # Listed after the opening, so that no part is finished in between unseen.
        self._parts = [
            number for number in part_numbers(log) if not self._is_open(part_path(log, number))
        ]
        size = 0 if self._fd is None else os.fstat(self._fd).st_size
        self._start = self._line_start(self._fd, max(0, size - BLOCK))
        """Where in the oldest file that was read the lines begin."""
        self._offset = self._start
        self._oldest: Path | None = None
        """The part that `_start` is in; None: the file that is open."""
        self.poll()

    def poll(self) -> bool:
        """Take in what was written since; whether there was anything."""
        changed = self._read()
        if self._fd is not None and self._log.exists() and not self._is_open(self._log):
            # Rotated: the rest of the old one, then the new one from its beginning.
            changed = self._read() or changed
            self.close()
            self._fd, self._offset = self._opened(self._log), 0
            changed = self._read() or changed
        return changed

    def older(self) -> int:
        """Read the block before; how many lines it has added at the beginning, 0 at the end."""
        while self._start == 0:
            if not self._parts:
                return 0
            self._oldest = part_path(self._log, self._parts.pop())
            try:
                self._start = self._oldest.stat().st_size
            except OSError:
                self._start = 0  # deleted meanwhile, as the oldest ones are
        fd = self._fd if self._oldest is None else self._opened(self._oldest)
        begin = self._line_start(fd, max(0, self._start - BLOCK), below=self._start)
        data = b"" if fd is None else os.pread(fd, self._start - begin, begin)
        if self._oldest is not None and fd is not None:
            os.close(fd)
        self._start = begin if data else 0
        lines = fold(data)
        with self._lock:
            self.lines[:0] = lines
        return len(lines) or self.older()

    def close(self) -> None:
        """Close the file; the lines stay."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _read(self) -> bool:
        changed = False
        while self._fd is not None and (data := os.pread(self._fd, BLOCK, self._offset)):
            self._offset += len(data)
            done = self._folder.feed(data)
            pending = self._folder.pending()
            with self._lock:
                self.lines[len(self.lines) - self._open_lines :] = done + pending
            self._open_lines = len(pending)
            changed = True
        return changed

    def _is_open(self, path: Path) -> bool:
        try:
            return self._fd is not None and os.path.samestat(path.stat(), os.fstat(self._fd))
        except OSError:
            return False

    @staticmethod
    def _opened(path: Path) -> int | None:
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None

    @staticmethod
    def _line_start(fd: int | None, offset: int, below: int | None = None) -> int:
        """The first beginning of a line from `offset` on, below `below`; else `offset`."""
        if fd is None or offset == 0:
            return offset
        data = os.pread(fd, BLOCK if below is None else below - offset, offset)
        for separator in (b"\n", b"\r"):
            place = data.find(separator)
            if 0 <= place < len(data) - 1:
                return offset + place + 1
        return offset
