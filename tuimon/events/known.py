"""Scalar records that are like an earlier one of their tag: read in part of the walker's time.

Where records come one by one, between images or as a training writes them, they are too few to be
decoded at once; but their layouts are known, and the bytes around the free ones tell the tag.
"""

from __future__ import annotations

import struct
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from tuimon.events.fields import Buffer, Span, WireError, read_varint, signed
from tuimon.events.frames import FRAME_BYTES, HEADER_BYTES
from tuimon.events.templates import STEP_KEY, WALL_KEY, Layout, find_layout
from tuimon.events.wire import Event

_LEARNT_AT = 4
"""Records of one tag and size: to find a layout takes the time of a few."""
_MOST_KNOWN = 1 << 12
_LONGEST = 1 << 10
"""Bytes of payloads that are learnt: tags may be of any length."""


class KnownScalar(NamedTuple):
    """A point as its record tells it."""

    tag: str
    step: int
    wall_time: float
    value: float


class KnownRecords:
    """The layouts of a file's scalar records, and what tells their tags apart."""

    def __init__(self) -> None:
        self._shapes: dict[int, list[_Shape]] = {}  # by bytes of a payload
        self._seen: Counter[tuple[int, str]] = Counter()

    def read(self, window: Buffer, span: Span) -> KnownScalar | None:
        """The point in the payload at `span` of `window` if it is like one that was learnt."""
        start, end = span
        for shape in self._shapes.get(end - start, ()):
            first, wall_time, second, digits, before, value, behind = shape.parts.unpack_from(
                window, start
            )
            tag = shape.tags.get(before + behind)
            if tag is not None and first == WALL_KEY and second == STEP_KEY:
                step = _whole_varint(digits)
                if step is not None:
                    return KnownScalar(tag, step, wall_time, value)
        return None

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
            shapes = self._shapes.setdefault(len(payload), [])
            new = _Shape(_parts(layout), {})
            shape = next((one for one in shapes if one.parts.format == new.parts.format), new)
            if shape is new:
                shapes.insert(0, shape)  # later steps are as long, or longer
            *_, before, _, behind = shape.parts.unpack(payload)
            shape.tags[before + behind] = event.values[0].tag


class _Shape(NamedTuple):
    """What payloads of one layout are made of."""

    parts: struct.Struct
    """Key of the wall time, wall time, key of the step, step, bytes before the value, value, bytes
    behind it."""
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
