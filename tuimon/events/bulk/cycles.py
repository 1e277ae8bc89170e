"""Decoding logs whose tags come round in a fixed order, whole cycles at a time.

A training loop logs the same tags in the same order at every step. As long as no step needs another
byte, such a log is a table: each cycle has the same number of bytes, and each tag's frame lies at
the same place in it. So rows of bytes are compared with one template for the whole cycle, which
proves framing, lengths, tags and field order at once, without looking for the frames at all.
"""

import sys
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuimon.events.batches import BatchBuilder
from tuimon.events.bulk.records import read_steps, step_word
from tuimon.events.bulk.templates import STEP_AT, WALL_AT, ScalarPlace, Template
from tuimon.events.crc import Bytes, column, damaged_rows, remainder, trailer_key, unmasked
from tuimon.events.fields import Buffer
from tuimon.events.frames import FRAME_BYTES, TRAILER_BYTES
from tuimon.events.points import ScalarColumns

MAX_PERIOD = 512
_LEAST_ROW_BYTES = 256
"""Cycles shorter than this are repeated in a row: numpy works row by row."""
_BLOCK_BYTES, _BLOCK_ROWS = 1 << 20, 256
"""Rows are compared in blocks of this size or number, whichever is more."""
_FIRST_ROWS = 256
"""So many at most are decoded by a cycle that is new: some end soon."""


def find_period(numbers: NDArray[np.int32]) -> int:
    """Smallest period of the templates at the end of `numbers`; 0 when there is none.

    A period counts when it fits at least twice and at most `MAX_PERIOD` templates are in it.
    """
    numbers = numbers[-2 * MAX_PERIOD :]
    last = len(numbers) - 1
    for place in np.flatnonzero(numbers[:-1] == numbers[-1])[::-1].tolist():
        period = last - place
        if period > len(numbers) // 2:
            break
        tail = numbers[-2 * period :]
        if (tail >= 0).all() and (tail[period:] == tail[:period]).all():
            return int(period)
    return 0


class Cycle:
    """A cycle of templates: rows of bytes in which each has its place."""

    def __init__(self, templates: Sequence[Template]) -> None:
        """`templates` in the order of their frames."""
        size = sum(template.layout.frame_bytes for template in templates)
        templates = [*templates] * -(-_LEAST_ROW_BYTES // size)
        layouts = [template.layout for template in templates]
        self._mask = np.concatenate([layout.mask()[: layout.frame_bytes] for layout in layouts])
        self._example = np.frombuffer(b"".join(one.frame for one in templates), np.uint8)
        self.row_bytes = len(self._example)
        starts = accumulate((layout.frame_bytes for layout in layouts), initial=0)
        self._places = list(zip(starts, layouts, strict=False))
        keys = [
            trailer_key(layout.frame_bytes - FRAME_BYTES)
            ^ remainder(self._example[start : start + layout.frame_bytes - TRAILER_BYTES])
            for start, layout in self._places
        ]
        self._trailer_keys = np.array(keys, np.uint32)[:, None]
        self._step_sizes: dict[int, list[int]] = {}
        self._values: list[tuple[int, ScalarPlace]] = []  # in a row of bytes; by place of the frame
        self._tags: dict[str, list[int]] = {}  # the values of each
        for place, template in enumerate(templates):
            self._step_sizes.setdefault(template.layout.step_bytes, []).append(place)
            for tag, value in zip(template.tags, template.layout.values, strict=True):
                self._tags.setdefault(tag, []).append(len(self._values))
                self._values.append((place, value._replace(at=self._places[place][0] + value.at)))
        self._most = _FIRST_ROWS

    def decode(self, window: Buffer, start: int, builder: BatchBuilder) -> int:
        """Decode rows of `window` from `start` on; the position behind the last one that fits.

        Stops before a row that is no such cycle or holds a frame with a wrong checksum.
        """
        at = start
        while count := min((len(window) - at) // self.row_bytes, self._most):
            good = self._decode_rows(window, at, count, builder)
            at += good * self.row_bytes
            if good < count:
                break
            self._most = sys.maxsize
        return at

    def _decode_rows(self, window: Buffer, at: int, most: int, builder: BatchBuilder) -> int:
        """Decode at most so many rows from `at` on, as far as they are sound; how many that are."""
        shape = len(self._places), most
        values = np.empty((len(self._values), most))
        points = ScalarColumns(np.empty(shape, np.int64), np.empty(shape), values)
        block = max(_BLOCK_BYTES // self.row_bytes, _BLOCK_ROWS)
        # Fresh memory for each step of this would take longer than the steps.
        scratch = np.empty((min(most, block), self.row_bytes), np.uint8)
        count = 0
        while count < most:
            scratch = scratch[: most - count]
            rows = self._sound_rows(window, at + count * self.row_bytes, scratch)
            self._read_points(rows, points, count)
            count += len(rows)
            if len(rows) < len(scratch):
                break
        if count:
            for tag, found in self._tags.items():
                places = [self._values[one][0] for one in found]
                columns = (
                    _joined(points.steps[:, :count], places),
                    _joined(points.wall_times[:, :count], places),
                    _joined(points.values[:, :count], found),
                )
                builder.add_columns(tag, ScalarColumns(*columns))
        return count

    def _sound_rows(self, window: Buffer, at: int, scratch: Bytes) -> Bytes:
        """As many rows as `scratch` has, from `at` on, as far as they are sound."""
        rows = np.frombuffer(window, np.uint8, scratch.size, at).reshape(scratch.shape)
        differences = np.bitwise_xor(rows, self._example, out=scratch)
        if (np.bitwise_or.reduce(differences) & self._mask).any():
            wrong = (differences & self._mask).any(axis=1)
            rows = rows[: int(np.argmax(wrong))]
        return rows[: self._count_intact(rows, differences[: len(rows)])]

    def _count_intact(self, rows: Bytes, differences: Bytes) -> int:
        """How many of the first `rows` have right checksums; overwrites trailers.

        The remainder of two frames' difference is the difference of their remainders, so that it is
        zero for those between sound frames, too.
        """
        trailers = np.empty((len(self._places), len(rows)), np.uint32)
        ends = [start + layout.frame_bytes - TRAILER_BYTES for start, layout in self._places]
        for place, end in enumerate(ends):
            trailers[place] = column(rows, end, "<u4")
        trailers = unmasked(trailers) ^ self._trailer_keys
        for place, end in enumerate(ends):
            column(differences, end, "<u4")[:] = trailers[place]
        return next(damaged_rows(differences), len(rows))

    def _read_points(self, rows: Bytes, points: ScalarColumns, done: int) -> None:
        """Read `rows` into arrays that hold those of `done` rows: steps and wall times [places,
        rows], values [values, rows]."""
        new = slice(done, done + len(rows))
        for place, (start, _) in enumerate(self._places):
            points.wall_times[place, new] = column(rows, start + WALL_AT, "<f8")
        with np.errstate(invalid="ignore"):  # signalling NaNs become quiet ones
            for number, (_, value) in enumerate(self._values):
                points.values[number, new] = column(rows, value.at, value.type)
        for size, places in self._step_sizes.items():
            digits = self._gather(rows, places, STEP_AT, step_word(size))
            rest = self._gather(rows, places, STEP_AT + 8, "<u8") if size > 8 else None
            points.steps[places, new] = read_steps(digits, rest, size)

    def _gather(
        self, rows: Bytes, places: Sequence[int], at: int, dtype: str
    ) -> NDArray[np.unsignedinteger]:
        """What lies at byte `at` of the frames at some places [places, rows]."""
        gathered = np.empty((len(places), len(rows)), dtype)
        for number, place in enumerate(places):
            gathered[number] = column(rows, self._places[place][0] + at, dtype)
        return gathered


def _joined(numbers: NDArray[Any], places: Sequence[int]) -> NDArray[Any]:
    """What a tag has at some places of [places, rows]: row by row if it comes several times."""
    return numbers[places[0]] if len(places) == 1 else numbers[places].T.ravel()
