"""Memory that pieces of files are read into."""

from __future__ import annotations

import os

from tuimon.events.fields import Buffer

_MOST_KEPT_BYTES = 8 << 20


class ReadBuffer:
    """Memory that is used again for each piece of a file, by one thread.

    Fresh memory comes from the system page by page, which takes longer than to read a file into it.
    """

    def __init__(self) -> None:
        self._memory = bytearray()

    def read(self, file: int, size: int, offset: int) -> Buffer:
        """At most `size` bytes of an open file, valid until the next call. Raises OSError."""
        if size > _MOST_KEPT_BYTES:
            return os.pread(file, size, offset)
        if len(self._memory) < size:
            self._memory = bytearray(size)
        view = memoryview(self._memory)[:size]
        return view[: os.preadv(file, [view], offset)].toreadonly()
