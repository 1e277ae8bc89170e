"""The rows of one tag over all event files of a run."""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from tuimon.store.columns import Arrays, Columns
from tuimon.store.segment import Segment, SegmentState
from tuimon.store.step_order import (
    FEW_WITHOUT_STEP,
    FIXED,
    FileRows,
    Oddity,
    SettledSteps,
    StepOrder,
    order_steps,
)

_DATED = re.compile(r"tfevents\.(\d{10})\b[^/]*$")

Stretch: TypeAlias = tuple[str, int]
"""A file, and where in it a stretch of records begins: 0 unless bytes were missing before it."""
_BEFORE_ALL: Stretch = "", 0


class Restarts:
    """What the files of a run say of all its tags: when they were begun, where they restart."""

    __slots__ = ("begun_at", "by_stretch", "last")

    def __init__(self) -> None:
        self.begun_at: dict[str, float] = {}
        """Wall time of the first event of each file; to be looked up alone."""
        self.by_stretch: dict[Stretch, int] = {}
        """Lowest step at which each restarts all tags (``SessionLog.START``); to be copied."""
        self.last: Stretch = _BEFORE_ALL
        """The last of them."""

    def begin(self, file: str, wall_time: float) -> None:
        """Note when a file was begun."""
        self.begun_at[file] = wall_time

    def add(self, stretch: Stretch, step: int) -> None:
        """Note a restart."""
        self.by_stretch[stretch] = min(step, self.by_stretch.get(stretch, step))
        self.last = max(self.last, stretch)

    def follow(self, stretch: Stretch) -> bool:
        """Whether anything behind a stretch restarts."""
        return self.last > stretch

    def drop(self, file: str) -> None:
        """Forget what a file said."""
        for stretch in [one for one in self.by_stretch if one[0] == file]:
            del self.by_stretch[stretch]
        self.last = max(self.by_stretch, default=_BEFORE_ALL)
        self.begun_at.pop(file, None)


class _InForce(NamedTuple):
    """The rows in force of a version of a timeline."""

    version: int
    columns: Columns
    """The rows; the thread that writes the timeline may add to them."""
    superseded: int
    oddities: frozenset[Oddity]
    growth: SettledSteps = FIXED

    def advanced(self, rows: Sequence[np.ndarray]) -> "_InForce | None":
        """The rows in force of the next version, which has more at the end of the last file.

        None where they may change more than their own places. Where all rows before them stay
        where they were, the columns are the same.
        """
        steps = rows[0]
        (known, *_), length = self.columns.rows
        lowest = int(steps.min())
        stay = int(np.searchsorted(known[:length], lowest, side="right"))
        if self.growth.climbs and stay == length and (steps[1:] >= steps[:-1]).all():
            self.columns.append(rows)
            return self._replace(version=self.version + 1)
        if self.growth.above is None or lowest <= self.growth.above:
            return None
        merged = [np.concatenate(pair) for pair in zip(self.columns.rows.view(), rows, strict=True)]
        order = stay + np.argsort(merged[0][stay:], kind="stable")
        columns = Columns([column.dtype for column in merged])
        columns.append([np.append(column[:stay], column[order]) for column in merged])
        growth = self.growth._replace(climbs=False)
        return self._replace(version=self.version + 1, columns=columns, growth=growth)


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
        self._segments: dict[Stretch, Segment] = {}  # in the order they were met
        self._end: Stretch = _BEFORE_ALL
        self._known: _InForce | None = None  # of some version, where it is not plain

    @property
    def is_empty(self) -> bool:
        """Whether no file holds rows of the tag any more."""
        return not self._segments

    def __len__(self) -> int:
        """Number of rows in force."""
        return len(self._in_force()[0])

    @property
    def superseded(self) -> int:
        """Number of rows that later ones, or restarts, took the place of."""
        return 0 if self._plain() else self._order().superseded

    @property
    def oddities(self) -> frozenset[Oddity]:
        """What is unusual about the steps."""
        return _NOTHING_ODD if self._plain() else self._order().oddities

    @property
    def resumed(self) -> list[tuple[int, float]]:
        """Step and wall time of the first row of each file that goes on where others had ended."""
        found, ended = list[tuple[int, float]](), -math.inf
        for _, stretches in groupby(self._states(), key=lambda one: one[0][0]):
            times: list[float] = []
            for _, state in stretches:
                steps, wall_times, *_ = state.rows.view()
                if not times and wall_times[0] >= ended > -math.inf:
                    found.append((int(steps[0]), float(wall_times[0])))
                times += (float(wall_times[0]), float(wall_times.max()))
            ended = max(ended, *times)
        return found

    def append(
        self, file: str, rows: Sequence[np.ndarray], growth: float = 1.0, begin: int = 0
    ) -> None:
        """Add rows of one file, given as columns in file order: steps, wall times, others.

        `growth` as in `Columns.append`; `begin` is where the stretch of the file begins.
        """
        stretch = file, begin
        known = self._known  # before anything is added: others may look it up meanwhile
        segment = self._segments.get(stretch)
        if segment is None:
            segment = self._segments[stretch] = Segment(self._dtypes)
            self._end = max(self._end, stretch)
            known = None
        segment.append(rows, growth)
        if not self._plain():
            last = stretch == self._end and not self._restarts.follow(stretch)
            fresh = last and known is not None and known.version == self.version
            advanced = known.advanced(rows) if fresh and known is not None else None
            if known is None or advanced is None or advanced.columns is not known.columns:
                self.epoch += 1
            self._known = advanced
        self.version += 1

    def restart(self, file: str, step: int, begin: int = 0) -> None:
        """A ``SessionLog.START`` in `file`; the run's `Restarts` know it already."""
        if (file, begin) in self._segments:
            self._segments[file, begin].start(step)
        self._changed_throughout()

    def drop(self, file: str) -> None:
        """Forget the rows of `file`."""
        for stretch in [one for one in self._segments if one[0] == file]:
            del self._segments[stretch]
        self._end = max(self._segments, default=_BEFORE_ALL)
        self._changed_throughout()

    def _exchange(self, stretch: Stretch, segment: Segment) -> None:
        self._segments[stretch] = segment
        if not segment.state.rows.length:
            del self._segments[stretch]
        self._end = max(self._segments, default=_BEFORE_ALL)
        self._changed_throughout()

    def _changed_throughout(self) -> None:
        self.epoch += 1
        self.version += 1

    def _plain(self) -> SegmentState | None:
        """The only one, all of whose rows are in force as they are: mostly there is no more."""
        if len(self._segments) != 1:
            return None
        (stretch, segment), *others = self._segments.copy().items()  # the writer goes on
        if others:
            return None
        state = segment.state
        if not state.ordered or state.starts or self._restarts.follow(stretch):
            return None
        steps, length = state.rows.arrays[0], state.rows.length
        return state if length < FEW_WITHOUT_STEP or steps[0] != steps[length - 1] else None

    def _in_force(self) -> Arrays:
        """The rows in force over all files, by step; read-only."""
        plain = self._plain()
        return plain.rows.view() if plain else self._order().columns.rows.view()

    def _order(self) -> _InForce:
        version, known = self.version, self._known
        if known is None or known.version != version:
            known = self._known = self._ordered(version)
        return known

    def _ordered(self, version: int) -> _InForce:
        rows, order = self._all(self._states())
        columns = Columns(self._dtypes)
        if order is None:
            return _InForce(version, columns, 0, _NOTHING_ODD)
        kept = ~order.superseded
        steps = order.steps[kept]
        in_force = [steps, *(column[kept] for column in rows[1:])]
        if (steps[1:] < steps[:-1]).any():
            places = np.argsort(steps, kind="stable")
            in_force = [column[places] for column in in_force]
        columns.append(in_force)
        superseded = len(kept) - len(steps)
        return _InForce(version, columns, superseded, order.oddities, order.growth)

    def _states(self) -> list[tuple[Stretch, SegmentState]]:
        segments = self._segments.copy()  # the writer goes on
        return [(stretch, segments[stretch].state) for stretch in sorted(segments)]

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
        restarts, begun = self._restarts.by_stretch.copy(), self._restarts.begun_at
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
                (steps, times, *_), length = state.rows
                parts.append((steps[:length], times[:length]))
                count += length
            steps, times = parts[0] if parts else (np.empty(0, np.int64), np.empty(0))
            if len(parts) > 1:
                steps, times = (np.concatenate(columns) for columns in zip(*parts, strict=True))
            dated = _date_of(file)
            begun_at = dated if dated is not None else begun.get(file)
            yield FileRows(steps, times, starts, begun_at, dated is not None)

    def _all_rows(self) -> Arrays:
        """All rows over all files; whether each is superseded, and purged, as last columns."""
        plain = self._plain()
        rows, order = (plain.rows.view(), None) if plain else self._all(self._states())
        nothing = np.zeros(len(rows[0]), np.bool_)
        flags = (nothing, nothing) if order is None else (order.superseded, order.purged)
        return _frozen([*rows, *flags])

    def _last(self) -> tuple[Any, ...] | None:
        """The newest row in force."""
        rows = self._in_force()
        return tuple([column[-1].item() for column in rows]) if len(rows[0]) else None


@lru_cache(maxsize=1 << 14)
def _date_of(file: str) -> float | None:
    """The time in the name of a file, as writers give it: ``events.out.tfevents.1700000000.…``."""
    found = _DATED.search(file)
    return float(found[1]) if found else None


def _frozen(columns: Sequence[np.ndarray]) -> Arrays:
    for column in columns:
        column.flags.writeable = False
    return tuple(columns)
