"""Decoding logs whose tags come round in a fixed order, whole cycles at a time.

A training loop logs the same tags in the same order at every step. As long as no step needs another
byte, such a log is a table: each cycle has the same number of bytes, and each tag's frame lies at
the same place in it. So rows of bytes are compared with one template for the whole cycle, which
proves framing, lengths, tags and field order at once, without looking for the frames at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuimon.events.batches import BatchBuilder
from tuimon.events.crc import Bytes, column, damaged_rows, trailer_key, unmasked
from tuimon.events.fields import Buffer
from tuimon.events.frames import FRAME_BYTES, TRAILER_BYTES
from tuimon.events.grouped import Template
from tuimon.events.points import ScalarColumns
from tuimon.events.records import read_steps
from tuimon.events.templates import STEP_AT, WALL_AT

MAX_PERIOD = 512
_LEAST_ROW_BYTES = 256
"""Cycles shorter than this are repeated in a row: numpy works row by row."""
_BLOCK_BYTES, _BLOCK_ROWS = 1 << 20, 256
"""Rows are compared in blocks of this size or number, whichever is more."""


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
        frames = b"".join(template.frame for template in templates)
        self._fixed = np.frombuffer(frames, np.uint8) & self._mask
        self.row_bytes = len(frames)
        starts = accumulate((layout.frame_bytes for layout in layouts), initial=0)
        self._places = list(zip(starts, layouts, strict=False))
        keys = [trailer_key(layout.frame_bytes - FRAME_BYTES) for layout in layouts]
        self._trailer_keys = np.array(keys, np.uint32)[:, None]
        self._step_sizes: dict[int, list[int]] = {}
        self._tags: dict[str, list[int]] = {}
        for place, template in enumerate(templates):
            self._step_sizes.setdefault(template.layout.step_bytes, []).append(place)
            self._tags.setdefault(template.tag, []).append(place)

    def decode(self, window: Buffer, start: int, builder: BatchBuilder) -> int:
        """Decode rows of `window` from `start` on; the position behind the last one that fits.

        Stops before a row that is no such cycle or holds a frame with a wrong checksum.
        """
        at = start
        block = max(_BLOCK_BYTES // self.row_bytes, _BLOCK_ROWS)
        most = min((len(window) - at) // self.row_bytes, block)
        scratch = np.empty((most, self.row_bytes), np.uint8)
        while True:
            count = min((len(window) - at) // self.row_bytes, block)
            good = self._decode_rows(window, at, scratch[:count], builder)
            at += good * self.row_bytes
            if good < block:
                return at

    def _decode_rows(self, window: Buffer, at: int, scratch: Bytes, builder: BatchBuilder) -> int:
        """Decode as many rows as `scratch` has, as far as they are sound; how many that are.

        Fresh memory for each step of this would take longer than the steps.
        """
        rows = np.frombuffer(window, np.uint8, scratch.size, at).reshape(scratch.shape)
        wrong = np.bitwise_and(rows, self._mask, out=scratch)
        wrong ^= self._fixed
        if wrong.any():
            rows = rows[: int(np.argmax(wrong.any(axis=1)))]
        rows = rows[: self._count_intact(rows, scratch[: len(rows)])]
        if len(rows):
            points = self._read_points(rows)
            for tag, places in self._tags.items():
                builder.add_columns(tag, ScalarColumns(*(_joined(of, places) for of in points)))
        return len(rows)

    def _count_intact(self, rows: Bytes, scratch: Bytes) -> int:
        """How many of the first `rows` have right checksums."""
        trailers = np.empty((len(self._places), len(rows)), np.uint32)
        ends = [start + layout.frame_bytes - TRAILER_BYTES for start, layout in self._places]
        for place, end in enumerate(ends):
            trailers[place] = column(rows, end, "<u4")
        trailers = unmasked(trailers) ^ self._trailer_keys
        scratch[:] = rows
        for place, end in enumerate(ends):
            column(scratch, end, "<u4")[:] = trailers[place]
        return next(damaged_rows(scratch), len(rows))

    def _read_points(self, rows: Bytes) -> ScalarColumns:
        """The points in `rows`; arrays [places, rows]."""
        shape = len(self._places), len(rows)
        digits = np.empty(shape, np.uint64)
        points = ScalarColumns(np.empty(shape, np.int64), np.empty(shape), np.empty(shape))
        for place, (start, layout) in enumerate(self._places):
            digits[place] = column(rows, start + STEP_AT, "<u8")
            points.wall_times[place] = column(rows, start + WALL_AT, "<f8")
            with np.errstate(invalid="ignore"):  # signalling NaNs become quiet ones
                points.values[place] = column(rows, start + layout.value_at, layout.value_type)
        for size, places in self._step_sizes.items():
            rest = np.empty((len(places), len(rows)), np.uint64) if size > 8 else None
            if rest is not None:
                for number, place in enumerate(places):
                    rest[number] = column(rows, self._places[place][0] + STEP_AT + 8, "<u8")
            points.steps[places] = read_steps(digits[places], rest, size)
        return points


def _joined(numbers: NDArray[Any], places: Sequence[int]) -> NDArray[Any]:
    """What a tag has at some places of [places, rows]: row by row if it comes several times."""
    return numbers[places[0]] if len(places) == 1 else numbers[places].T.ravel()
