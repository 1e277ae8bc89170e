"""Series to columns: the extremes and the mean of what falls into each column of dots."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Bins(NamedTuple):
    """A series over the columns of a chart, each array [columns].

    Attributes:
        low, high: extremes of the drawable values, NaN where there are none.
        line: mean of the line's values, NaN where there are none.
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


def bin_series(
    x: NDArray[np.int64] | Floats,
    edges: NDArray[np.int64] | Floats,
    values: Floats,
    line: Floats | None,
    positive: bool,
) -> Bins:
    """Bin a series.

    Args:
        x: ascending positions, [n].
        edges: ascending bounds of the columns, [columns + 1]; the last one is inclusive.
        values: raw values, [n].
        line: values of the line, [n]; the raw ones by default.
        positive: leave out values ≤ 0.
    """
    columns = len(edges) - 1
    bounds = np.searchsorted(x, edges)
    bounds[-1] = np.searchsorted(x, edges[-1], side="right")
    first, last = int(bounds[0]), int(bounds[-1])
    bounds -= first
    sizes = np.diff(bounds)
    taken = sizes > 0
    starts = bounds[:-1][taken]
    values = values[first:last]
    line = values if line is None else line[first:last]

    none = np.zeros(columns, dtype=np.bool_)
    nan, above, below, counts = none, none, none, (0, 0, 0, 0)
    drawable = np.isfinite(values)
    if not drawable.all():
        odd = np.flatnonzero(~drawable)
        column = np.searchsorted(bounds, odd, side="right") - 1
        kinds = (np.isnan(values[odd]), values[odd] == np.inf, values[odd] == -np.inf)
        nan, above, below = (_flags(columns, column[kind]) for kind in kinds)
        counts = (*(int(kind.sum()) for kind in kinds), 0)  # type: ignore[assignment]
    if positive:
        finite = int(drawable.sum())
        drawable &= values > 0
        counts = (*counts[:3], finite - int(drawable.sum()))
    points = int(drawable.sum())
    if points < len(values):
        values = np.where(drawable, values, np.nan)
    lows, highs, means = (np.full(columns, np.nan) for _ in range(3))
    if len(starts):
        lows[taken] = np.fmin.reduceat(values, starts)
        highs[taken] = np.fmax.reduceat(values, starts)
        means[taken] = _means(line, drawable & (line > 0) if positive else drawable, starts)
    return Bins(lows, highs, means, taken, nan, above, below, points, counts)


def _flags(columns: int, column: NDArray[np.int64]) -> Flags:
    flags = np.zeros(columns, dtype=np.bool_)
    flags[column] = True
    return flags


def _means(line: Floats, drawable: Flags, starts: NDArray[np.int64]) -> Floats:
    """Return the mean of the drawable values from each start to the next, NaN without any."""
    if drawable.all():
        counts = np.diff(starts, append=len(line))
    else:
        line = np.where(drawable, line, 0.0)
        counts = np.add.reduceat(drawable, starts, dtype=np.int64)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        means = np.add.reduceat(line, starts) / counts
        over = (counts > 0) & ~np.isfinite(means)
        if over.any():  # the sum of huge values overflowed
            shares = np.add.reduceat(line / len(line), starts) / (counts / len(line))
            means[over] = shares[over]
    return means


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
