"""Long records by their heads: what they say of tags and steps, without reading their content.

A record of a tag whose first values were read as a whole brings a step and a time; the rest is
looked at when it is shown. So of a file full of images some KB of each are read at once, and its
points are there long before its bytes are. That the content is sound is verified behind that.
"""

import os
import struct
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, overload

import numpy as np

from tuimon.events.buffer import ReadBuffer
from tuimon.events.crc import masked_crc_of_parts
from tuimon.events.decode import EventDecoder
from tuimon.events.fields import Content, Span
from tuimon.events.frames import (
    FRAME_BYTES,
    HEADER_BYTES,
    MAX_RECORD_BYTES,
    TRAILER_BYTES,
    length_in_header,
    payload_length,
    scan_frames,
)
from tuimon.events.gaps import may_be_filled
from tuimon.events.plugins import settled_plugin
from tuimon.events.points import EventBatch, SummaryRef
from tuimon.events.wire import parse_event

LONG_BYTES = 128 << 10
"""To read and verify fewer takes no longer than to look at a head."""
_HEAD_BYTES = 4 << 10
_MOST_HEAD_BYTES = 64 << 10
"""A record of which more has to be looked at is read as a whole."""
_PART_BYTES = 1 << 20


class HeadReader:
    """Reads stretches of a file by the heads of its long records, and verifies these later.

    `plugins` as in `SingleDecoder`; `decoder` reads the records between long ones, once it has read
    the beginning of the file.
    """

    def __init__(self, plugins: Mapping[str, str], decoder: EventDecoder, *, active: bool) -> None:
        """One that is not `active` leaves all records to be read as a whole."""
        self.active = active
        self.unverified_bytes = 0
        self._unverified: deque[Span] = deque()  # offsets of records and lengths of payloads
        self._plugins = plugins
        self._decoder = decoder
        self._prevail = False  # whether long records were most of what was read last
        self._earliest = 0  # what lies before is read as a whole

    def prevail_in(self, batches: Iterable[EventBatch], size: int) -> bool:
        """Whether `size` bytes, read as a whole, are long records mostly: then the next are `read`
        by their heads."""
        self._prevail = self.active and 2 * sum(_long_records(batches).values()) > size
        return self._prevail

    def read(self, file: int, offset: int, stop: int, most: int) -> EventBatch | None:
        """What lies from `offset` of an open file on, where a record begins.

        It ends before a record that is not whole, tells something new, or is longer than is read;
        before `stop`; when about `most` bytes were read. None where to look at all there is takes
        no longer, or tells more, as with damaged records and restarts. Raises OSError.
        """
        if not self._prevail or not self._earliest <= offset < stop:
            return None
        outline = self._outline(file, offset, stop, most)
        self._earliest = outline.end
        decoded = self._decoder.decode(outline.short, 0)
        (batch, *others) = decoded.batches
        whole = decoded.end == len(outline.short) and not others and not batch.damaged_records
        if not outline.refs or not whole:
            return None
        batch.refs = outline.merged(batch.refs)
        batch.end_offset = outline.end
        return batch

    def leave(self, batch: EventBatch, begin: int) -> None:
        """Leave the content of what `read` gave, from `begin` on, to `verify`."""
        records = _long_records([batch])
        size = sum(records.values())
        self._unverified += records.items()
        self.unverified_bytes += size
        self._prevail = 2 * size > batch.end_offset - begin

    def verify(self, file: int, most: int, buffer: ReadBuffer) -> list[EventBatch] | None:
        """Verify the next records of an open file, about `most` bytes, up to one that is damaged.

        A batch that takes it back; None where only what lies around it tells what became of it.
        Raises OSError.
        """
        withdrawn: list[EventBatch] = []
        least = max(self.unverified_bytes - most, 0)
        while self.unverified_bytes > least and not withdrawn:
            offset, length = self._unverified[0]
            if not _is_sound(file, offset, length, buffer):
                batch = _withdrawal(file, offset, length)
                if batch is None:
                    return None
                withdrawn.append(batch)
            self._unverified.popleft()
            self.unverified_bytes -= length
        return withdrawn

    def ends_sound(self, file: int, buffer: ReadBuffer) -> bool:
        """Whether the last record that was left is sound. Raises OSError."""
        return not self._unverified or _is_sound(file, *self._unverified[-1], buffer)

    def _outline(self, file: int, offset: int, stop: int, most: int) -> "_Outline":
        short: list[bytes] = []
        parts: list[Span] = []
        refs: list[SummaryRef] = []
        size, wanted, usual = 0, 0, 0
        while offset < stop and size + len(refs) * _HEAD_BYTES < most:
            piece = os.pread(file, max(wanted, usual) + _HEAD_BYTES, offset)
            # Mostly as many bytes lie between long records as before; if not, checksums tell.
            end = usual if payload_length(piece, usual) >= LONG_BYTES else _short_end(piece)
            if end:
                parts.append((size, offset))
                short.append(piece[:end])
                size += end
                offset += end
            length = payload_length(piece, end)
            if length < LONG_BYTES:
                needed = length + FRAME_BYTES if length >= 0 else 0
                if not end and needed <= wanted:
                    break
                wanted = needed
                continue
            usual, wanted = end, 0
            behind = offset + FRAME_BYTES + length
            if behind > stop or length > MAX_RECORD_BYTES:
                break
            found = self._refs(piece, end, offset, length)
            if found is None:
                head = _LongPayload(file, behind - TRAILER_BYTES, offset - end, piece)
                found = self._refs(head, offset, offset, length)
            if not found:
                break
            refs += found
            offset = behind
        return _Outline(b"".join(short), parts, refs, offset)

    def _refs(self, head: Content, at: int, offset: int, length: int) -> list[SummaryRef] | None:
        """What the record at `offset` of the file holds, which begins at `at` of `head`.

        Nothing when more has to be known about it; None when more has to be read.
        """
        start = at + HEADER_BYTES
        try:
            event = parse_event(head, start, start + length)
        except (IndexError, ValueError, struct.error):
            return None
        refs = []
        for value in event.values:
            plugin = settled_plugin(value, self._plugins)
            if plugin is None:
                return []
            place = event.step, event.wall_time, offset, length
            refs.append(SummaryRef(value.tag, plugin, *place))
        return refs


def _long_records(batches: Iterable[EventBatch]) -> dict[int, int]:
    """The lengths of long records by their offsets."""
    refs = (ref for batch in batches for ref in batch.refs)
    return {ref.offset: ref.length for ref in refs if ref.length >= LONG_BYTES}


class _Outline(NamedTuple):
    """A stretch of a file without the content of its long records."""

    short: bytes
    """The other records, one behind the other."""
    parts: Sequence[Span]
    """Where parts of `short` begin: in it, and in the file."""
    refs: list[SummaryRef]
    """What the long records hold."""
    end: int
    """Where the stretch ends in the file."""

    def merged(self, refs: Iterable[SummaryRef]) -> list[SummaryRef]:
        """The references with those found in `short`, in the order of the file."""
        found = [ref._replace(offset=self._place(ref.offset)) for ref in refs]
        return sorted([*self.refs, *found], key=lambda ref: ref.offset)

    def _place(self, at: int) -> int:
        begin, offset = self.parts[bisect_right(self.parts, at, key=lambda part: part[0]) - 1]
        return offset + at - begin


def _is_sound(file: int, offset: int, length: int, buffer: ReadBuffer) -> bool:
    """Whether a file has a record with a payload of `length` bytes at `offset`."""
    start, end = offset + HEADER_BYTES, offset + HEADER_BYTES + length
    crc = masked_crc_of_parts(
        np.frombuffer(part, np.uint8)
        for at in range(start, end, _PART_BYTES)
        if (part := buffer.read(file, min(_PART_BYTES, end - at), at))
    )
    header = os.pread(file, HEADER_BYTES, offset)
    trailer = os.pread(file, TRAILER_BYTES, end)
    return payload_length(header, 0) == length and crc.to_bytes(4, "little") == trailer


def _withdrawal(file: int, offset: int, length: int) -> EventBatch | None:
    """A batch that takes back the record at `offset`, if that is all that the damage means."""
    frame = os.pread(file, FRAME_BYTES + length + HEADER_BYTES, offset)
    size = FRAME_BYTES + length
    if scan_frames(frame).damaged != [(0, size)] or may_be_filled(frame[:size]):
        return None
    return EventBatch(withdrawn=offset, damaged_records=1, skipped_bytes=size)


class _LongPayload:
    """A payload by its positions in the file, read as it is looked at."""

    def __init__(self, file: int, end: int, offset: int, block: bytes) -> None:
        """The payload ends at `end`; `block` lies at `offset`."""
        self._file = file
        self._offset, self._block = offset, block
        self._end = end
        self._left = _MOST_HEAD_BYTES

    def __len__(self) -> int:
        return self._end

    @overload
    def __getitem__(self, key: int, /) -> int: ...
    @overload
    def __getitem__(self, key: slice, /) -> bytes: ...
    def __getitem__(self, key: int | slice, /) -> int | bytes:
        if isinstance(key, int):
            at = key - self._offset
            if 0 <= at < len(self._block):
                return self._block[at]
            return self._read(key, 1)[0]
        at, end = key.start - self._offset, key.stop - self._offset
        if at >= 0 and end <= len(self._block):
            return self._block[at:end]
        return self._read(key.start, end - at)[: end - at]

    def _read(self, offset: int, wanted: int) -> bytes:
        size = max(wanted, _HEAD_BYTES)
        self._left -= size
        if self._left < 0:
            raise IndexError("too much of it has to be read")
        self._offset, self._block = offset, os.pread(self._file, size, offset)
        if len(self._block) < wanted:
            raise IndexError("the file ends in it")
        return self._block


def _short_end(piece: bytes) -> int:
    """Where the first record that is long, cut or none begins."""
    at = 0
    while 0 <= (length := length_in_header(piece[at : at + HEADER_BYTES])) < LONG_BYTES:
        end = at + FRAME_BYTES + length
        if end > len(piece):
            break
        at = end
    return at
