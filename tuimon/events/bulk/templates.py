"""Templates: records of scalars of the same tags are alike but for few bytes at known places.

A writer serializes every point of a tag in the same way, so that two of them differ in nothing but
the wall time, the step (in as many bytes), the value and the checksum; so do those of all values
that it logs at once. Where these lie is the
*layout*; the record with these bytes zeroed is the *template*. A record that equals a template
outside of the free bytes means what the template's record meant, by comparison of bytes alone.

Where the free bytes are is not derived from the format a second time: `find_layout` asks the
walker, by changing the bytes in question and looking at what the walker then reads. A `Family` is
the templates of a layout; it tells which of them, if any, each of many frames equals.
"""

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.crc import Bytes, Words
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
# Odd multipliers without a pattern: powers of 2^64 divided by the golden ratio.
_MULTIPLIERS = np.array(
    [pow(0x9E3779B97F4A7C15, power, 2**64) for power in range(1, 65)], np.uint64
)

NO_TEMPLATE = -1


class ScalarPlace(NamedTuple):
    """Where a value lies, counted from the start of its frame."""

    at: int
    type: str
    """``<f`` or ``<d``."""

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + struct.calcsize(self.type)


class RecordLayout(NamedTuple):
    """Where the free bytes of a record of scalars lie, counted from the start of its frame."""

    frame_bytes: int
    step_bytes: int
    values: tuple[ScalarPlace, ...]

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
        for place in self.values:
            mask[place.at : place.end] = 0
        return mask

    def outline(self, payload: bytes) -> bytes:
        """`payload` with zeros in its free bytes."""
        mask = self.mask()[HEADER_BYTES : HEADER_BYTES + len(payload)]
        return (np.frombuffer(payload, np.uint8) & mask).tobytes()


class Template(NamedTuple):
    """What records of the same tags and layout have in common."""

    tags: tuple[str, ...]
    """Of the values, in their order."""
    layout: RecordLayout
    frame: bytes
    """A frame of it; what its free bytes hold means nothing."""


def find_layout(payload: bytes, event: Event) -> RecordLayout | None:
    """Layout of the record with `payload`, which the walker read as `event`.

    None unless the record holds scalar values and nothing unusual.
    """
    if not event.values or any(value.scalar is None for value in event.values):
        return None
    if len(payload) < 20 or payload[0] != WALL_KEY or payload[9] != STEP_KEY:
        return None
    step_bytes = next((n + 1 for n in range(10) if payload[10 + n] < 0x80), 0)
    if not step_bytes:
        return None
    size = len(payload) + FRAME_BYTES
    try:
        values = _values(payload, 10 + step_bytes)
        candidates = [_number_spans(payload, *span) for span in values]
        if len(candidates) != len(event.values) or not all(candidates):
            return None
        # Of many values only the likeliest places are tried: the first, which are numbers by kind.
        likely = (
            [*zip(*candidates, strict=True)]
            if len(candidates) == 1
            else [[spans[0] for spans in candidates]]
        )
        for spans in likely:
            layout = RecordLayout(size, step_bytes, tuple(_place(*span) for span in spans))
            if _holds(layout, layout.outline(payload)):
                return layout
    except WireError:
        pass
    return None


def _values(payload: bytes, start: int) -> Iterator[Span]:
    """The values of the summaries in an event, from `start` on."""
    for key, first, second in fields(payload, start, len(payload)):
        if key == _SUMMARY:
            for inner, begin, end in fields(payload, first, second):
                if inner == _VALUE:
                    yield begin, end


def _number_spans(payload: bytes, start: int, end: int) -> list[Span]:
    """Contents of four or eight bytes that may be the number in a value: of number kinds first."""
    numbers: list[Span] = []
    texts: list[Span] = []
    for key, first, second in fields(payload, start, end):
        if key == _TENSOR:
            texts += _number_spans(payload, first, second)
        elif second - first in (4, 8):
            if key & 7 in (FIXED32, FIXED64):
                numbers.append((first, second))
            elif key & 7 == BYTES:
                texts.append((first, second))
    return numbers + texts


def _place(start: int, end: int) -> ScalarPlace:
    return ScalarPlace(start + HEADER_BYTES, "<f" if end - start == 4 else "<d")


@lru_cache(maxsize=1024)  # the files of a log directory have the same tags
def _holds(layout: RecordLayout, outline: bytes) -> bool:
    """Whether changes of the layout's free bytes change what the walker reads, and only that.

    `outline` is a payload as `RecordLayout.outline` gives it.
    """
    try:
        event = parse_event(outline)
        return len(event.values) == len(layout.values) and all(
            parse_event(probe) == expected for probe, expected in _probes(layout, outline, event)
        )
    except WireError:  # the bytes belong to a string
        return False


def _probes(layout: RecordLayout, outline: bytes, event: Event) -> Iterator[tuple[bytes, Event]]:
    """Payloads that differ in all free bytes, and the events that they have to be."""
    for bit, (wall_time, number) in enumerate(_PROBES):
        probe = bytearray(outline)
        struct.pack_into("<d", probe, WALL_AT - HEADER_BYTES, wall_time)
        step = 0
        for place in range(layout.step_bytes):
            digit = (place + bit) & 1
            probe[STEP_AT - HEADER_BYTES + place] |= digit
            step |= digit << (7 * place)
        numbers = [number * (1 + order) for order in range(len(layout.values))]
        for (at, type_), one in zip(layout.values, numbers, strict=True):
            struct.pack_into(type_, probe, at - HEADER_BYTES, one)
        values = zip(event.values, numbers, strict=True)
        yield (
            bytes(probe),
            event._replace(
                wall_time=wall_time,
                step=step - 2**64 if step >= 2**63 else step,
                values=tuple(value._replace(scalar=one) for value, one in values),
            ),
        )


class Family:
    """The templates of one layout, one a tag: found by a hash, then compared in full."""

    def __init__(self, layout: RecordLayout) -> None:
        self.layout = layout
        self._mask = layout.mask().view(np.uint64)
        self._templates: dict[int, tuple[Words, int]] = {}  # by hash: fixed words, number
        self._sort()

    def _sort(self) -> None:
        templates = sorted(self._templates.items())
        self._hashes = np.array([hashed for hashed, _ in templates], np.uint64)  # ascending
        self._fixed: Words = np.array([fixed for _, (fixed, _) in templates], np.uint64)
        self._numbers = np.array([number for _, (_, number) in templates], np.int32)

    def add(self, frame: Words, number: int) -> bool:
        """Make `frame` [words] the template with a number.

        False when there is one with the same hash: such frames have to be read one by one.
        """
        fixed = frame & self._mask
        hashed = int(self._hash(fixed[None])[0])
        if hashed in self._templates:
            return False
        self._templates[hashed] = fixed, number
        return True

    def match(self, frames: Words) -> NDArray[np.int32]:
        """Numbers of the templates that `frames` [n, words] equal, or `NO_TEMPLATE`."""
        if len(self._hashes) < len(self._templates):
            self._sort()
        if not len(self._hashes):
            return np.full(len(frames), NO_TEMPLATE, np.int32)
        fixed = frames & self._mask
        hashes = self._hash(fixed)
        places = np.searchsorted(self._hashes, hashes)
        np.minimum(places, len(self._hashes) - 1, out=places)
        equal = self._hashes.take(places) == hashes
        alike = fixed if equal.all() else fixed[equal]
        expected = self._fixed.take(places[equal], axis=0)
        if not np.array_equal(alike.ravel(), expected.ravel()):  # a hash is no proof
            equal[equal] = (alike == expected).all(axis=1)
        return np.where(equal, self._numbers.take(places), np.int32(NO_TEMPLATE))

    def examples(self, frames: Words) -> list[int]:
        """Places of one frame for each template that `frames` [n, words] would make."""
        _, places = np.unique(self._hash(frames & self._mask), return_index=True)
        return sorted(places.tolist())

    def _hash(self, fixed: Words) -> Words:
        hashes: Words = np.einsum("ij,j->i", fixed, _MULTIPLIERS[: self.layout.words])
        return hashes
