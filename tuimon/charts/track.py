"""A curve along an x axis: its points in ascending order, however they were logged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.detail import index_of_best
from tuimon.charts.model import Curve, XAxis
from tuimon.charts.smoothing import LONG, smooth_all
from tuimon.metrics import Best
from tuimon.store.lod import Edges

Floats = NDArray[np.float64]
Positions = NDArray[np.int64] | Floats

CALENDAR = (-6e10, 2.5e11)
"""Unix seconds that a calendar can show, years 69 to 9891."""
_LONGEST_RUN = 1e9
"""Seconds: a time farther than this from the median of its curve's is another clock's."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A curve along x: only points with a position, in ascending order."""

    curve: Curve
    x: Positions
    values: Floats
    order: NDArray[np.int64] | None
    """Which points, in which order; None is all as they are."""
    absurd: int = 0
    """Points with a time that no calendar has, or another clock's; on a clock they are left out."""

    def edges(self, bounds: Positions) -> Edges:
        """Indices where columns begin and end; `bounds` ascend and the last is inclusive."""
        edges = np.searchsorted(self.x, bounds)
        edges[-1] = np.searchsorted(self.x, bounds[-1], side="right")
        return edges

    @property
    def start(self) -> float:
        """Unix seconds that its relative time counts from."""
        first = float(self.x[0]) if len(self.x) else 0.0
        start = self.curve.start
        return start if start is not None and abs(start - first) <= _LONGEST_RUN else first

    @property
    def long(self) -> bool:
        """Whether looking at all of its points each time would take too long."""
        return self.order is None and len(self.values) > LONG

    def smoothed(self, weight: float) -> Floats | None:
        """Its smoothed values, if they are known from the last time (see `shown_values`)."""
        kept = self.curve.detail.smoothed.get((weight, len(self.curve.values)))
        if kept is None:
            return None
        return kept[: len(self.values)] if self.order is None else kept[self.order]

    def smoothed_at(self, index: int, weight: float) -> float:
        """The smoothed value of the point at an index; the value itself where `weight` is 0."""
        if weight > 0 and self.long:
            return self.curve.detail.smoothed_at(self.values, index, weight)
        return float(shown_values([self], [weight])[0][index])

    def best(self, best: Best) -> int | None:
        """The index of the first of the best values; None where none is finite."""
        if self.order is None:
            return self.curve.detail.best(self.values, best)
        return index_of_best(self.values, best)

    def sample(self, first: int, last: int, most: int) -> Floats:
        """At least half of `most` of the values from `first` up to `last`, or all, evenly spread.

        Which ones does not depend on where these are, so that little of it changes.
        """
        stride = 1
        while (last - first) // stride > most:
            stride *= 2
        return self.values[-(-first // stride) * stride : last : stride]

    def nearest(self, target: int | float) -> int:
        """The index of the point that is nearest to a position; there must be one."""
        index = int(np.searchsorted(self.x, target))
        if index == len(self.x):
            return index - 1
        if index and target - self.x[index - 1].item() <= self.x[index].item() - target:
            return index - 1
        return index


def shown_values(tracks: Sequence[Track], weights: Sequence[float]) -> list[Floats]:
    """Return what the line of each curve shows at its points: its values where the weight is 0.

    Values are smoothed in the order in which they were logged. Those of curves that have not grown
    since the last time are known, all others are smoothed in one pass.
    """
    stale: dict[float, list[Track]] = {}
    for track, weight in zip(tracks, weights, strict=True):
        if weight > 0 and track.smoothed(weight) is None:
            stale.setdefault(weight, []).append(track)
    for weight, some in stale.items():
        smoothed = smooth_all([track.curve.values for track in some], weight)
        for track, values in zip(some, smoothed, strict=True):
            track.curve.detail.smoothed.put((weight, len(values)), values)
    known = [track.smoothed(weight) for track, weight in zip(tracks, weights, strict=True)]
    return [t.values if kept is None else kept for t, kept in zip(tracks, known, strict=True)]


def make_track(curve: Curve, axis: XAxis) -> Track:
    """Return a curve with its points in ascending order of `axis`."""
    if axis == "metric":
        return _along_metric(curve)
    x: Positions = curve.steps if axis == "step" else curve.wall_times
    size = min(len(x), len(curve.values))
    x, values = x[:size], curve.values[:size]
    ascends = curve.detail.ascends("step" if axis == "step" else "time", x)
    if axis == "step" or not size:
        order = None if ascends else np.argsort(x, kind="stable")
        return Track(curve, x, values, None) if order is None else _ordered(curve, x, values, order)
    low, high = CALENDAR
    if ascends and low <= x[0] and x[-1] <= high and x[-1] - x[0] <= _LONGEST_RUN:
        return Track(curve, x, values, None)
    known = np.isfinite(x)
    if (count := int(known.sum())) > 0:
        middle = np.partition(x[known], count // 2)[count // 2]
        with np.errstate(over="ignore"):
            known &= abs(x - middle) <= _LONGEST_RUN
    dated = known & (x >= low) & (x <= high)
    order = np.argsort(x, kind="stable")
    order = order[(dated if axis == "wall" else known)[order]]
    return _ordered(curve, x, values, order, size - int(dated.sum()))


def _along_metric(curve: Curve) -> Track:
    """A curve along what was logged: by its value, points at the same one as they were logged."""
    x = np.full(len(curve.values), np.nan) if curve.x is None else curve.x
    size = min(len(x), len(curve.values))
    x, values = x[:size], curve.values[:size]
    if curve.detail.ascends("metric", x) and (not size or np.isfinite(x[[0, -1]]).all()):
        return Track(curve, x, values, None)
    order = np.argsort(x, kind="stable")
    return _ordered(curve, x, values, order[np.isfinite(x[order])])


def _ordered(
    curve: Curve, x: Positions, values: Floats, order: NDArray[np.int64], absurd: int = 0
) -> Track:
    return Track(curve, x[order], values[order], order, absurd)
