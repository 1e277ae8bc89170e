"""Series to columns: the extremes and the mean of what falls into each column of dots."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.track import Positions, Track

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Neighbour(NamedTuple):
    """The point before or behind the columns: where it would stand among them, and its line."""

    column: float
    line: float


class Bins(NamedTuple):
    """A series over the columns of a chart, each array [columns].

    Attributes:
        low, high: extremes of the drawable values, NaN where there are none.
        line: mean of the line's values, the middle where it overflows; NaN where there are none.
        taken: columns that hold any point; taken without a finite line is a gap.
        nan, above, below: columns that hold a NaN, +Inf, -Inf.
        points: how many drawable values there are.
        counts: how many values are (NaN, +Inf, -Inf, not positive though they must be).
        before, behind: points beside the columns that the line comes from and goes to.
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
    before: Neighbour | None = None
    behind: Neighbour | None = None


def bin_track(track: Track, bounds: Positions, smoothing: float, positive: bool) -> Bins:
    """Bin a curve.

    Args:
        track: the curve.
        bounds: ascending bounds of the columns, [columns + 1]; the last one is inclusive.
        smoothing: weight of the moving average that the line shows; 0 shows the values.
        positive: leave out values ≤ 0.
    """
    if track.order is not None:
        return _binned(track, bounds, smoothing, positive)
    ends = (len(bounds), bounds[0].item(), bounds[-1].item())
    key = ("bins", bounds.dtype, ends, len(track.x), smoothing, positive)
    return track.curve.detail.once(key, lambda: _binned(track, bounds, smoothing, positive))


def _binned(track: Track, bounds: Positions, smoothing: float, positive: bool) -> Bins:
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
        before=_neighbour(track, int(edges[0]) - 1, bounds, smoothing, positive),
        behind=_neighbour(track, int(edges[-1]), bounds, smoothing, positive),
    )


def _neighbour(
    track: Track, index: int, bounds: Positions, smoothing: float, positive: bool
) -> Neighbour | None:
    """Return the point at an index beside the columns; None where a line cannot lead to it."""
    if not 0 <= index < len(track.x):
        return None
    line = track.smoothed_at(index, smoothing)
    first, last = float(bounds[0]), float(bounds[-1])
    if not np.isfinite(line) or (positive and line <= 0) or first >= last:
        return None
    columns = len(bounds) - 1
    return Neighbour((float(track.x[index]) - first) / (last - first) * columns - 0.5, line)


def bridge(
    line: Floats,
    taken: Flags,
    before: Neighbour | None = None,
    behind: Neighbour | None = None,
) -> Floats:
    """Join the columns of a line straight across empty ones, but not across gaps.

    A gap is a column that is taken by points none of which can be drawn. `before` and `behind`
    are points beside the columns.
    """
    here = np.flatnonzero(np.isfinite(line))
    known, heights = here.astype(np.float64), line[here]
    if before is not None and before.column < 0:
        known, heights = np.append(before.column, known), np.append(before.line, heights)
    if behind is not None and behind.column > len(line) - 1:
        known, heights = np.append(known, behind.column), np.append(heights, behind.line)
    if len(known) < 2:
        return line
    columns = np.arange(len(line))
    joined = np.interp(columns, known, heights, left=np.nan, right=np.nan)
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
