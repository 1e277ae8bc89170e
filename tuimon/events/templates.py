"""Templates: scalar records of one tag are alike but for few bytes at known places.

A writer serializes every point of a tag in the same way, so that two of them differ in nothing but
the wall time, the step (in as many bytes), the value and the checksum. Where these lie is the
*layout*; the record with these bytes zeroed is the *template*. A record that equals a template
outside of the free bytes means what the template's record meant, by comparison of bytes alone.

Where the free bytes are is not derived from the format a second time: `find_layout` asks the
walker, by changing the bytes in question and looking at what the walker then reads.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tuimon.events.crc import Bytes
from tuimon.events.fields import BYTES, FIXED32, FIXED64, VARINT, Span, WireError, fields
from tuimon.events.frames import FRAME_BYTES, HEADER_BYTES, TRAILER_BYTES
from tuimon.events.wire import Event, parse_event

WALL_AT = HEADER_BYTES + 1
"""Where the wall time lies in a frame: behind its key, which every writer puts first."""
STEP_AT = WALL_AT + 9
"""Where the step lies: behind the wall time and the step's key."""

WALL_KEY, STEP_KEY = 1 << 3 | FIXED64, 2 << 3 | VARINT
_SUMMARY, _VALUE, _TENSOR = 5 << 3 | BYTES, 1 << 3 | BYTES, 8 << 3 | BYTES
_PROBES = ((123.5, 1.5), (-7e8, -2.75))
"""Wall times and values that any layout can hold exactly."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the free bytes of a scalar record lie, counted from the start of its frame."""

    frame_bytes: int
    step_bytes: int
    value_at: int
    value_type: str
    """``<f4`` or ``<f8``."""

    @property
    def value_bytes(self) -> int:
        """Size of the value."""
        return int(self.value_type[-1])

    @property
    def step_end(self) -> int:
        """Where the step ends."""
        return STEP_AT + self.step_bytes

    @property
    def words(self) -> int:
        """Words of 64 bits that a frame fills."""
        return -(-self.frame_bytes // 8)

    def mask(self) -> Bytes:
        """Ones where records of a template are equal, zeros in free bytes and behind the frame, to
        the end of its last word."""
        mask = np.zeros(self.words * 8, np.uint8)
        mask[: self.frame_bytes - TRAILER_BYTES] = 0xFF
        mask[WALL_AT : WALL_AT + 8] = 0
        mask[STEP_AT : self.step_end] = 0x80  # whether the number goes on is part of the layout
        mask[self.value_at : self.value_at + self.value_bytes] = 0
        return mask


def find_layout(payload: bytes, event: Event) -> Layout | None:
    """Layout of the record with `payload`, which the walker read as `event`.

    None unless the record holds one scalar value and nothing unusual.
    """
    if len(event.values) != 1 or event.values[0].scalar is None:
        return None
    if len(payload) < 20 or payload[0] != WALL_KEY or payload[9] != STEP_KEY:
        return None
    step_bytes = next((n + 1 for n in range(10) if payload[10 + n] < 0x80), 0)
    if not step_bytes:
        return None
    size = len(payload) + FRAME_BYTES
    try:
        for start, end in _fixed_spans(payload, 10 + step_bytes):
            value_type = "<f4" if end - start == 4 else "<f8"
            layout = Layout(size, step_bytes, start + HEADER_BYTES, value_type)
            if _holds(layout, payload, event):
                return layout
    except WireError:
        pass
    return None


def _fixed_spans(payload: bytes, start: int) -> Iterator[Span]:
    """Contents of four or eight bytes that may be the value."""
    pending = [(start, len(payload))]
    while pending:
        for key, first, second in fields(payload, *pending.pop()):
            if key in (_SUMMARY, _VALUE, _TENSOR):
                pending.append((first, second))
            if key & 7 in (FIXED32, FIXED64, BYTES) and second - first in (4, 8):
                yield first, second


def _holds(layout: Layout, payload: bytes, event: Event) -> bool:
    """Whether changes of the layout's free bytes change what the walker reads, and only that."""
    for (wall_time, number), bit in zip(_PROBES, (0, 1), strict=True):
        probe = bytearray(payload)
        struct.pack_into("<d", probe, WALL_AT - HEADER_BYTES, wall_time)
        step = 0
        for place in range(layout.step_bytes):
            at = STEP_AT - HEADER_BYTES + place
            digit = (place + bit) & 1
            probe[at] = probe[at] & 0x80 | digit
            step |= digit << (7 * place)
        step = step - 2**64 if step >= 2**63 else step
        at = layout.value_at - HEADER_BYTES
        probe[at : at + layout.value_bytes] = np.array(number, layout.value_type).tobytes()
        (value,) = event.values
        expected = event._replace(
            wall_time=wall_time, step=step, values=(value._replace(scalar=number),)
        )
        try:
            if parse_event(bytes(probe)) != expected:
                return False
        except WireError:  # the bytes belong to a string
            return False
    return True
