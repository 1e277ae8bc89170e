"""Decoding many frames at once, whatever order their tags come in.

Frames of one length are gathered as rows of words and compared with the templates of that length.
What matches is decoded by columns and put back into the order of the file; what does not (the first
values of a tag, other summaries, restarts, damage) is left to the walker, frame by frame.

A tag's first value is always the walker's, which enters the tag into the run's map of plugins, and
templates are made of tags in that map only. So templates never change what a record means.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.batches import BatchBuilder
from tuimon.events.bulk.records import find_damaged, gather, read_points
from tuimon.events.bulk.templates import NO_TEMPLATE, Family, Template, find_layout
from tuimon.events.crc import Words
from tuimon.events.fields import Buffer, WireError
from tuimon.events.frames import HEADER_BYTES, TRAILER_BYTES, Chain
from tuimon.events.plugins import is_scalar, known_plugin
from tuimon.events.points import ScalarColumns
from tuimon.events.wire import parse_event

DAMAGED = -2
"""In place of a template's number: the payload is not what its checksum says."""

_MAX_TAGS = 1 << 16
_SHORTEST, _LONGEST = 40, 512
"""Bytes of frames that are worth a template."""
_MOST_FAILURES = 4
"""After so many frames of one length that make no template, the rest are taken to make none."""
_MOST_EXAMPLES = 256
"""Templates learned at a time: each costs the time of a few records."""

_BLOCK_ROWS = 8192
"""Frames decoded at a time: the arrays in between stay in the processor's cache."""

Indices = NDArray[np.intp]


class FramePoints(NamedTuple):
    """Frames in the order of the file; arrays [frames]."""

    templates: NDArray[np.int32]
    """Numbers of the templates that they match, `DAMAGED` or `NO_TEMPLATE`."""
    points: ScalarColumns
    """Meaningful where there is a template."""


class GroupedDecoder:
    """Knows the templates of a file and decodes the frames that match one."""

    def __init__(self, plugins: Mapping[str, str]) -> None:
        self.templates: list[Template] = []
        """By number."""
        self._plugins = plugins
        self._tags: dict[str, int] = {}  # numbers of tags
        self._tag_numbers: NDArray[np.uint16] = np.empty(0, np.uint16)  # by template
        self._families: dict[int, list[Family]] = {}  # by bytes of a frame

    def decode(self, window: Buffer, chain: Chain) -> FramePoints:
        """Decode the frames of `chain` in `window`."""
        count = len(chain.starts)
        decoded = FramePoints(
            np.full(count, NO_TEMPLATE, np.int32),
            ScalarColumns(
                np.zeros(count, np.int64), np.zeros(count, np.float64), np.zeros(count, np.float64)
            ),
        )
        sizes = chain.ends - chain.starts
        for size in np.flatnonzero(np.bincount(np.minimum(sizes, _LONGEST + 1))).tolist():
            if not _SHORTEST <= size <= _LONGEST:
                continue
            places = np.flatnonzero(sizes == size)
            # Rows are whole words: the last frame of the window may have too little behind it.
            words = -(-size // 8)
            places = places[chain.starts[places] + 8 * words <= len(window)]
            for first in range(0, len(places), _BLOCK_ROWS):
                block = places[first : first + _BLOCK_ROWS]
                rows = gather(window, chain.starts.take(block), words)
                self._decode_rows(rows, size, block, decoded)
        return decoded

    def rows_by_tag(self, decoded: FramePoints) -> "RowsByTag":
        """The points of `decoded`, sorted into tags."""
        places = np.flatnonzero(decoded.templates >= 0)
        numbers = self._tag_numbers[decoded.templates[places]]
        order = np.argsort(numbers, kind="stable")  # a radix sort, of 16-bit numbers
        places, numbers = places[order], numbers[order]
        columns = decoded.points.take(places)
        bounds = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
        names = list(self._tags)
        rows: dict[str, tuple[Indices, ScalarColumns]] = {}
        if len(numbers):
            for start, end in pairwise(bounds):
                part = slice(start, end)
                rows[names[numbers[start]]] = places[part], columns.take(part)
        return RowsByTag(rows)

    def _decode_rows(self, rows: Words, size: int, places: Indices, decoded: FramePoints) -> None:
        """Decode frames of one size, `rows` [n, words], that have `places` among the frames."""
        damaged = find_damaged(rows, size)
        if damaged:
            decoded.templates[places[damaged]] = DAMAGED
            rows, places = np.delete(rows, damaged, axis=0), np.delete(places, damaged)
        families = self._families.setdefault(size, [])
        for family in tuple(families):
            if not len(rows):
                return
            count = len(rows)
            rows, places = self._read(family, rows, places, decoded)
            if len(rows) < count // 2:
                # The next rows will mostly be of this family, too: steps as long as these.
                families.remove(family)
                families.insert(0, family)
        failures = 0
        while len(rows) and failures < _MOST_FAILURES:
            example_family = self._learn(rows[0], size)
            if example_family is None:
                failures += 1
                rows, places = rows[1:], places[1:]
                continue
            for example in example_family.examples(rows)[:_MOST_EXAMPLES]:
                self._learn(rows[example], size)
            rows, places = self._read(example_family, rows, places, decoded)

    def _read(
        self, family: Family, rows: Words, places: Indices, decoded: FramePoints
    ) -> tuple[Words, Indices]:
        """Decode those of `rows` that match a template of `family`; returns the others."""
        if not len(rows):
            return rows, places
        numbers = family.match(rows)
        matched = numbers != NO_TEMPLATE
        others = rows[~matched], places[~matched]
        if len(others[1]):
            rows, places, numbers = rows[matched], places[matched], numbers[matched]
            if not len(rows):
                return others
        decoded.templates[places] = numbers
        points = read_points(rows, family.layout)
        for column, read in zip(decoded.points, points, strict=True):
            column[places] = read
        return others

    def _learn(self, row: Words, size: int) -> Family | None:
        """Make the frame in `row` a template; its family, None when it makes none."""
        frame = row.tobytes()[:size]
        payload = frame[HEADER_BYTES:-TRAILER_BYTES]
        try:
            event = parse_event(payload)
        except WireError:
            return None
        if len(event.values) != 1:
            return None
        (value,) = event.values
        if value.tag not in self._plugins:
            return None
        if not is_scalar(value, known_plugin(self._plugins, value.tag)):
            return None
        layout = find_layout(payload, event)
        if layout is None or len(self._tags) >= _MAX_TAGS:
            return None
        families = self._families[size]
        family = next((known for known in families if known.layout == layout), None)
        if family is None:
            family = Family(layout)
            families.append(family)
        if not family.add(row, len(self.templates)):
            return None
        self.templates.append(Template((value.tag,), layout, frame))
        number = self._tags.setdefault(value.tag, len(self._tags))
        self._tag_numbers = np.append(self._tag_numbers, np.uint16(number))
        return family


class RowsByTag:
    """Points of a stretch of frames, which are entered into a batch as the need arises."""

    def __init__(self, rows: dict[str, tuple[Indices, ScalarColumns]]) -> None:
        """`rows`: the points of each tag, with the places of their frames, ascending."""
        self._rows = rows

    def enter_tag(self, tag: str, before: int, builder: BatchBuilder) -> None:
        """Enter the points of `tag` whose frames come before the place `before`."""
        if tag not in self._rows:
            return
        places, columns = self._rows[tag]
        count = int(np.searchsorted(places, before))
        if count:
            builder.add_columns(tag, columns.take(slice(count)))
            self._rows[tag] = places[count:], columns.take(slice(count, None))

    def enter_all(self, before: int, builder: BatchBuilder) -> None:
        """Enter all points whose frames come before the place `before`."""
        for tag in self._rows:
            self.enter_tag(tag, before, builder)
