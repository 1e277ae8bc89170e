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
_LEAST: dict[XAxis, float] = {"step": 4.0, "relative": 1.0, "wall": 1.0, "metric": 1e-9}
_LEAST_LIMITS: dict[XAxis, float] = {"step": 1.0, "relative": 10.0, "wall": 10.0, "metric": 1e-9}
"""Apart, where all of x is shown."""
_LABEL_GAP = 2
_TICK_CELLS = 8  # the least from tick to tick
_LIKE = 0.3
"""What does not reach this part of an axis has one of its own."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An x axis with limits."""

    kind: XAxis
    """What it measures."""
    origin: int
    """What its limits count from: a step, else 0."""
    limits: Limits
    """In steps after `origin`, seconds since each run's start, unix seconds, or as logged."""
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
            else nice_steps(least)
            if self.kind == "metric"
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
    *,
    growing: bool = True,
    shared: Limits | None = None,
) -> Axis:
    """Return the axis that shows all points of `tracks`, ascending in x, or the part in view.

    That of a `growing` log leaves room for what is to come, and the limits of `previous`, the
    scales of the drawing before, are kept where they still suit. Limits `shared` with other charts
    are taken as they are (see :func:`shared_limits`).
    """
    origin, low, high = _extremes(kind, [track for track in tracks if len(track.x)])
    window = window_of(view, low, high, least=_LEAST[kind]) if view else None
    if shared is not None and not origin:
        window = shared
    if window is not None:
        return Axis(kind, origin, window, (low, high))
    before = (previous.x0, previous.x1) if previous and previous.origin == origin else None
    limits = _all_of_x(kind, low, high, before, growing=growing)
    return Axis(kind, origin, limits, (low, high))


def _extremes(kind: XAxis, tracks: Sequence[Track]) -> tuple[int, float, float]:
    """What the limits count from, and the extremes of x, in units of the limits."""
    if kind == "step":
        first = min((int(track.x[0]) for track in tracks), default=0)
        last = max((int(track.x[-1]) for track in tracks), default=0)
        origin = 0 if first > -_EXACT and last < _EXACT else first
        return origin, float(first - origin), float(last - origin)
    starts = [track.start if kind == "relative" else 0.0 for track in tracks]
    timed = list(zip(tracks, starts, strict=True))
    low = min((float(track.x[0]) - start for track, start in timed), default=0.0)
    high = max((float(track.x[-1]) - start for track, start in timed), default=0.0)
    return 0, low, high


def _all_of_x(
    kind: XAxis, low: float, high: float, previous: Limits | None, *, growing: bool
) -> Limits:
    return x_limits(
        low,
        high,
        from_zero=kind != "wall",
        least=_LEAST_LIMITS[kind],
        previous=previous,
        growing=growing,
    )


def extent_of(kind: XAxis, tracks: Iterable[Track]) -> Limits | None:
    """The extremes of x over all points, in units of the limits.

    None without points, and where steps exceed what a float can tell apart.
    """
    some = [track for track in tracks if len(track.x)]
    origin, low, high = _extremes(kind, some)
    return None if origin or not some else (low, high)


def shared_limits(
    kind: XAxis, extents: Sequence[Limits | None], view: Viewport, *, growing: bool
) -> list[Limits | None]:
    """The limits of x of several charts, by the extremes of their points: the same ones for all.

    What is so much shorter than the longest that it would be lost in a corner, as epochs beside
    steps are, has limits of its own, the same for all of its kind. None where each chart knows
    best: in a window that stays where it is, and without points.
    """
    found: list[Limits | None] = [None] * len(extents)
    if view.x is not None:
        return found
    known = {index: extent for index, extent in enumerate(extents) if extent is not None}
    while known:
        low = min(extent[0] for extent in known.values())
        high = max(extent[1] for extent in known.values())
        like = {
            index: extent
            for index, extent in known.items()
            if extent[1] - low >= _LIKE * (high - low)
        }
        like = like or dict(known)
        low = min(extent[0] for extent in like.values())
        limits = window_of(view, low, high, least=_LEAST[kind])
        if limits is None:
            limits = _all_of_x(kind, low, high, None, growing=growing)
        for index in like:
            found[index] = limits
            del known[index]
    return found
