"""TensorBoard's exponential moving average, vectorised and incremental.

The rule is ``classicSmoothing`` of TensorBoard's
``tensorboard/webapp/widgets/line_chart_v2/data_transformer.ts``: with weight w,

    last = last * w + (1 - w) * y        (starting at 0, over finite values only)
    shown = last / (1 - w ** count)      (the debiasing; no division when w is 1)

Values that are not finite are shown as they are and leave the average untouched. A series whose
values are all equal is shown as it is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.store.columns import Columns
from tuimon.store.lod import BLOCK, Edges

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LONG = 8192
"""Series of more values are taken in as they grow; all of a shorter one costs no more."""

_STEPS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
"""The weights that keys go through."""

_CHUNK = 4096 * BLOCK  # bounds the memory that this takes for a while

# Powers of the weight below this vanish: as subnormal numbers they would slow arithmetic tenfold.
_NEGLIGIBLE = 1e-290

# What the debiasing divides by is 1 once the power of the weight is below this.
_SETTLED = 1e-18


def stepped(weight: float, steps: int) -> float:
    """The weight that so many steps of more smoothing lead to, of less where negative."""
    nearest = min(range(len(_STEPS)), key=lambda place: abs(_STEPS[place] - weight))
    return _STEPS[min(max(nearest + steps, 0), len(_STEPS) - 1)]


def smooth(values: Floats, weight: float) -> Floats:
    """Return the smoothed `values` (float64[n]) at `weight` (clamped to 0…1; NaN counts as 0)."""
    return smooth_all([values], weight)[0]


def smooth_all(series: Sequence[Floats], weight: float) -> list[Floats]:
    """Return what `smooth` gives for each series; the short ones are smoothed in one pass."""
    short = iter(_smooth_short([values for values in series if len(values) <= LONG], weight))
    return [next(short) if len(v) <= LONG else _smooth_long(v, weight) for v in series]


def _smooth_long(values: Floats, weight: float) -> Floats:
    smoothed = Smoother(weight)
    smoothed.extend(values)
    return values if smoothed.constant else smoothed.values(values, 0, len(values))


def _smooth_short(series: Sequence[Floats], weight: float) -> list[Floats]:
    """Smooth rows of `BLOCK` values: what a row hands to the next is cut where a series begins."""
    weight = _clamped(weight)
    sizes = np.array([-(-len(values) // BLOCK) for values in series], np.int64)
    starts = np.cumsum(sizes) - sizes
    rows = np.zeros((int(sizes.sum()), BLOCK))
    if not len(rows):
        return [*series]
    flat = rows.reshape(-1)
    firsts = (starts * BLOCK).tolist()
    places = [slice(at, at + len(v)) for at, v in zip(firsts, series, strict=True)]
    for place, values in zip(places, series, strict=True):
        flat[place] = values
    averaged = _averaged(rows, weight)
    begins = np.repeat(starts, sizes)
    first = begins == np.arange(len(rows))
    factors = np.broadcast_to(averaged.factors, rows.shape)[:, -1].copy()
    factors[first] = 0
    counted = np.cumsum(averaged.finite) - averaged.finite
    before = _AverageState(np.empty(len(rows)), counted - counted[begins])
    _carry(averaged.pushes[:, -1].copy(), factors, 0.0, before)
    before.last[first] = 0
    shown = _shown(rows, averaged, before, weight).reshape(-1)
    return [
        values if _constant(values) else shown[place]
        for place, values in zip(places, series, strict=True)
    ]


def _constant(values: Floats) -> bool:
    return not len(values) or bool(values[0] == values[-1] and np.all(values == values[0]))


def _clamped(weight: float) -> float:
    return min(max(weight, 0.0), 1.0) if weight == weight else 0.0


class _AverageState(NamedTuple):
    """The average before rows of values; arrays [rows]."""

    last: Floats
    finite: Ints
    """How many finite values it holds."""


class Smoother:
    """The smoothed values of a long series that grows, without keeping them.

    Only the average after every `BLOCK` values is kept, and the sum of the smoothed ones among
    them: extending it costs the new points, the sums over columns the blocks that an edge cuts.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._weight = _clamped(weight)
        self._after = Columns((np.float64, np.int64, np.float64))  # average, count, sum
        self._checked = 0
        self.constant = True
        """Whether all values are equal: then they are shown as they are."""

    def extend(self, values: Floats) -> None:
        """Take in the end of `values` [n], which begin with the values of the last call."""
        while self.constant and self._checked < len(values):
            part = values[self._checked : self._checked + _CHUNK]
            self.constant = bool(np.all(part == values[0]))
            self._checked += len(part)
        stop = len(values) - len(values) % BLOCK
        start = self._after.rows.length * BLOCK
        while start < stop:
            # The beginning, which takes longest, is done apart.
            end = min(start + (_CHUNK if start else _CHUNK // 16), stop)
            self._after.append(self._advance(values[start:end].reshape(-1, BLOCK)))
            start = end

    def values(self, values: Floats, start: int, stop: int) -> Floats:
        """The smoothed values from index `start` up to `stop`; `values` as in `extend`."""
        shown = np.empty(stop - start)
        for at in range(start // BLOCK * BLOCK, stop, _CHUNK):
            first, end = max(at, start), min(at + _CHUNK, stop)
            rows = self._rows(values, np.arange(at // BLOCK, -(-end // BLOCK)))
            shown[first - start : end - start] = rows.ravel()[first - at : end - at]
        return shown

    def totals(self, values: Floats, edges: Edges) -> Floats:
        """Sums of the finite smoothed values between indices `edges` [columns + 1].

        `values` are those of the last `extend`.
        """
        starts, ends = edges[:-1], edges[1:]
        first, last = int(edges[0]), int(edges[-1])
        if last - first < BLOCK * len(starts):
            shown = self.values(values, first, last)
            return range_sums(shown, starts - first, ends - first)
        sums = self._after.rows.view()[2]
        whole = -(-starts // BLOCK)
        rest = np.maximum(np.minimum(ends // BLOCK, len(sums)), whole)
        heads = self._sums_within(values, starts, np.minimum(whole * BLOCK, ends))
        tails = self._sums_within(values, np.minimum(rest * BLOCK, ends), ends)
        with np.errstate(over="ignore", invalid="ignore"):
            return range_sums(sums, whole, rest) + heads + tails

    def _sums_within(self, values: Floats, starts: Edges, ends: Edges) -> Floats:
        """Sums over ranges each of which lies in one block; some may be empty."""
        taken = np.flatnonzero(ends > starts)
        blocks = starts[taken] // BLOCK
        shown = _finite_or_zero(self._rows(values, blocks))
        at = blocks[:, None] * BLOCK + np.arange(BLOCK)
        inside = (at >= starts[taken, None]) & (at < ends[taken, None])
        sums = np.zeros(len(starts))
        with np.errstate(over="ignore", invalid="ignore"):
            sums[taken] = np.where(inside, shown, 0.0).sum(axis=1)
        return sums

    def _rows(self, values: Floats, blocks: NDArray[np.int64]) -> Floats:
        """The smoothed values of blocks, [blocks, BLOCK]; NaN behind the end of the series."""
        at = blocks[:, None] * BLOCK + np.arange(BLOCK)
        rows = values[np.minimum(at, len(values) - 1)]
        if len(blocks) and at[-1, -1] >= len(values):
            rows[at >= len(values)] = np.nan
        lasts, counts, _ = self._after.rows.view()
        begun = blocks > 0
        state = _AverageState(np.zeros(len(blocks)), np.zeros(len(blocks), np.int64))
        state.last[begun], state.finite[begun] = lasts[blocks[begun] - 1], counts[blocks[begun] - 1]
        return _shown(rows, _averaged(rows, self._weight), state, self._weight)

    def _advance(self, rows: Floats) -> tuple[Floats, Ints, Floats]:
        """The average after each row of new values [rows, BLOCK], its count, and their sums."""
        length = self._after.rows.length
        last, count, _ = self._after.rows.view(length - 1) if length else ([0.0], [0], [0.0])
        weight = self._weight
        before = _AverageState(np.empty(len(rows)), count[0] + BLOCK * np.arange(len(rows)))
        if weight ** count[0] < _SETTLED:
            powers = (1 - weight) * weight ** np.arange(BLOCK - 1, -1, -1)
            with np.errstate(over="ignore", invalid="ignore"):
                # Not by `@`: the threads of a BLAS wait for each other where cores are shared.
                pushes, sums = np.einsum("ij,j->i", rows, powers), np.einsum("ij->i", rows)
            # Neither is any value infinite or NaN where the sums are finite.
            if np.isfinite(sums).all():
                lasts = _carry(pushes, np.full(len(rows), weight**BLOCK), last[0], before)
                # By the rule: shown = w * (shown + before - last) + (1 - w) * sum.
                shown = sums + weight / (1 - weight) * (before.last - lasts)
                if np.isfinite(shown).all():
                    return lasts, before.finite + BLOCK, shown
        averaged = _averaged(rows, weight)
        counts = count[0] + np.cumsum(averaged.finite)
        before = _AverageState(before.last, np.append(count[0], counts[:-1]))
        ends = np.broadcast_to(averaged.factors, rows.shape)[:, -1].copy()
        lasts = _carry(averaged.pushes[:, -1].copy(), ends, last[0], before)
        with np.errstate(over="ignore", invalid="ignore"):
            sums = _finite_or_zero(_shown(rows, averaged, before, weight)).sum(axis=1)
        return lasts, counts, sums


class _RowAverages(NamedTuple):
    """Rows of values averaged from nothing."""

    pushes: Floats
    """The average after each value, [rows, n]."""
    factors: Floats
    """What an average before the row is multiplied by, [rows, n] or [1, n]."""
    finite: Ints
    """How many values of each row are finite, [rows]."""


def _averaged(rows: Floats, weight: float) -> _RowAverages:
    finite = np.isfinite(rows)
    if finite.all():
        pushes, factors = (1 - weight) * rows, np.full((1, rows.shape[1]), weight)
        counts = np.full(len(rows), rows.shape[1])
    else:
        counts = np.count_nonzero(finite, axis=1)
        pushes = (1 - weight) * np.where(finite, rows, 0.0)
        factors = np.where(finite, weight, 1.0)
    _scan(pushes, factors)
    return _RowAverages(pushes, factors, counts)


def _scan(pushes: Floats, factors: Floats) -> None:
    """Carry out ``last = last * factor + push`` along the last axis, in place.

    The window doubles: after the pass at `reach`, an element holds the `2 * reach` up to it.
    Unlike a division by powers of the weight it cannot overflow.
    """
    reach = 1
    while reach < pushes.shape[-1] and factors[..., reach:].any():
        pushes[..., reach:] += factors[..., reach:] * pushes[..., :-reach]
        factors[..., reach:] *= factors[..., :-reach].copy()
        factors[factors < _NEGLIGIBLE] = 0
        reach *= 2


def _carry(pushes: Floats, factors: Floats, last: float, before: _AverageState) -> Floats:
    """The average after each row, given the average before the first; fills `before.last`."""
    _scan(pushes, factors)
    pushes += last * factors
    before.last[0], before.last[1:] = last, pushes[:-1]
    return pushes


def _shown(rows: Floats, averaged: _RowAverages, before: _AverageState, weight: float) -> Floats:
    """The debiased average after each value, [rows, n]."""
    shown = averaged.pushes + averaged.factors * before.last[:, None]
    old = weight ** before.finite.astype(np.float64)
    if weight != 1 and (old > _SETTLED).any():
        with np.errstate(invalid="ignore", divide="ignore"):  # no finite value yet
            shown /= 1 - averaged.factors * old[:, None]
    return np.where(np.isfinite(rows), shown, rows)


def _finite_or_zero(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, 0.0)


def range_sums(values: Floats, starts: Edges, ends: Edges) -> Floats:
    """Sums of the finite values in ascending, disjoint ranges of indices; some may be empty."""
    sums = np.zeros(len(starts))
    taken = np.flatnonzero(ends > starts)
    if len(taken):
        # reduceat sums from each index to the next: every other range is a gap.
        bounds = np.column_stack([starts[taken], ends[taken]]).ravel()
        inside = bounds if bounds[-1] < len(values) else bounds[:-1]
        with np.errstate(over="ignore", invalid="ignore"):
            sums[taken] = np.add.reduceat(_finite_or_zero(values), inside)[::2]
    return sums
