"""Memory that pieces of files are read into."""

import os
import threading
from contextlib import suppress

import numpy as np

from tuimon.events.fields import Buffer

PIECE_BYTES = 8 << 20
"""Read at a time while somebody else decodes: starting a thread takes a tenth of the reading."""
_MOST_KEPT_BYTES = 8 << 20
_FREED_BYTES = 4 << 20


class ReadBuffer:
    """Memory that is used again for each piece of a file, by one thread.

    Fresh memory comes from the system page by page, which takes longer than to read a file into it.
    """

    def __init__(self, piece_bytes: int = PIECE_BYTES) -> None:
        self.piece_bytes = piece_bytes
        """What `read_through` reads at a time."""
        self._memory = _memory(0)
        self._ahead: _ReadAhead | None = None
        # Decoding takes and frees arrays of some MB all the time. glibc returns each to the system
        # until one of this size was freed: what is smaller is then kept (mallopt(3)).
        np.empty(_FREED_BYTES, np.uint8)

    def read(self, file: int, size: int, offset: int) -> Buffer:
        """At most `size` bytes of an open file, valid until the next call. Raises OSError."""
        if size > _MOST_KEPT_BYTES:
            return os.pread(file, size, offset)
        if len(self._memory) < size:
            self._memory = _memory(size)
        view = self._memory[:size]
        return view[: os.preadv(file, [view], offset)].toreadonly()

    def read_through(self, file: int, offset: int, rest: int, owner: object) -> Buffer:
        """A long piece of an open file, valid until the next call by its `owner`.

        `rest` is what the file has behind `offset`. While the piece is decoded, a thread reads the
        next one, if there is another whole one; it ends by itself. The next call goes on where
        decoding ended, and its piece begins with what was left. One file at a time is read ahead.
        Raises OSError.
        """
        ahead, self._ahead = self._ahead, None
        window: Buffer | None = None
        if ahead is not None and ahead.owner is owner:
            window = ahead.window(offset, rest)
        if window is None or ahead is None:
            ahead = _ReadAhead(owner, self.piece_bytes)
            window = ahead.read(file, offset, rest)
        if rest - len(window) >= self.piece_bytes and ahead.start(file, offset, window):
            self._ahead = ahead
        return window


class _ReadAhead:
    """Two pieces of memory: one in use, the other for a thread that reads what follows.

    Each has room before it for what is left of the other.
    """

    def __init__(self, owner: object, size: int) -> None:
        self.owner = owner
        self._size = size
        self._used, self._spare = _memory(2 * size), _memory(2 * size)
        self._before: Buffer = b""
        self._offset = 0  # where `before` ends, and what is read ahead begins
        self._count = 0
        self._thread: threading.Thread | None = None

    def read(self, file: int, offset: int, rest: int) -> Buffer:
        """A piece of the file, read at once. Raises OSError."""
        view = self._used[self._size :][:rest]
        return view[: os.preadv(file, [view], offset)].toreadonly()

    def start(self, file: int, offset: int, before: Buffer) -> bool:
        """Begin to read behind `before`, which lies at `offset`; whether a thread can be had."""
        self._before, self._offset, self._count = before, offset + len(before), 0
        own = os.dup(file)
        self._thread = threading.Thread(
            target=self._fill, args=(own,), name="tuimon-read-ahead", daemon=True
        )
        try:
            # Returns when the thread runs: from then on it reads without the interpreter.
            self._thread.start()
        except RuntimeError:  # the user's limit of threads
            os.close(own)
            return False
        return True

    def _fill(self, file: int) -> None:
        view = self._spare[self._size :]
        with suppress(OSError):  # who needs these bytes reads them again, and gets the error
            self._count = os.preadv(file, [view], self._offset)
        os.close(file)

    def window(self, offset: int, rest: int) -> Buffer | None:
        """What lies from `offset` on, as soon as it was read; None where that is unknown."""
        assert self._thread is not None
        self._thread.join()
        left = self._offset - offset
        if not self._count or not 0 <= left <= min(len(self._before), self._size):
            return None
        start = self._size - left
        view = self._spare
        view[start : self._size] = self._before[len(self._before) - left :]
        self._used, self._spare = self._spare, self._used
        return view[start : self._size + self._count][:rest].toreadonly()


def _memory(size: int) -> memoryview:
    # Unlike that of a bytearray, it is not written to before something is read into it.
    return np.empty(size, np.uint8).data
