"""Following one event file: what is new since the last look, whatever happens to the file."""

import os
from enum import StrEnum
from pathlib import Path

from tuimon.events.buffer import ReadBuffer
from tuimon.events.bulk.known import KnownRecords
from tuimon.events.decode import EventDecoder, WindowResult
from tuimon.events.fields import Buffer
from tuimon.events.frames import (
    FRAME_BYTES,
    HEADER_BYTES,
    SHORT_BYTES,
    ScanStop,
    header_positions,
    is_valid_frame,
    payload_length,
)
from tuimon.events.points import EventBatch
from tuimon.regular_file import open_regular

DEFAULT_POLL_BYTES = 1 << 20
MAX_RECORD_BYTES = 128 << 20
"""Bigger records are counted as unknown and not read: nothing on a screen is that big."""

_SEAM_BYTES = 64
_SEARCH_BYTES = 1 << 18
_MOST_WASTED_BYTES = 1 << 30
_MOST_WINDOW_BYTES = 1 << 40
_HEAVY_BYTES = 4 << 10
"""Where records have so many on average, it is the reading that takes time."""


class FileState(StrEnum):
    """Whether the file could be read at the last look."""

    OK = "ok"
    GONE = "gone"
    DENIED = "denied"
    FAILED = "failed"


_STATES = {FileNotFoundError: FileState.GONE, PermissionError: FileState.DENIED}


class EventFileTail:
    """Reads an event file from its start and goes on as it grows.

    The file is known by its content, not by its inode: the bytes before the point reached (the
    *seam*) are read again with every piece of news. As long as they are the same, the file has only
    grown, even when it was copied over or is a new inode. When they differ or the file is shorter
    than what was read, it is another file: the next batch says `reset` and reading starts again.
    A file that is gone or may not be read is looked at again with the next poll.

    No state is kept open between polls, and never more is allocated than the file holds.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        plugins: dict[str, str] | None = None,
        buffer: ReadBuffer | None = None,
        known: KnownRecords | None = None,
    ) -> None:
        """`plugins` is the run's map of tags to plugin names, `known` what its records look like:
        both are shared by the run's files.

        `buffer` may be shared by all files that one thread follows.
        """
        self.path = path if isinstance(path, Path) else Path(path)  # to parse it takes 5 µs
        self.state = FileState.OK
        self.error: str | None = None
        """What the system said when `state` is not OK."""
        self.size = 0
        """Bytes of the file at the last look."""
        self.offset = 0
        """Everything before it has been handed over."""
        self.damaged_records = 0
        self.skipped_bytes = 0
        self._plugins = {} if plugins is None else plugins
        self._known = known or KnownRecords()
        self._buffer = buffer or ReadBuffer()
        self._decoder = EventDecoder(self._plugins, self._known)
        self._fingerprint: tuple[int, int, int, int] | None = None
        self._seam = b""
        self._is_new = False  # another file than before, which the next batch has to say
        self._searched = 0  # no whole frame begins between `offset` and here
        self._pending = 0  # the first position in that range where a longer file may show one
        self._wasted = 0  # bytes read behind headers that led to no valid frame
        self._window = _MOST_WINDOW_BYTES
        self._unfinished = False
        self._is_heavy = False

    @property
    def backlog(self) -> int:
        """Bytes that wait for the next poll; 0 when only news of the file can bring more."""
        return max(self.size - max(self.offset, self._searched), 0) if self._unfinished else 0

    @property
    def undecided_bytes(self) -> int:
        """Bytes at the end that are no whole record: being written, or damaged."""
        return max(self.size - self.offset, 0) if not self._unfinished else 0

    def poll(self, max_bytes: int = DEFAULT_POLL_BYTES) -> list[EventBatch]:
        """Read about `max_bytes` of what is new; an empty list when nothing is.

        Of a long file with heavy records, some MB that were read ahead, when that is no more than
        twice as much.

        Costs some four microseconds when the file has not changed. Never raises on any content of
        the file, and turns errors of the system into `state`.
        """
        try:
            # Only opening makes network file systems ask the server how long the file is now.
            file = open_regular(self.path)
            try:
                batches = self._read(file, max_bytes)
            finally:
                os.close(file)
        except OSError as error:
            self.state = _STATES.get(type(error), FileState.FAILED)
            self.error = error.strerror or str(error)
            self._fingerprint = None
            self._unfinished = False
            return []
        self.state, self.error = FileState.OK, None
        return batches

    def _read(self, file: int, max_bytes: int) -> list[EventBatch]:
        status = os.fstat(file)
        fingerprint = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if fingerprint == self._fingerprint and not self._unfinished:
            return []
        self._fingerprint = None  # until this look has succeeded
        self.size = status.st_size
        max_bytes = min(max_bytes, self._window, self.size)
        window = self._next_window(file, max_bytes)
        # The seam comes last: a file that was written anew meanwhile does not pass for the old one.
        if os.pread(file, len(self._seam), self.offset - len(self._seam)) != self._seam:
            self._restart()
            window = self._buffer.read(file, max_bytes, 0)
        batches = self._advance(file, window)
        if self._is_new:
            batches = batches or [EventBatch()]
            batches[0].reset = True
            self._is_new = False
        for batch in batches:
            self.damaged_records += batch.damaged_records
            self.skipped_bytes += batch.skipped_bytes
            batch.file_bytes = self.size
        self._fingerprint = fingerprint
        return batches

    def _next_window(self, file: int, max_bytes: int) -> Buffer:
        rest, piece = max(self._rest(), 0), self._buffer.piece_bytes
        # The last pieces are read late: they may still be written.
        if self._is_heavy and max_bytes >= piece // 2 and rest > 2 * piece:
            return self._buffer.read_through(file, self.offset, rest, self)
        return self._buffer.read(file, min(max_bytes, rest), self.offset)

    def _restart(self) -> None:
        self._is_new = True
        self._move_to(0, b"")
        self.damaged_records = self.skipped_bytes = self._wasted = 0
        self._decoder = EventDecoder(self._plugins, self._known)

    def _move_to(self, offset: int, before: bytes) -> None:
        """Go on at `offset`; `before` ends there."""
        self.offset = self._searched = offset
        self._pending = 0
        self._seam = before[-_SEAM_BYTES:]

    def _advance(self, file: int, window: Buffer) -> list[EventBatch]:
        """Decode what `window`, the file from `offset` on, brings."""
        decoded = self._decode(window)
        if not decoded.end and self._is_heavy:
            # What was read ahead may have changed since.
            self._is_heavy = False
            window = self._buffer.read(file, min(len(window), self._rest()), self.offset)
            decoded = self._decode(window)
        while not decoded.end and len(window) < decoded.wanted <= self._rest():
            if decoded.wanted > MAX_RECORD_BYTES:
                return self._skip(file, decoded.wanted)
            window = self._buffer.read(file, decoded.wanted, self.offset)
            decoded = self._decode(window)
        if not decoded.end:
            return self._search(file)
        self._is_heavy = decoded.end > _HEAVY_BYTES * sum(map(_records, decoded.batches))
        before = window[max(decoded.end - _SEAM_BYTES, 0) : decoded.end]
        self._move_to(self.offset + decoded.end, self._seam + before)
        # What may fail is left to the next poll: these batches must not be lost.
        self._unfinished = self._rest() >= FRAME_BYTES
        if decoded.stop is not ScanStop.BROKEN:
            self._window = min(4 * self._window, _MOST_WINDOW_BYTES)
        return decoded.batches

    def _rest(self) -> int:
        return self.size - self.offset

    def _skip(self, file: int, size: int) -> list[EventBatch]:
        """Pass over a frame that is too big to be read, if it leads to a next one."""
        header = os.pread(file, HEADER_BYTES, self.offset + size)
        if header and payload_length(header, 0) < 0:
            return self._search(file)
        self._jump_to(file, self.offset + size)
        return [EventBatch(end_offset=self.offset, unknown={"record that is too big": 1})]

    def _jump_to(self, file: int, offset: int) -> None:
        before = max(offset - _SEAM_BYTES, 0)
        self._move_to(offset, os.pread(file, offset - before, before))
        self._unfinished = True

    def _decode(self, window: Buffer) -> WindowResult:
        more = self.offset + len(window) < self.size
        return self._decoder.decode(window, self.offset, more=more)

    def _search(self, file: int) -> list[EventBatch]:
        """Look for a whole frame behind `offset`, where there is none; a batch that says so.

        A record being written looks like a damaged one until it is complete, so what lies at
        `offset` is given up only for a valid frame behind it (left by a writer that went on after a
        full disk, say). One call searches `_SEARCH_BYTES`.
        """
        if self._rest() < FRAME_BYTES:
            self._unfinished = False
            return []
        self._window = _SEARCH_BYTES  # where there is one damage, there may be more
        start = max(self._searched, self.offset + 1)
        window = os.pread(file, _SEARCH_BYTES, start)
        for at in header_positions(window).tolist():
            length = FRAME_BYTES + payload_length(window, at)
            if start + at + length > self.size:
                self._pending = min(self._pending or start + at, start + at)
                continue
            most = MAX_RECORD_BYTES if self._wasted < _MOST_WASTED_BYTES else SHORT_BYTES
            if length > most:
                continue
            if is_valid_frame(os.pread(file, length, start + at), 0):
                skipped = start + at - self.offset
                self._jump_to(file, start + at)
                return [
                    EventBatch(end_offset=self.offset, damaged_records=1, skipped_bytes=skipped)
                ]
            self._wasted += length
        self._searched = start + max(len(window) - HEADER_BYTES + 1, 0)
        self._unfinished = start + len(window) < self.size
        if not self._unfinished and self._pending:
            # News of the file may complete this frame: search it again then.
            self._searched, self._pending = self._pending, 0
        return []


def _records(batch: EventBatch) -> int:
    return len(batch.refs) + sum(len(columns.steps) for columns in batch.scalars.values())
