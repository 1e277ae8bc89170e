"""The pump: what the training prints, from the PTY master to ``console.log``."""

import errno
import os
from pathlib import Path

_READ_SIZE = 65536
_READS_PER_DRAIN = 64
_BUSY = 1024
"""A read of so many bytes is followed by another at once; a line of a slow script is not, which
saves a third of the guardian's work."""


class ConsoleLog:
    """Appends everything a PTY delivers to a file and never fails.

    A training blocks as soon as nobody reads its terminal, so reading goes on when writing is
    impossible (full disk, vanished directory): the bytes are counted, and the gap is named in
    the file once it can be written again.
    """

    def __init__(self, master: int, path: Path) -> None:
        os.set_blocking(master, False)
        self._master = master
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._gap = 0
        self.written = 0
        """Bytes in the file."""
        self.dropped = 0
        """Bytes that could not be written."""
        self.error: str | None = None
        """Why writing fails at the moment."""
        self.at_end = False
        """True once every process has closed the terminal."""

    def drain(self) -> None:
        """Move what is there, or part of it; sets `at_end` at the end of the terminal."""
        for _ in range(_READS_PER_DRAIN):
            try:
                data = os.read(self._master, _READ_SIZE)
            except BlockingIOError:
                return
            except OSError as error:
                # Linux reports EIO when the last process has closed the slave.
                if error.errno != errno.EIO:
                    raise
                data = b""
            if not data:
                self.at_end = True
                return
            self._write(data)
            if len(data) < _BUSY:
                return

    def _write(self, data: bytes) -> None:
        if self._gap:
            note = f"\r\n[tuimon: {self._gap} bytes of output are missing here: {self.error}]\r\n"
            if self._append(note.encode()) < len(note):
                self._gap += len(data)
                self.dropped += len(data)
                return
            self._gap = 0
            self.error = None
        missing = len(data) - self._append(data)
        self._gap += missing
        self.dropped += missing

    def _append(self, data: bytes) -> int:
        """Write as much as possible; the number of bytes written."""
        done = 0
        try:
            while done < len(data):
                done += os.write(self._file, data[done:])
        except OSError as error:
            self.error = error.strerror or str(error)
        self.written += done
        return done
