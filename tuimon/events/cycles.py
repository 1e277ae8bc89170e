"""Decoding logs whose tags come round in a fixed order, whole cycles at a time.

A training loop logs the same tags in the same order at every step. As long as no step needs another
byte, such a log is a table: each cycle has the same number of bytes, and each tag's frame lies at
the same place in it. So rows of bytes are compared with one template for the whole cycle, which
proves framing, lengths, tags and field order at once, without looking for the frames at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.batches import BatchBuilder
from tuimon.events.grouped import Template
from tuimon.events.points import ScalarColumns
from tuimon.events.records import gather, read_records
from tuimon.events.templates import Layout

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
        masks = [
            template.layout.mask().view(np.uint8)[: template.layout.frame_bytes]
            for template in templates
        ]
        self._mask = np.concatenate(masks)
        frames = b"".join(template.frame for template in templates)
        self._fixed = np.frombuffer(frames, np.uint8) & self._mask
        self.row_bytes = len(frames)
        places: dict[Layout, list[int]] = {}
        for place, template in enumerate(templates):
            places.setdefault(template.layout, []).append(place)
        starts = np.cumsum([0, *(template.layout.frame_bytes for template in templates)])
        self._groups = [
            _Group(
                layout,
                starts[members],
                np.array([templates[place].fixed_crc for place in members], np.uint32),
            )
            for layout, members in places.items()
        ]
        # Where each template's points are: the group, and the column there.
        found = {
            place: (number, column)
            for number, members in enumerate(places.values())
            for column, place in enumerate(members)
        }
        self._tags: dict[str, list[tuple[int, int]]] = {}
        for place, template in enumerate(templates):
            self._tags.setdefault(template.tag, []).append(found[place])

    def decode(self, window: bytes, start: int, builder: BatchBuilder) -> int:
        """Decode rows of `window` from `start` on; the position behind the last one that fits.

        Stops before a row that is no such cycle or holds a frame with a wrong checksum.
        """
        at = start
        block = max(_BLOCK_BYTES // self.row_bytes, _BLOCK_ROWS)
        while True:
            # Frames are gathered as whole words: leave one behind the last row.
            count = max(min((len(window) - 8 - at) // self.row_bytes, block), 0)
            good = self._decode_rows(window, at, count, builder)
            at += good * self.row_bytes
            if good < block:
                return at

    def _decode_rows(self, window: bytes, at: int, count: int, builder: BatchBuilder) -> int:
        """Decode `count` rows as far as they are sound; how many that are."""
        if not count:
            return 0
        rows = np.frombuffer(window, np.uint8, count * self.row_bytes, at)
        wrong = (rows.reshape(count, self.row_bytes) & self._mask) != self._fixed
        if wrong.any():
            count = int(np.argmax(wrong.any(axis=1)))
        positions = np.arange(at, at + count * self.row_bytes, self.row_bytes)
        good = count
        points: list[ScalarColumns] = []
        for group in self._groups:
            frames = gather(window, (positions[:, None] + group.starts).ravel(), group.layout.words)
            records = read_records(frames, group.layout, group.fixed_crcs)
            shape = count, len(group.starts)
            if not records.intact.all():
                intact = records.intact.reshape(shape).all(axis=1)
                good = min(good, int(np.argmin(intact)))
            points.append(records.points.reshape(shape))
        if good:
            for tag, places in self._tags.items():
                columns = [points[group].take((slice(good), column)) for group, column in places]
                builder.add_columns(tag, _interleaved(columns))
        return good


class _Group(NamedTuple):
    """The templates of a cycle that have one layout."""

    layout: Layout
    starts: NDArray[np.int64]
    """Where their frames begin in a row."""
    fixed_crcs: NDArray[np.uint32]


def _interleaved(points: Sequence[ScalarColumns]) -> ScalarColumns:
    """Points of a tag that comes several times in a cycle, row by row."""
    if len(points) == 1:
        return points[0]
    return ScalarColumns(
        *(np.column_stack(columns).ravel() for columns in zip(*points, strict=True))
    )
