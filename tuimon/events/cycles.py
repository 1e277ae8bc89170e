"""Decoding logs whose tags come round in a fixed order, whole cycles at a time.

A training loop logs the same tags in the same order at every step. As long as no step needs another
byte, such a log is a table: each cycle has the same number of bytes, and each tag's frame lies at
the same place in it. So rows of bytes are compared with one template for the whole cycle, which
proves framing, lengths, tags and field order at once, without looking for the frames at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuimon.events.batches import BatchBuilder
from tuimon.events.grouped import Template
from tuimon.events.points import ScalarColumns
from tuimon.events.records import read_records

MAX_PERIOD = 512
_LEAST_ROW_BYTES = 256
"""Cycles shorter than this are repeated in a row: numpy works row by row."""
_BLOCK_BYTES, _BLOCK_ROWS = 1 << 20, 1024
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
    """A cycle of templates, and where each lies in a row of bytes."""

    def __init__(self, templates: Sequence[Template]) -> None:
        """`templates` in the order of their frames."""
        size = sum(template.layout.frame_bytes for template in templates)
        self._templates = [*templates] * -(-_LEAST_ROW_BYTES // size)
        self._starts: list[int] = []
        self._places: dict[str, list[int]] = {}  # of templates, by tag
        fixed: list[NDArray[np.uint8]] = []
        masks: list[NDArray[np.uint8]] = []
        at = 0
        for place, template in enumerate(self._templates):
            self._places.setdefault(template.tag, []).append(place)
            self._starts.append(at)
            at += template.layout.frame_bytes
            fixed.append(np.frombuffer(template.frame, np.uint8))
            masks.append(template.layout.mask().view(np.uint8)[: template.layout.frame_bytes])
        self._mask = np.concatenate(masks)
        self._fixed = np.concatenate(fixed) & self._mask
        self.row_bytes = at

    def decode(self, window: bytes, start: int, builder: BatchBuilder) -> int:
        """Decode rows of `window` from `start` on; the position behind the last one that fits.

        Stops before a row that is no such cycle or holds a frame with a wrong checksum.
        """
        at = start
        block = max(_BLOCK_BYTES // self.row_bytes, _BLOCK_ROWS)
        while True:
            count = min((len(window) - at) // self.row_bytes, block)
            rows = np.frombuffer(window, np.uint8, count * self.row_bytes, at)
            good = self._decode_rows(rows.reshape(count, self.row_bytes), builder)
            at += good * self.row_bytes
            if good < block:
                return at

    def _decode_rows(self, rows: NDArray[np.uint8], builder: BatchBuilder) -> int:
        """Decode `rows` [n, bytes of a row] as far as they are sound; how many that are."""
        wrong = (rows & self._mask) != self._fixed
        if wrong.any():
            rows = rows[: int(np.argmax(wrong.any(axis=1)))]
        records = [
            read_records(
                rows[:, start : start + template.layout.frame_bytes],
                template.layout,
                np.uint32(template.fixed_crc),
            )
            for start, template in zip(self._starts, self._templates, strict=True)
        ]
        good = len(rows)
        for _, intact in records:
            if not intact.all():
                good = min(good, int(np.argmin(intact)))
        if good:
            for tag, places in self._places.items():
                points = [records[place].points.take(slice(good)) for place in places]
                builder.add_columns(tag, _interleaved(points))
        return good


def _interleaved(points: Sequence[ScalarColumns]) -> ScalarColumns:
    """Points of a tag that comes several times in a cycle, row by row."""
    if len(points) == 1:
        return points[0]
    return ScalarColumns(
        *(np.column_stack(columns).ravel() for columns in zip(*points, strict=True))
    )
