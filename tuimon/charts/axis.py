"""The x axis of a chart: what it measures, its limits, its columns and its ticks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tuimon.charts.frame import FrameTick, label_starts
from tuimon.charts.model import Scales, XAxis
from tuimon.charts.scales import Limits, x_limits
from tuimon.charts.ticks import (
    Tick,
    multiples,
    nice_steps,
    relative_label,
    step_labels,
    time_steps,
    wall_ticks,
)
from tuimon.charts.track import Positions, Track
from tuimon.charts.viewport import Viewport, window_of

_INT64 = np.iinfo(np.int64)
_FARTHEST = 2.0**62
_EXACT = 2**53  # integers up to here are exact as float64
_LEAST: dict[XAxis, float] = {"step": 4.0, "relative": 1.0, "wall": 1.0}
_LABEL_GAP = 2
_TICK_CELLS = 8  # the least from tick to tick


@dataclass(frozen=True, slots=True)
class Axis:
    """An x axis with limits."""

    kind: XAxis
    """What it measures."""
    origin: int
    """What its limits count from: a step, else 0."""
    limits: Limits
    """In steps after `origin`, seconds since each run's start, or unix seconds."""
    extent: Limits = (0.0, 0.0)
    """Extremes of all points, in the same units."""

    @property
    def least(self) -> float:
        """The smallest part of the axis that makes sense to look at."""
        return _LEAST[self.kind]

    def bounds(self, tracks: Sequence[Track], columns: int) -> list[Positions]:
        """Return the bounds of the columns, [columns + 1], in each track's own positions."""
        bounds = self._bounds(columns)
        if self.kind != "relative":
            return [bounds] * len(tracks)
        return [np.add(bounds, track.start, dtype=np.float64) for track in tracks]

    def _bounds(self, columns: int) -> Positions:
        low, high = self.limits
        inner = low + (high - low) * np.arange(columns + 1) / columns
        inner = np.clip(inner, -_FARTHEST, None)
        if self.kind != "step":
            return inner
        if self.origin == 0 and high < _INT64.max / 2:
            return np.ceil(inner).astype(np.int64)
        whole = (self.origin + int(edge) for edge in np.ceil(inner))
        return np.array([min(max(edge, _INT64.min), _INT64.max) for edge in whole], dtype=np.int64)

    def target(self, track: Track, position: float) -> int | float:
        """Return a position of the axis in the track's own positions."""
        if self.kind == "step":
            return min(max(round(position) + self.origin, _INT64.min), _INT64.max)
        return position + track.start if self.kind == "relative" else position

    def position(self, track: Track, index: int) -> float:
        """Return where the point at an index of a track is, in units of the limits."""
        x = track.x[index].item()
        if self.kind == "step":
            return float(x - self.origin)
        return float(x - track.start if self.kind == "relative" else x)

    def cell(self, position: float, cells: int) -> int:
        """Return the cell, of so many along the axis, that a position falls into."""
        low, high = self.limits
        return max(0, min(int((position - low) / (high - low) * cells), cells - 1))

    def ticks(self, cells: int) -> tuple[FrameTick, ...]:
        """Return as many ticks as have room for their labels along so many cells."""
        return tuple(FrameTick(self.cell(at, cells), label) for at, label in self.placed(cells))

    def placed(self, cells: int) -> list[Tick]:
        """Return the same ticks where they stand, in units of the limits."""
        low, high = self.limits
        least = (high - low) * _TICK_CELLS / cells
        steps = (
            (step for step in nice_steps(max(least, 1.0)) if step == int(step))
            if self.kind == "step"
            else time_steps(least)
        )
        for step in steps:
            ticks = self._multiples(step)
            places = [FrameTick(self.cell(at, cells), label) for at, label in ticks]
            if len(ticks) <= 1 or _apart(cells, places):
                return [tick for tick in ticks if 0 < len(tick.label) <= cells]
        return []

    def _multiples(self, step: float) -> list[Tick]:
        if self.kind == "wall":
            return wall_ticks(step, *self.limits)
        positions = multiples(step, *self.limits)
        if self.kind == "relative":
            return [Tick(position, relative_label(position, step)) for position in positions]
        labels = step_labels(positions, step)
        if self.origin:
            labels = ["+" + label for label in labels]
        return [Tick(position, label) for position, label in zip(positions, labels, strict=True)]


def _apart(cells: int, ticks: Sequence[FrameTick]) -> bool:
    starts = label_starts(cells, [tick.cell for tick in ticks], [tick.label for tick in ticks])
    ends = [start + len(tick.label) for start, tick in zip(starts, ticks, strict=True)]
    return all(end + _LABEL_GAP <= start for end, start in zip(ends, starts[1:], strict=False))


def make_axis(
    kind: XAxis,
    tracks: Iterable[Track],
    previous: Scales | None,
    view: Viewport | None = None,
    room: float = 0.0,
) -> Axis:
    """Return the axis that shows all points of `tracks`, ascending in x, or the part in view.

    The limits of `previous`, the scales of the drawing before, are kept where they still suit;
    `room` is the share of the axis to be left behind the newest point.
    """
    tracks = [track for track in tracks if len(track.x)]
    if kind == "step":
        first = min((int(track.x[0]) for track in tracks), default=0)
        last = max((int(track.x[-1]) for track in tracks), default=0)
        origin = 0 if first > -_EXACT and last < _EXACT else first
        low, high, least = float(first - origin), float(last - origin), 1.0
    else:
        starts = [track.start if kind == "relative" else 0.0 for track in tracks]
        timed = list(zip(tracks, starts, strict=True))
        low = min((float(track.x[0]) - start for track, start in timed), default=0.0)
        high = max((float(track.x[-1]) - start for track, start in timed), default=0.0)
        origin, least = 0, 10.0
    window = window_of(view, low, high, least=_LEAST[kind], room=room) if view else None
    if window is not None:
        return Axis(kind, origin, window, (low, high))
    before = (previous.x0, previous.x1) if previous and previous.origin == origin else None
    limits = x_limits(low, high, from_zero=kind != "wall", least=least, previous=before, room=room)
    return Axis(kind, origin, limits, (low, high))
