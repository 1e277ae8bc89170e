"""Series to columns: the extremes and the mean of what falls into each column of dots."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.smoothing import range_sums
from tuimon.charts.track import Positions, Track, shown_values
from tuimon.store.lod import ColumnExtremes, Edges, extremes_of_all, windows

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Neighbour(NamedTuple):
    """The point before or behind the columns: where it would stand among them, and its line."""

    column: float
    line: float


class Bins(NamedTuple):
    """A series over the columns of a chart, each array [columns]."""

    low: Floats
    high: Floats
    """Extremes of the drawable values, NaN where there are none."""
    line: Floats
    """Mean of the line's values, the middle where it overflows; NaN where there are none."""
    taken: Flags
    """Columns that hold any point; taken without a finite line is a gap."""
    nan: Flags
    above: Flags
    below: Flags
    """Columns that hold a NaN, +Inf, -Inf."""
    points: int
    """How many drawable values there are."""
    counts: tuple[int, int, int, int]
    """How many values are (NaN, +Inf, -Inf, not positive though they must be)."""
    before: Neighbour | None = None
    behind: Neighbour | None = None
    """Points beside the columns that the line comes from and goes to."""


def bin_tracks(
    tracks: Sequence[Track],
    bounds: Sequence[Positions],
    smoothings: Sequence[float],
    *,
    positive: bool,
) -> list[Bins]:
    """Bin the curves of a chart; only those that have changed are looked at, all in one pass.

    Args:
        tracks: the curves.
        bounds: of each, ascending bounds of its columns, [columns + 1]; the last is inclusive.
        smoothings: of each, the weight of the moving average that its line shows; 0 shows the
            values.
        positive: leave out values ≤ 0.
    """
    wanted = [_BinRequest(*one, positive) for one in zip(tracks, bounds, smoothings, strict=True)]
    made = {one: kept for one in wanted if (kept := one.track.curve.detail.bins.get(one.key))}
    new = [one for one in wanted if one not in made]
    short = [one for one in new if not one.track.long]
    for some in ([short] if short else []) + [[one] for one in new if one.track.long]:
        for one, bins in zip(some, _binned(some), strict=True):
            made[one] = bins
            one.track.curve.detail.bins.put(one.key, bins)
    return [made[one] for one in wanted]


@dataclass(frozen=True, slots=True, eq=False)
class _BinRequest:
    """A curve to be binned."""

    track: Track
    bounds: Positions
    smoothing: float
    positive: bool

    @property
    def key(self) -> tuple[object, ...]:
        """What its bins depend on."""
        first, last = self.bounds[0].item(), self.bounds[-1].item()
        columns = len(self.bounds), self.bounds.dtype, first, last
        return columns, len(self.track.curve.values), self.smoothing, self.positive


def _binned(wanted: Sequence[_BinRequest]) -> list[Bins]:
    """Bin curves that are not long, or a single one; arrays here are [curves, columns]."""
    edges = np.array([one.track.edges(one.bounds) for one in wanted])
    look = _look_at_long if wanted[0].track.long else _look_at_all
    found, totals = look(wanted, edges)
    positive = wanted[0].positive
    smoothed = np.array([one.smoothing > 0 for one in wanted])[:, None]
    drawable = found.positive if positive else found.finite
    some = drawable > 0
    lows = np.where(some, found.low_positive if positive else found.low, np.nan)
    highs = np.where(some, found.high, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = totals / found.finite
        means = np.where(some & ~np.isfinite(means), lows / 2 + highs / 2, means)
        if positive:  # the mean of raw values holds those ≤ 0, too
            means = np.where(smoothed, means, np.clip(means, lows, highs))
        line = np.where(some & (means > 0) if positive else some, means, np.nan)
    counts = np.column_stack(
        [
            each.sum(axis=1)
            for each in (found.nan, found.above, found.below, found.finite - drawable)
        ]
    )
    columns = zip(
        lows,
        highs,
        line,
        np.diff(edges) > 0,
        found.nan > 0,
        found.above > 0,
        found.below > 0,
        drawable.sum(axis=1).tolist(),
        [tuple(row) for row in counts.tolist()],
        [_neighbour(*one) for one in zip(wanted, (edges[:, 0] - 1).tolist(), strict=True)],
        [_neighbour(*one) for one in zip(wanted, edges[:, -1].tolist(), strict=True)],
        strict=True,
    )
    return [Bins(*fields) for fields in columns]


def _look_at_all(wanted: Sequence[_BinRequest], edges: Edges) -> tuple[ColumnExtremes, Floats]:
    """What the values of short curves come to, and the sums of what their lines show."""
    tracks = [one.track for one in wanted]
    found = extremes_of_all([track.values for track in tracks], edges)
    if not any(one.smoothing > 0 for one in wanted):
        return found, found.total
    shown = shown_values(tracks, [one.smoothing for one in wanted])
    return found, range_sums(*windows(shown, edges)).reshape(found.total.shape)


def _look_at_long(wanted: Sequence[_BinRequest], edges: Edges) -> tuple[ColumnExtremes, Floats]:
    """The same of a long one, from what is known of its blocks of points."""
    [one], [inside] = wanted, edges
    track = one.track
    detail = track.curve.detail
    found = ColumnExtremes._make(field[None] for field in detail.extremes(track.values, inside))
    if one.smoothing <= 0:
        return found, found.total
    totals = detail.smoothed_totals(track.values, inside, one.smoothing)
    return found, found.total if totals is None else totals[None]


def _neighbour(one: _BinRequest, index: int) -> Neighbour | None:
    """Return the point at an index beside the columns; None where a line cannot lead to it."""
    track, bounds = one.track, one.bounds
    if not 0 <= index < len(track.x):
        return None
    line = track.smoothed_at(index, one.smoothing)
    first, last = float(bounds[0]), float(bounds[-1])
    if not np.isfinite(line) or (one.positive and line <= 0) or first >= last:
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
