"""Scalar records that are like an earlier one of their tag: read in part of the walker's time.

Where records come one by one, between images or as a training writes them, they are too few to be
decoded at once; but their layouts are known, and the bytes around the free ones tell the tag. A
header that was seen with a valid checksum need not be verified again: it is looked up as it is.
"""

from __future__ import annotations

import struct
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from tuimon.events.batches import BatchBuilder
from tuimon.events.crc import masked_crc
from tuimon.events.fields import Buffer, WireError, read_varint, signed
from tuimon.events.frames import FRAME_BYTES, HEADER_BYTES, frame_header
from tuimon.events.templates import STEP_KEY, WALL_KEY, Layout, find_layout
from tuimon.events.wire import Event

_HEADER = struct.Struct(f"{HEADER_BYTES}s")
_LEARNT_AT = 4
"""Records of one tag and size: to find a layout takes the time of a few."""
_MOST_KNOWN = 1 << 12
_LONGEST = 1 << 10
"""Bytes of payloads that are learnt: tags may be of any length."""


class KnownRecords:
    """The layouts of a file's scalar records, and what tells their tags apart."""

    def __init__(self) -> None:
        self._shapes: dict[bytes, list[_Shape]] = {}  # by the header of a frame
        self._seen: Counter[tuple[int, str]] = Counter()

    def enter(
        self, window: Buffer, start: int, most: int, builder: BatchBuilder
    ) -> tuple[int, int]:
        """Enter points as long as frames, from `start` on, are sound and like ones learnt.

        Returns the position behind the last one and how many there were, at most `most`.
        """
        at, size = start, len(window)
        for count in range(most):
            first = at + HEADER_BYTES
            if first > size:
                return at, count
            (header,) = _HEADER.unpack_from(window, at)
            for shape in self._shapes.get(header, ()):
                end = first + shape.content.size
                if end > size:
                    return at, count
                payload, crc = shape.content.unpack_from(window, first)
                first_key, wall_time, second_key, digits, before, value, behind = (
                    shape.parts.unpack(payload)
                )
                tag = shape.tags.get(before + behind)
                if tag is not None and first_key == WALL_KEY and second_key == STEP_KEY:
                    break
            else:
                return at, count
            step = _whole_varint(digits)
            if step is None or masked_crc(payload) != crc:
                return at, count
            builder.add_scalar(tag, step, wall_time, value)
            at = end
        return at, most

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
            shapes = self._shapes.setdefault(frame_header(len(payload)), [])
            content = struct.Struct(f"<{len(payload)}sI")
            new = _Shape(content, _parts(layout), {})
            shape = next((one for one in shapes if one.parts.format == new.parts.format), new)
            if shape is new:
                shapes.insert(0, shape)  # later steps are as long, or longer
            *_, before, _, behind = shape.parts.unpack(payload)
            shape.tags[before + behind] = event.values[0].tag


class _Shape(NamedTuple):
    """What frames of one layout are made of."""

    content: struct.Struct
    """What is behind the header: payload, checksum."""
    parts: struct.Struct
    """Of the payload: key of the wall time, wall time, key of the step, step, bytes before the
    value, value, bytes behind it."""
    tags: dict[bytes, str]
    """By the bytes before and behind the value."""


def _parts(layout: Layout) -> struct.Struct:
    before = layout.value_at - layout.step_end
    behind = (
        layout.frame_bytes - FRAME_BYTES - (layout.value_at + layout.value_bytes - HEADER_BYTES)
    )
    number = layout.value_type.removeprefix("<")
    return struct.Struct(f"<BdB{layout.step_bytes}s{before}s{number}{behind}s")


@lru_cache(maxsize=1024)  # several tags have the same step
def _whole_varint(digits: bytes) -> int | None:
    """The int64 that the varint in `digits` stands for; None when it does not fill them."""
    try:
        number, end = read_varint(digits, 0, len(digits))
    except WireError:
        return None
    return signed(number) if end == len(digits) else None
