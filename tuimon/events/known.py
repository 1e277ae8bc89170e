"""Scalar records that are like an earlier one of their tag: read in a fourth of the walker's time.

Where records come one by one, between images or as a training writes them, they are too few to be
decoded at once; but their layouts are known, and the bytes around the free ones tell the tag.
"""

from __future__ import annotations

import struct
from collections import Counter
from typing import NamedTuple

from tuimon.events.fields import WireError, read_varint, signed
from tuimon.events.frames import HEADER_BYTES
from tuimon.events.templates import STEP_AT, WALL_AT, Layout, find_layout
from tuimon.events.wire import Event

_LEARNT_AT = 4
"""Records of one tag and size: to find a layout takes the time of a few."""
_MOST_KNOWN = 1 << 12

_WALL, _STEP = WALL_AT - HEADER_BYTES, STEP_AT - HEADER_BYTES
_DOUBLE, _FLOAT = struct.Struct("<d"), struct.Struct("<f")


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

    def read(self, payload: bytes) -> KnownScalar | None:
        """The point in `payload` if its record is like one that was learnt."""
        for shape in self._shapes.get(len(payload), ()):
            tag = shape.tags.get(shape.fixed_bytes(payload))
            if tag is None:
                continue
            try:
                step, end = read_varint(payload, _STEP, shape.step_end)
            except WireError:
                continue
            if end == shape.step_end:
                (wall_time,) = _DOUBLE.unpack_from(payload, _WALL)
                (value,) = shape.number.unpack_from(payload, shape.value_at)
                return KnownScalar(tag, signed(step), wall_time, value)
        return None

    def learn(self, payload: bytes, event: Event) -> None:
        """Note the record with `payload`, which the walker read as `event`: one point of a tag."""
        key = len(payload), event.values[0].tag
        if len(self._seen) >= _MOST_KNOWN and key not in self._seen:
            return
        self._seen[key] += 1
        if self._seen[key] != _LEARNT_AT:
            return
        layout = find_layout(payload, event)
        if layout is not None:
            shapes = self._shapes.setdefault(len(payload), [])
            new = _Shape.of(layout)
            shape = next((known for known in shapes if known[:-1] == new[:-1]), new)
            if shape is new:
                shapes.append(new)
            shape.tags[shape.fixed_bytes(payload)] = event.values[0].tag


class _Shape(NamedTuple):
    """Where the free bytes of payloads of one layout lie."""

    step_end: int
    value_at: int
    value_end: int
    number: struct.Struct
    tags: dict[bytes, str]
    """By what the payloads of a tag have in common."""

    @classmethod
    def of(cls, layout: Layout) -> _Shape:
        value_at = layout.value_at - HEADER_BYTES
        number = _FLOAT if layout.value_bytes == _FLOAT.size else _DOUBLE
        return cls(layout.step_end - HEADER_BYTES, value_at, value_at + number.size, number, {})

    def fixed_bytes(self, payload: bytes) -> bytes:
        """What `payload` has besides wall time, step and value."""
        before = payload[:_WALL] + payload[_WALL + 8 : _STEP]
        return before + payload[self.step_end : self.value_at] + payload[self.value_end :]
