"""Series to columns: the extremes and the mean of what falls into each column of dots."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.track import Positions, Track

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Bins(NamedTuple):
    """A series over the columns of a chart, each array [columns].

    Attributes:
        low, high: extremes of the drawable values, NaN where there are none.
        line: mean of the line's values, the middle where it overflows; NaN where there are none.
        taken: columns that hold any point; taken without a finite line is a gap.
        nan, above, below: columns that hold a NaN, +Inf, -Inf.
        points: how many drawable values there are.
        counts: how many values are (NaN, +Inf, -Inf, not positive though they must be).
    """

    low: Floats
    high: Floats
    line: Floats
    taken: Flags
    nan: Flags
    above: Flags
    below: Flags
    points: int
    counts: tuple[int, int, int, int]


def bin_track(track: Track, bounds: Positions, smoothing: float, positive: bool) -> Bins:
    """Bin a curve.

    Args:
        track: the curve.
        bounds: ascending bounds of the columns, [columns + 1]; the last one is inclusive.
        smoothing: weight of the moving average that the line shows; 0 shows the values.
        positive: leave out values ≤ 0.
    """
    edges = track.edges(bounds)
    found = track.extremes(edges)
    drawable = found.positive if positive else found.finite
    some = drawable > 0
    lows = np.where(some, found.low_positive if positive else found.low, np.nan)
    highs = np.where(some, found.high, np.nan)
    smoothed = track.smoothed_totals(edges, smoothing) if smoothing > 0 else None
    totals = found.total if smoothed is None else smoothed
    with np.errstate(invalid="ignore", divide="ignore"):
        means = totals / found.finite
        means = np.where(some & ~np.isfinite(means), lows / 2 + highs / 2, means)
        if positive and smoothed is None:  # the mean holds values ≤ 0, too
            means = np.clip(means, lows, highs)
        line = np.where(some & (means > 0) if positive else some, means, np.nan)
    hidden = int((found.finite - drawable).sum())
    return Bins(
        low=lows,
        high=highs,
        line=line,
        taken=np.diff(edges) > 0,
        nan=found.nan > 0,
        above=found.above > 0,
        below=found.below > 0,
        points=int(drawable.sum()),
        counts=(int(found.nan.sum()), int(found.above.sum()), int(found.below.sum()), hidden),
    )


def bridge(line: Floats, taken: Flags) -> Floats:
    """Join the columns of a line straight across empty ones, but not across gaps.

    A gap is a column that is taken by points none of which can be drawn.
    """
    known = np.flatnonzero(np.isfinite(line))
    if len(known) < 2:
        return line
    columns = np.arange(len(line))
    joined = np.interp(columns, known, line[known], left=np.nan, right=np.nan)
    gaps = np.flatnonzero(taken & ~np.isfinite(line))
    if len(gaps):
        after = np.searchsorted(known, columns)
        torn = np.zeros(len(known) + 1, dtype=np.bool_)
        torn[np.searchsorted(known, gaps)] = True
        joined[torn[after] & ~np.isfinite(line)] = np.nan
    return joined


def outside(starts: Positions, ends: Positions, bounds: Positions) -> Flags:
    """Return the columns that none of the stretches from `starts` to `ends`, each [m], touches."""
    columns = len(bounds) - 1
    first, last = (
        np.clip(np.searchsorted(bounds, at, side="right") - 1, 0, columns - 1)
        for at in (np.minimum(starts, ends), np.maximum(starts, ends))
    )
    begin, end = (np.bincount(at, minlength=columns + 1) for at in (first, last + 1))
    return np.asarray(np.cumsum(begin - end)[:columns] == 0)
