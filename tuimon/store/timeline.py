"""The rows of one tag over all event files of a run."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from tuimon.store.columns import Arrays, Columns
from tuimon.store.segment import Segment, SegmentState
from tuimon.store.step_order import FEW_WITHOUT_STEP, FileRows, Oddity, StepOrder, order_steps

Stretch: TypeAlias = tuple[str, int]
"""A file, and where in it a stretch of records begins: 0 unless bytes were missing before it."""


class Restarts:
    """What the files of a run say of all its tags: when they were begun, where they restart."""

    __slots__ = ("begun_at", "by_stretch")

    def __init__(self) -> None:
        self.begun_at: Mapping[str, float] = {}
        """Wall time of the first event of each file."""
        self.by_stretch: Mapping[Stretch, int] = {}
        """Lowest step at which each restarts all tags (``SessionLog.START``)."""

    def begin(self, file: str, wall_time: float) -> None:
        """Note when a file was begun."""
        self.begun_at = {**self.begun_at, file: wall_time}

    def add(self, stretch: Stretch, step: int) -> None:
        """Note a restart."""
        known = self.by_stretch.get(stretch, step)
        self.by_stretch = {**self.by_stretch, stretch: min(step, known)}

    def follow(self, stretch: Stretch) -> bool:
        """Whether anything behind a stretch restarts."""
        return any(other > stretch for other in self.by_stretch)

    def drop(self, file: str) -> None:
        """Forget what a file said."""
        self.by_stretch = {one: step for one, step in self.by_stretch.items() if one[0] != file}
        self.begun_at = {name: time for name, time in self.begun_at.items() if name != file}


class _InForce(NamedTuple):
    """The rows in force of a state of a timeline."""

    rows: Arrays
    superseded: int
    oddities: frozenset[Oddity]


_NOTHING_ODD: frozenset[Oddity] = frozenset()


class Timeline:
    """Rows of a tag, merged in the order of (file name, offset), with what is superseded.

    One thread writes (`append`, `restart`, `drop`), any number read, without locks: what readers
    get never changes, and they never see half of a change.
    """

    def __init__(self, run: str, tag: str, dtypes: Sequence[DTypeLike], restarts: Restarts) -> None:
        """Columns begin with steps and wall times."""
        self.run = run
        self.tag = tag
        self.version = 0
        """Moves with every change."""
        self.epoch = 0
        """Moves when rows in force changed in any other way than by new ones at their end."""
        self._dtypes = dtypes
        self._restarts = restarts
        self._segments: dict[Stretch, Segment] = {}  # in order; replaced, never changed
        self._merged: tuple[Columns, _InForce] | None = None  # while only the last file grows
        self._grew = False
        self._known: tuple[int, _InForce | None] = -1, None

    @property
    def files(self) -> Sequence[str]:
        """The files that hold rows of the tag, in order."""
        return tuple(dict.fromkeys(file for file, _ in self._segments))

    def __len__(self) -> int:
        """Number of rows in force."""
        return len(self._in_force().rows[0])

    @property
    def superseded(self) -> int:
        """Number of rows that later ones, or restarts, took the place of."""
        return self._in_force().superseded

    @property
    def oddities(self) -> frozenset[Oddity]:
        """What is unusual about the steps."""
        return self._in_force().oddities

    def append(
        self, file: str, rows: Sequence[np.ndarray], growth: float = 1.0, begin: int = 0
    ) -> None:
        """Add rows of one file, given as columns in file order: steps, wall times, others.

        `growth` as in `Columns.append`; `begin` is where the stretch of the file begins.
        """
        stretch = file, begin
        segment = self._segments.get(stretch)
        if segment is None:
            segment = Segment(self._dtypes)
            self._segments = dict(sorted({**self._segments, stretch: segment}.items()))
        known = segment.state.rows
        steps = known.arrays[0]
        climbs = known.length > 1 and bool(steps[0] != steps[known.length - 1])
        ordered = segment.append(rows, growth)
        last = stretch == next(reversed(self._segments)) and not self._restarts.follow(stretch)
        grows = ordered and last and climbs
        if not self._plain(self._segments):
            self._merge(rows, grows=grows)
        self._grew = grows
        self.version += 1

    def _merge(self, rows: Sequence[np.ndarray], *, grows: bool) -> None:
        """Keep what is merged up to date with new rows, where they come behind all others."""
        merged, self._merged = self._merged, None
        if grows and merged is not None:
            steps, length = merged[0].rows.arrays[0], merged[0].rows.length
            if length and steps[length - 1] <= rows[0][0]:
                merged[0].append(rows)
                self._merged = merged
                return
        elif grows and self._grew:
            found = self._order()
            if np.array_equal(found.rows[0][-len(rows[0]) :], rows[0]):
                columns = Columns(self._dtypes)
                columns.append(found.rows)
                self._merged = columns, found
                return
        self.epoch += 1

    def restart(self, file: str, step: int, begin: int = 0) -> None:
        """A ``SessionLog.START`` in `file`; the run's `Restarts` know it already."""
        if (file, begin) in self._segments:
            self._segments[file, begin].start(step)
        self._changed_throughout()

    def drop(self, file: str) -> None:
        """Forget the rows of `file`."""
        self._segments = {one: kept for one, kept in self._segments.items() if one[0] != file}
        self._changed_throughout()

    def _changed_throughout(self) -> None:
        self._merged, self._grew = None, False
        self.epoch += 1
        self.version += 1

    def _plain(self, segments: Mapping[Stretch, Segment]) -> SegmentState | None:
        """The only one, all of whose rows are in force as they are: mostly there is no more."""
        if len(segments) != 1:
            return None
        ((stretch, segment),) = segments.items()
        state = segment.state
        if not state.ordered or state.starts or self._restarts.follow(stretch):
            return None
        steps, length = state.rows.arrays[0], state.rows.length
        return state if length < FEW_WITHOUT_STEP or steps[0] != steps[length - 1] else None

    def _in_force(self) -> _InForce:
        version, segments, merged = self.version, self._segments, self._merged
        plain = self._plain(segments)
        if plain is not None:
            return _InForce(plain.rows.view(), 0, _NOTHING_ODD)
        if merged is not None:
            columns, found = merged
            return found._replace(rows=columns.rows.view())
        known, kept = self._known
        if known != version or kept is None:
            kept = self._order()
            self._known = version, kept
        return kept

    def _order(self) -> _InForce:
        """The rows in force over all files, by step; read-only."""
        rows, order = self._all(self._states())
        if order is None:
            return _InForce(rows, 0, _NOTHING_ODD)
        kept = ~order.superseded
        steps = order.steps[kept]
        columns = [steps, *(column[kept] for column in rows[1:])]
        if (steps[1:] < steps[:-1]).any():
            places = np.argsort(steps, kind="stable")
            columns = [column[places] for column in columns]
        return _InForce(_frozen(columns), len(kept) - len(steps), order.oddities)

    def _states(self) -> list[tuple[Stretch, SegmentState]]:
        return [(stretch, segment.state) for stretch, segment in self._segments.items()]

    def _all(
        self, states: Sequence[tuple[Stretch, SegmentState]]
    ) -> tuple[Arrays, StepOrder | None]:
        """All rows over all files, and what becomes of them; None where there are none."""
        views = [state.rows.view() for _, state in states]
        if not views:
            return _frozen([np.empty(0, dtype) for dtype in self._dtypes]), None
        rows = views[0]
        if len(views) > 1:
            rows = _frozen([np.concatenate(columns) for columns in zip(*views, strict=True)])
        return rows, order_steps([*self._files(states)])

    def _files(self, states: Sequence[tuple[Stretch, SegmentState]]) -> Iterator[FileRows]:
        """What each file has, those that only restart the others included."""
        known = dict(states)
        restarts, begun = self._restarts.by_stretch, self._restarts.begun_at
        for file, stretches in groupby(sorted({*known, *restarts}), key=lambda one: one[0]):
            parts, starts, count = [], list[tuple[int, int]](), 0
            for stretch in stretches:
                if stretch in restarts:
                    starts.append((count, restarts[stretch]))
                if (state := known.get(stretch)) is None:
                    continue
                if state.starts is not None:
                    places, steps = state.starts.view()
                    starts += zip((places + count).tolist(), steps.tolist(), strict=True)
                parts.append(state.rows.view()[:2])
                count += state.rows.length
            columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
            steps, times = columns or (np.empty(0, np.int64), np.empty(0))
            yield FileRows(steps, times, starts, begun.get(file))

    def _all_rows(self) -> Arrays:
        """All rows over all files; whether each is superseded, and purged, as last columns."""
        plain = self._plain(self._segments)
        rows, order = (plain.rows.view(), None) if plain else self._all(self._states())
        nothing = np.zeros(len(rows[0]), np.bool_)
        flags = (nothing, nothing) if order is None else (order.superseded, order.purged)
        return _frozen([*rows, *flags])

    def _last(self) -> tuple[Any, ...] | None:
        """The newest row in force."""
        rows = self._in_force().rows
        return tuple([column[-1].item() for column in rows]) if len(rows[0]) else None


def _frozen(columns: Sequence[np.ndarray]) -> Arrays:
    for column in columns:
        column.flags.writeable = False
    return tuple(columns)
