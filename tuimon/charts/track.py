"""A curve along an x axis: its points in ascending order, however they were logged."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.best import Best, index_of_best
from tuimon.charts.model import Curve, XAxis
from tuimon.charts.smoothing import smooth
from tuimon.store.lod import Edges, Extremes, column_extremes

Floats = NDArray[np.float64]
Positions = NDArray[np.int64] | Floats

CALENDAR = (-6e10, 2.5e11)
"""Unix seconds that a calendar can show, years 69 to 9891."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A curve along x: only points with a position, in ascending order."""

    curve: Curve
    x: Positions
    values: Floats
    order: NDArray[np.int64] | None
    """Which points, in which order; None is all as they are."""

    def edges(self, bounds: Positions) -> Edges:
        """Indices where columns begin and end; `bounds` ascend and the last is inclusive."""
        edges = np.searchsorted(self.x, bounds)
        edges[-1] = np.searchsorted(self.x, bounds[-1], side="right")
        return edges

    def extremes(self, edges: Edges) -> Extremes:
        """What the values between `edges` come to."""
        if self.order is None:
            return self.curve.detail.extremes(self.values, edges)
        return column_extremes(self.values, edges)

    def smoothed_totals(self, edges: Edges, weight: float) -> Floats | None:
        """Sums of the finite smoothed values in each column; None if they are as the raw ones.

        The values are smoothed in the order in which they were logged.
        """
        if self.order is None:
            return self.curve.detail.smoothed_totals(self.values, edges, weight)
        smoothed = smooth(self.curve.values, weight)[self.order]
        return column_extremes(smoothed, edges).total

    def smoothed_at(self, index: int, weight: float) -> float:
        """The smoothed value of the point at an index; the value itself where `weight` is 0."""
        if weight <= 0:
            return float(self.values[index])
        if self.order is None:
            return self.curve.detail.smoothed_at(self.values, index, weight)
        return float(smooth(self.curve.values, weight)[self.order[index]])

    def best(self, best: Best) -> int | None:
        """The index of the first of the best values; None where none is finite."""
        if self.order is None:
            return self.curve.detail.best(self.values, best)
        return index_of_best(self.values, best)

    def sample(self, edges: Edges, most: int) -> Floats:
        """At least half of `most` of the values between `edges`, or all, evenly spread.

        Which ones does not depend on where the edges are, so that little of it changes.
        """
        first, last = int(edges[0]), int(edges[-1])
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


def make_track(curve: Curve, axis: XAxis) -> Track:
    """Return a curve with its points in ascending order of `axis`."""
    x: Positions = curve.steps if axis == "step" else curve.wall_times
    size = min(len(x), len(curve.values))
    x, values = x[:size], curve.values[:size]
    inside = axis == "step" or not size or (x[0] >= CALENDAR[0] and x[-1] <= CALENDAR[1])
    if curve.detail.ascends("step" if axis == "step" else "time", x) and inside:
        return Track(curve, x, values, None)
    order = np.argsort(x, kind="stable")
    if axis != "step":
        order = order[(x[order] >= CALENDAR[0]) & (x[order] <= CALENDAR[1])]
    return Track(curve, x[order], values[order], order)
