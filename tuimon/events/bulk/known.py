"""Records of scalars that are like earlier ones: read in part of the walker's time.

Where records come one by one, between images or as a training writes them, they are too few to be
decoded at once; but their layouts are known, and the bytes around the free ones tell the tags. A
header that was seen with a valid checksum need not be verified again: it is looked up as it is.

What records of one file look like, those of others do, too: a format that was learnt from any is
kept for all, and a run takes it over where it means the same there.
"""

import struct
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from tuimon.events.batches import BatchBuilder
from tuimon.events.bulk.cycles import Cycle
from tuimon.events.bulk.templates import STEP_KEY, WALL_KEY, RecordLayout, Template, find_layout
from tuimon.events.crc import masked_crc
from tuimon.events.fields import Buffer, WireError, read_varint, signed
from tuimon.events.frames import FRAME_BYTES, HEADER_BYTES, TRAILER_BYTES, frame_header
from tuimon.events.plugins import SIMPLE_PLUGIN
from tuimon.events.wire import Event

_HEAD = struct.Struct(f"{HEADER_BYTES + 1}s")
"""The header of a frame, and the key of the wall time."""
_LEARNT_AT = 4
"""Records of the same tags and size: to find a layout takes the time of a few."""
_MOST_KNOWN, _MOST_BYTES = 1 << 12, 8 << 20
_LONGEST = 1 << 14
"""Bytes of payloads that are learnt: tags may be of any number and length."""
_LEAST_ROWS = 8
"""Fewer records in a row are read faster one by one."""
_MOST_SKIPPED = 1 << 10


class KnownFormats:
    """What records of scalars look like, as it was learnt from any file."""

    def __init__(self) -> None:
        self.formats: dict[bytes, list[_FrameFormat]] = {}
        """By the head of a frame."""
        self._count = self._bytes = 0

    def add(self, head: bytes, format: "_FrameFormat", key: bytes, record: "_KnownRecord") -> None:
        """Keep a record of a format, if there is room."""
        self._count += 1
        self._bytes += len(key)
        if self._count <= _MOST_KNOWN and self._bytes <= _MOST_BYTES:
            _format_like(format, self.formats.setdefault(head, [])).records[key] = record


class KnownRecords:
    """The layouts of a run's scalar records, and what tells their tags apart."""

    def __init__(
        self, plugins: dict[str, str] | None = None, formats: KnownFormats | None = None
    ) -> None:
        """`plugins`: the run's, see `tuimon.events.plugins`; `formats` are those of all runs."""
        self.plugins = {} if plugins is None else plugins
        self._shared = KnownFormats() if formats is None else formats
        self._formats: dict[bytes, list[_FrameFormat]] = {}  # by the head of a frame
        self._seen: Counter[tuple[int, tuple[str, ...]]] = Counter()

    def enter(
        self, window: Buffer, start: int, most: int, builder: BatchBuilder
    ) -> tuple[int, int]:
        """Enter points as long as frames, from `start` on, are sound and like ones learnt.

        Returns the position behind the last one and how many were read one by one, at most `most`.
        """
        at = start
        count = 0
        last: _KnownRecord | None = None
        formats, add_scalar = self._formats, builder.add_scalar
        with suppress(struct.error):  # where the window ends inside a frame
            while count < most:
                (head,) = _HEAD.unpack_from(window, at)
                for content, parts, records in formats.get(head, ()):
                    payload, crc = content.unpack_from(window, at + HEADER_BYTES)
                    wall_time, step_field, *rest = parts.unpack(payload)
                    record = records.get(b"".join(rest[::2]))
                    step = _whole_step(step_field)
                    if record is not None and step is not None:
                        break
                else:
                    if self._take_over(head, window, at):
                        continue
                    break
                if record is last or len(rest) > 3:
                    end = record.read_on(window, at, builder)
                    if end > at:
                        at = end
                        continue
                if masked_crc(payload) != crc:
                    break
                for tag, value in zip(record.tags, rest[1::2], strict=True):
                    add_scalar(tag, step, wall_time, value)
                at += FRAME_BYTES + len(payload)
                count += 1
                last = record
        return at, count

    def learn(self, payload: bytes, event: Event) -> None:
        """Note the record with `payload`, which the walker read as `event`: points alone."""
        tags = tuple(value.tag for value in event.values)
        seen = len(payload), tags
        if len(payload) > _LONGEST:
            return
        if len(self._seen) >= _MOST_KNOWN and seen not in self._seen:
            return
        self._seen[seen] += 1
        if self._seen[seen] != _LEARNT_AT:
            return
        layout = find_layout(payload, event)
        if layout is not None:
            header = frame_header(len(payload))
            head = header + bytes([WALL_KEY])
            new = _FrameFormat.of(layout)
            _, _, *rest = new.parts.unpack(payload)
            key = b"".join(rest[::2])
            template = Template(tags, layout, header + payload + bytes(TRAILER_BYTES))
            simple = all(value.kind == "simple_value" for value in event.values)
            record = _KnownRecord(template, is_simple=simple)
            _format_like(new, self._formats.setdefault(head, [])).records[key] = record
            self._shared.add(head, new, key, record)

    def _take_over(self, head: bytes, window: Buffer, at: int) -> bool:
        """Whether the frame at `at` is like one of another run, which is then one of this, too."""
        for found in self._shared.formats.get(head, ()):
            payload, _ = found.content.unpack_from(window, at + HEADER_BYTES)
            _, step_field, *rest = found.parts.unpack(payload)
            key = b"".join(rest[::2])
            record = found.records.get(key)
            if record is None or _whole_step(step_field) is None or not self._admits(record):
                continue
            _format_like(found, self._formats.setdefault(head, [])).records[key] = record
            return True
        return False

    def _admits(self, record: "_KnownRecord") -> bool:
        """Whether a record of another run means the same here; its tags are scalars then."""
        if not record.is_simple:
            return all(self.plugins.get(tag) == "scalars" for tag in record.tags)
        for tag in record.tags:
            self.plugins.setdefault(tag, SIMPLE_PLUGIN)
        return True


class _KnownRecord:
    """What records that equal each other outside of their free bytes have in common."""

    def __init__(self, template: Template, *, is_simple: bool) -> None:
        self.tags = template.tags
        self.is_simple = is_simple
        """They hold simple values alone, which are scalars whatever their tags were before."""
        self._template = template
        self._cycle: Cycle | None = None
        self._skip, self._next_skip = 0, 1

    def read_on(self, window: Buffer, at: int, builder: BatchBuilder) -> int:
        """Read as many of them in a row as there are from `at` on; the position behind them."""
        if len(window) - at < _LEAST_ROWS * self._template.layout.frame_bytes:
            return at
        if self._skip:
            self._skip -= 1
            return at
        if self._cycle is None:
            self._cycle = Cycle([self._template])
        end = self._cycle.decode(window, at, builder)
        few = end - at < _LEAST_ROWS * self._template.layout.frame_bytes
        self._skip = self._next_skip if few else 0
        self._next_skip = min(2 * self._next_skip, _MOST_SKIPPED) if few else 1
        return end


class _FrameFormat(NamedTuple):
    """What frames of one layout are made of."""

    content: struct.Struct
    """What is behind the header: payload, checksum."""
    parts: struct.Struct
    """Of the payload: wall time, key and number of the step, then bytes and values by turns, which
    begin and end with bytes."""
    records: dict[bytes, _KnownRecord]
    """By the bytes around the values."""

    @classmethod
    def of(cls, layout: RecordLayout) -> "_FrameFormat":
        """The format of frames of `layout`, of which none is known yet."""
        payload = layout.frame_bytes - FRAME_BYTES
        parts, at = f"<xd{1 + layout.step_bytes}s", layout.step_end
        for place in layout.values:
            parts += f"{place.at - at}s{place.type.removeprefix('<')}"
            at = place.end
        parts += f"{HEADER_BYTES + payload - at}s"
        return cls(struct.Struct(f"<{payload}sI"), struct.Struct(parts), {})


def _format_like(wanted: _FrameFormat, formats: list[_FrameFormat]) -> _FrameFormat:
    """The one of `formats` that is like another, which it becomes one of if there is none."""
    found = next((one for one in formats if one.parts.format == wanted.parts.format), None)
    if found is None:
        found = wanted._replace(records={})
        formats.insert(0, found)  # later steps are as long, or longer
    return found


@lru_cache(maxsize=1024)  # several tags have the same step
def _whole_step(field: bytes) -> int | None:
    """The int64 in `field`: the key of a step and a varint; None when it is anything else."""
    if field[0] != STEP_KEY:
        return None
    try:
        number, end = read_varint(field, 1, len(field))
    except WireError:
        return None
    return signed(number) if end == len(field) else None
