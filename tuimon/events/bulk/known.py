"""Scalar records that are like an earlier one of their tag: read in part of the walker's time.

Where records come one by one, between images or as a training writes them, they are too few to be
decoded at once; but their layouts are known, and the bytes around the free ones tell the tag. A
header that was seen with a valid checksum need not be verified again: it is looked up as it is.
"""

import struct
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from tuimon.events.batches import BatchBuilder
from tuimon.events.bulk.templates import STEP_KEY, WALL_KEY, RecordLayout, find_layout
from tuimon.events.crc import masked_crc
from tuimon.events.fields import Buffer, WireError, read_varint, signed
from tuimon.events.frames import FRAME_BYTES, HEADER_BYTES, frame_header
from tuimon.events.wire import Event

_HEAD = struct.Struct(f"{HEADER_BYTES + 1}s")
"""The header of a frame, and the key of the wall time."""
_LEARNT_AT = 4
"""Records of one tag and size: to find a layout takes the time of a few."""
_MOST_KNOWN = 1 << 12
_LONGEST = 1 << 10
"""Bytes of payloads that are learnt: tags may be of any length."""


class KnownRecords:
    """The layouts of a run's scalar records, and what tells their tags apart."""

    def __init__(self) -> None:
        self._shapes: dict[bytes, list[_FrameFormat]] = {}  # by the head of a frame
        self._seen: Counter[tuple[int, str]] = Counter()

    def enter(
        self, window: Buffer, start: int, most: int, builder: BatchBuilder
    ) -> tuple[int, int]:
        """Enter points as long as frames, from `start` on, are sound and like ones learnt.

        Returns the position behind the last one and how many there were, at most `most`.
        """
        at = start
        count = 0
        shapes, add_scalar = self._shapes, builder.add_scalar
        with suppress(struct.error):  # where the window ends inside a frame
            while count < most:
                (head,) = _HEAD.unpack_from(window, at)
                for content, parts, tags in shapes.get(head, ()):
                    payload, crc = content.unpack_from(window, at + HEADER_BYTES)
                    wall_time, step_field, before, value, behind = parts.unpack(payload)
                    tag = tags.get(before + behind)
                    step = _whole_step(step_field)
                    if tag is not None and step is not None:
                        break
                else:
                    break
                if masked_crc(payload) != crc:
                    break
                add_scalar(tag, step, wall_time, value)
                at += FRAME_BYTES + len(payload)
                count += 1
        return at, count

    def learn(self, payload: bytes, event: Event) -> None:
        """Note the record with `payload`, which the walker read as `event`: one point of a tag."""
        key = len(payload), event.values[0].tag
        if len(payload) > _LONGEST:
            return
        if len(self._seen) >= _MOST_KNOWN and key not in self._seen:
            return
        self._seen[key] += 1
        if self._seen[key] != _LEARNT_AT:
            return
        layout = find_layout(payload, event)
        if layout is not None:
            head = frame_header(len(payload)) + bytes([WALL_KEY])
            shapes = self._shapes.setdefault(head, [])
            new = _FrameFormat.of(layout)
            shape = next((one for one in shapes if one.parts.format == new.parts.format), new)
            if shape is new:
                shapes.insert(0, shape)  # later steps are as long, or longer
            _, _, before, _, behind = shape.parts.unpack(payload)
            shape.tags[before + behind] = event.values[0].tag


class _FrameFormat(NamedTuple):
    """What frames of one layout are made of."""

    content: struct.Struct
    """What is behind the header: payload, checksum."""
    parts: struct.Struct
    """Of the payload: wall time, key and number of the step, bytes before the value, value, bytes
    behind it."""
    tags: dict[bytes, str]
    """By the bytes before and behind the value."""

    @classmethod
    def of(cls, layout: RecordLayout) -> "_FrameFormat":
        """The shape of frames of `layout`, which no tag has yet."""
        payload = layout.frame_bytes - FRAME_BYTES
        before = layout.value_at - layout.step_end
        behind = HEADER_BYTES + payload - layout.value_at - layout.value_bytes
        number = layout.value_type.removeprefix("<")
        parts = f"<xd{1 + layout.step_bytes}s{before}s{number}{behind}s"
        content = struct.Struct(f"<{payload}sI")
        return cls(content, struct.Struct(parts), {})


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
