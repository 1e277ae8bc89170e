"""Following one event file: what is new since the last look, whatever happens to the file."""

import os
import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from tuimon.events.buffer import ReadBuffer
from tuimon.events.bulk.known import KnownRecords
from tuimon.events.decode import EventDecoder, WindowResult
from tuimon.events.fields import Buffer, Span
from tuimon.events.frames import (
    FRAME_BYTES,
    HEADER_BYTES,
    MAX_RECORD_BYTES,
    SHORT_BYTES,
    ScanStop,
    header_positions,
    is_valid_frame,
    payload_length,
)
from tuimon.events.gaps import MOST_BYTES, Gaps, first_frame, may_be_filled
from tuimon.events.heads import HeadReader
from tuimon.events.plugins import known_plugin
from tuimon.events.points import EventBatch
from tuimon.regular_file import open_regular, regular_file

DEFAULT_POLL_BYTES = 1 << 20
_SEAM_BYTES = 64
_RACY_SECONDS = 2.5
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

    origin = detail = ""

    def __init__(
        self,
        path: str | os.PathLike[str],
        plugins: dict[str, str] | None = None,
        buffer: ReadBuffer | None = None,
        known: KnownRecords | None = None,
        *,
        rereads: bool = True,
        heads_first: bool = False,
    ) -> None:
        """`plugins` is the run's map of tags to plugin names, `known` what its records look like:
        both are shared by the run's files.

        `buffer` may be shared by all files that one thread follows. With `rereads` the file is read
        again, as if it were another one, when a gap held what tells scalars from other tensors.
        With `heads_first` content of long records may be left to `verify`.
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
        self.gaps = Gaps()
        """Parts before `offset` that may still be filled."""
        self._plugins = {} if plugins is None else plugins
        self._rereads = rereads
        self._unnamed: set[str] = set()  # tags of tensors that nothing has told the kind of
        self._passed: list[Span] = []  # gaps of an earlier reading, still ahead
        self._stretch = 0
        self._known = known or KnownRecords(self._plugins)
        self._buffer = buffer or ReadBuffer()
        self._decoder = EventDecoder(self._plugins, self._known)
        self._heads = HeadReader(self._plugins, self._decoder, active=heads_first)
        self._fingerprint: tuple[int, int, int, int] | None = None
        self._seam = b""
        self._is_new = False  # another file than before, which the next batch has to say
        self._searched = 0  # no whole frame begins between `offset` and here
        self._pending = 0  # the first position in that range where a longer file may show one
        self._wasted = 0  # bytes read behind headers that led to no valid frame
        self._window = _MOST_WINDOW_BYTES
        self._unfinished = False
        self._is_heavy = False
        self._is_foreign = False

    @property
    def backlog(self) -> int:
        """Bytes that wait for the next poll; 0 when only news of the file can bring more."""
        return max(self.size - max(self.offset, self._searched), 0) if self._unfinished else 0

    @property
    def undecided_bytes(self) -> int:
        """Bytes at the end that are no whole record: being written, or damaged.

        None of a neighbour that begins as no event file does: Unity puts ``X.meta`` beside ``X``.
        """
        return max(self._rest(), 0) if not self._unfinished and not self._is_foreign else 0

    @property
    def seam(self) -> bytes:
        """The bytes before `offset` by which the file is known again; none right behind a gap."""
        return self._seam

    def go_to(self, offset: int) -> None:
        """Go on at `offset`, where a record begins. Raises OSError."""
        with regular_file(self.path, 0) as file:
            self.size = os.fstat(file.fileno()).st_size
            self._jump_to(file.fileno(), offset)

    @property
    def unverified_bytes(self) -> int:
        """Bytes before `offset` that were left to `verify`."""
        return self._heads.unverified_bytes

    def pass_over(self, gaps: Iterable[Span]) -> None:
        """Leave out what an earlier reading of the file has left out, before anything is read."""
        self._passed = sorted(gaps)

    def read_again(self, begin: int, end: int) -> list[EventBatch]:
        """What a part before `offset` holds, which begins with a record. Raises OSError."""
        with regular_file(self.path, 0) as file:
            window = os.pread(file.fileno(), end - begin, begin)
        return EventDecoder(self._plugins, self._known).decode(window, begin).batches

    def poll(self, max_bytes: int = DEFAULT_POLL_BYTES, *, late: bool = True) -> list[EventBatch]:
        """Read about `max_bytes` of what is new; an empty list when nothing is.

        A gap that is filled comes alone, unless `late` is false; of a long file with heavy records
        some MB that were read ahead, when that is no more than twice as much.

        Costs some four microseconds when the file has not changed. Never raises on any content of
        the file, and turns errors of the system into `state`.
        """
        try:
            # Only opening makes network file systems ask the server how long the file is now.
            file = open_regular(self.path)
            try:
                batches = (self._fill(file) if late else []) or self._read_heads(file, max_bytes)
                batches = batches or self._read(file, max_bytes)
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

    def verify(self, most: int) -> list[EventBatch]:
        """Verify about `most` bytes of what was left; a batch that takes back what is damaged.

        Where that is not all that a damage means, the next polls give all of the file, as if it
        were another one, and leave nothing. Raises OSError.
        """
        with regular_file(self.path, 0) as file:
            batches = self._heads.verify(file.fileno(), most, self._buffer)
        if batches is None:
            self._restart(whole=True)
            return []
        for batch in batches:
            self._count(batch)
        return batches

    def _read_heads(self, file: int, max_bytes: int) -> list[EventBatch]:
        if not self._unfinished:
            return []
        stop = self.size - self._buffer.piece_bytes  # what is behind it may still be written
        batch = self._heads.read(file, self.offset, stop, max_bytes)
        if batch is None:
            return []
        before = os.pread(file, _SEAM_BYTES, max(batch.end_offset - _SEAM_BYTES, 0))
        if self._is_other(file):
            return []
        self._heads.leave(batch, self.offset)
        self._move_to(batch.end_offset, before)
        batch.stretch = self._stretch
        self._count(batch)
        return [batch]

    def _read(self, file: int, max_bytes: int) -> list[EventBatch]:
        status = os.fstat(file)
        fingerprint = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        # Time stamps are coarse: where something is missing, it may have come unseen.
        racy = self._rest() > 0 and time.time() - status.st_mtime < _RACY_SECONDS
        if fingerprint != self._fingerprint or racy:
            if status.st_size == self.size and not self._unfinished:
                self._searched = self.offset  # what was searched may have been filled
        elif not self._unfinished:
            return []
        self._fingerprint = None  # until this look has succeeded
        self.size = status.st_size
        max_bytes = min(max_bytes, self._window, self.size)
        window = self._next_window(file, max_bytes)
        # The seam comes last: a file that was written anew meanwhile does not pass for the old one.
        if self._is_other(file):
            self._restart()
            window = self._buffer.read(file, max_bytes, 0)
        if not self.offset:  # no record is so long that the second half of its length is not zero
            self._is_foreign = any(window[4:8]) and self.path.with_suffix("").exists()
        batches = self._advance(file, window)
        if self._is_new:
            batches = batches or [EventBatch()]
            batches[0].reset = True
            self._is_new = False
        for batch in batches:
            self._count(batch)
        self._fingerprint = fingerprint
        return batches

    def _is_other(self, file: int) -> bool:
        """Whether the file does not go on from where it was read to."""
        return os.pread(file, len(self._seam), self.offset - len(self._seam)) != self._seam

    def _fill(self, file: int) -> list[EventBatch]:
        """What has come into the first gap that was filled at least in part."""
        if not self.gaps.spans or self._is_other(file):
            return []
        status = os.fstat(file)
        racy = time.time() - status.st_mtime < _RACY_SECONDS
        for begin, end in self.gaps.unseen(None if racy else status.st_mtime_ns):
            window = os.pread(file, end - begin, begin)
            skipped = first_frame(window)
            if skipped is None:
                continue
            begin += skipped
            decoder = EventDecoder(self._plugins, self._known)
            batches, size, *_ = decoder.decode(window[skipped:], begin)
            kinds = {known_plugin(self._plugins, tag) for tag in self._unnamed}
            if self._rereads and "scalars" in kinds:
                self._restart()
                return []
            batches[0].damaged_records += self.gaps.fill((begin, begin + size))
            batches[0].skipped_bytes -= size
            if begin:
                batches[0].start_time = None
            for batch in batches:
                batch.stretch, batch.late = batch.stretch or begin, True
                self._count(batch)
            return batches
        return []

    def _count(self, batch: EventBatch) -> None:
        self.gaps.add(batch.gaps)
        self._unnamed.update(ref.tag for ref in batch.refs if not ref.plugin)
        self.damaged_records += batch.damaged_records
        self.skipped_bytes += batch.skipped_bytes
        batch.file_bytes = self.size

    def _next_window(self, file: int, max_bytes: int) -> Buffer:
        rest, piece = max(self._rest(), 0), self._buffer.piece_bytes
        if self._passed:
            rest = min(rest, self._passed[0][0] - self.offset)
        # The last pieces are read late: they may still be written.
        if self._is_heavy and max_bytes >= piece // 2 and rest > 2 * piece:
            return self._buffer.read_through(file, self.offset, rest, self)
        return self._buffer.read(file, min(max_bytes, rest), self.offset)

    def _restart(self, *, whole: bool = False) -> None:
        self._is_new = self._unfinished = True
        self._fingerprint = None
        self._unnamed = set()
        self.gaps, self._passed, self._stretch = Gaps(), [], 0
        self._move_to(0, b"")
        self.damaged_records = self.skipped_bytes = self._wasted = 0
        self._decoder = EventDecoder(self._plugins, self._known)
        active = self._heads.active and not whole
        self._heads = HeadReader(self._plugins, self._decoder, active=active)

    def _move_to(self, offset: int, before: bytes) -> None:
        """Go on at `offset`; `before` ends there."""
        self.offset = self._searched = offset
        self._pending = 0
        # What is in a gap may change.
        length = min(len(before), _SEAM_BYTES, offset - self._stretch)
        self._seam = before[len(before) - length :]

    def _advance(self, file: int, window: Buffer) -> list[EventBatch]:
        """Decode what `window`, the file from `offset` on, brings."""
        if self._passed and self._passed[0][0] == self.offset:
            return self._give_up(file, self._passed.pop(0)[1], is_gap=True)
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
        records = sum(batch.records for batch in decoded.batches)
        self._is_heavy = decoded.end > _HEAVY_BYTES * records
        self._is_heavy &= not self._heads.prevail_in(decoded.batches, decoded.end)
        for batch in decoded.batches:
            self._stretch = batch.stretch = batch.stretch or self._stretch
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
        unknown = {"record that is too big": 1}
        return [EventBatch(stretch=self._stretch, end_offset=self.offset, unknown=unknown)]

    def _jump_to(self, file: int, offset: int) -> None:
        before = max(offset - _SEAM_BYTES, 0)
        self._move_to(offset, os.pread(file, offset - before, before))
        self._unfinished = True

    def _give_up(self, file: int, end: int, *, is_gap: bool = False) -> list[EventBatch]:
        """Go on at `end`; a batch that tells what was passed over and may still be filled."""
        if not self._heads.ends_sound(file, self._buffer):
            self._restart(whole=True)  # the damage begins before
            return []
        begin, size = self.offset, end - self.offset
        gaps: list[Span] = []
        if is_gap or may_be_filled(os.pread(file, min(size, MOST_BYTES + 1), begin)):
            gaps, self._stretch = [(begin, end)], end
        self._jump_to(file, end)
        batch = EventBatch(stretch=self._stretch, gaps=gaps, end_offset=end)
        batch.damaged_records, batch.skipped_bytes = 1, size
        return [batch]

    def _decode(self, window: Buffer) -> WindowResult:
        end = self.offset + len(window)
        return self._decoder.decode(window, self.offset, more=end < self.size)

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
                return self._give_up(file, start + at)
            self._wasted += length
        self._searched = start + max(len(window) - HEADER_BYTES + 1, 0)
        self._unfinished = start + len(window) < self.size
        if not self._unfinished and self._pending:
            # News of the file may complete this frame: search it again then.
            self._searched, self._pending = self._pending, 0
        return []
