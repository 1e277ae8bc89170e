"""What histograms say about their values: statistics, shares, percentiles, single buckets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries.histograms import Histogram

BASIS_POINTS = (0, 668, 1587, 3085, 5000, 6915, 8413, 9332, 10000)
"""Of TensorBoard's distributions: half standard deviations of a normal distribution, from the least
value to the largest one."""
_TAIL = 0.005
"""Share of the values at either end that may lie beyond the axis, where they would squeeze it."""
_TINY, _HUGE = 1e-150, 1e150


class Bucket(NamedTuple):
    """One bucket as it was logged."""

    left: float
    right: float
    held: float
    """How many values."""


class HistogramStatistics(NamedTuple):
    """What a histogram says about its values."""

    total: float
    """How many values there are."""
    least: float
    """NaN, like the rest, when there are no values."""
    most: float
    mean: float
    """As if values stood in the middle of their buckets."""


class CumulativeShares(NamedTuple):
    """The share of the values below each of some ascending edges [k], which may repeat."""

    edges: NDArray[np.float64]
    shares: NDArray[np.float64]


def statistics(histogram: Histogram) -> HistogramStatistics:
    """Count, extremes and mean, from what is sound of the buckets."""
    lefts, rights, counts = _sound(histogram)
    total = float(counts.sum())
    if not total:
        return HistogramStatistics(0.0, math.nan, math.nan, math.nan)
    middles = lefts / 2 + rights / 2
    mean = float((middles * (counts / total)).sum())
    return HistogramStatistics(total, float(lefts.min()), float(rights.max()), mean)


def sampled(count: int, most: int, selected: int) -> list[int]:
    """At most `most` ascending indices below `count`, with `selected` among them.

    They are a power of two apart, so that few of them change while a run goes on.
    """
    stride = 1
    while math.ceil(count / stride) > max(1, most):
        stride *= 2
    indices = list(range(0, count, stride))
    indices[selected // stride] = selected
    return indices


def cumulate(histogram: Histogram) -> CumulativeShares:
    """The cumulated shares of a histogram, buckets that overlap moved apart."""
    lefts, rights, counts = _sound(histogram)
    order = np.argsort(lefts, kind="stable")
    edges = np.column_stack([lefts[order], rights[order]]).ravel()
    above = np.cumsum(counts[order])
    if len(above):
        above /= above[-1]
    below = np.concatenate([[0.0], above[:-1]]) if len(above) else above
    return CumulativeShares(
        np.maximum.accumulate(edges) if len(edges) else edges,
        np.column_stack([below, above]).ravel(),
    )


def value_limits(cumulated: Sequence[CumulativeShares]) -> tuple[float, float] | None:
    """From where to where the values of some histograms, none of them empty, lie.

    Without their outermost values where these take half of the range or more. None for none.
    """
    if not cumulated:
        return None
    low = min(float(one.edges[0]) for one in cumulated)
    high = max(float(one.edges[-1]) for one in cumulated)
    inner_low = min(_quantile(one, _TAIL) for one in cumulated)
    inner_high = max(_quantile(one, 1 - _TAIL) for one in cumulated)
    if 0 < inner_high - inner_low < (high - low) / 2:
        return inner_low, inner_high
    return low, high


def _quantile(one: CumulativeShares, share: float) -> float:
    return float(np.interp(share, one.shares, one.edges))


def _sound(histogram: Histogram) -> tuple[NDArray[np.float64], ...]:
    """Left edges, right edges and counts of the buckets that are finite and hold something."""
    buckets = histogram.buckets
    sound = np.isfinite(buckets).all(axis=1) & (buckets[:, 2] >= _TINY)
    if not sound.all():
        buckets = buckets[sound]
    # Neither sums of counts nor slopes within the narrowest buckets must overflow.
    lefts, rights, counts = np.where(np.abs(buckets) < _TINY, 0.0, buckets).clip(-_HUGE, _HUGE).T
    return np.minimum(lefts, rights), np.maximum(lefts, rights), counts


def percentiles(histogram: Histogram) -> NDArray[np.float64]:
    """The values [9] at `BASIS_POINTS`, as TensorBoard interpolates them.

    Zeros for no buckets. Source: TensorBoard, ``plugins/distribution/compressor.py``.
    """
    buckets = histogram.buckets
    buckets = buckets[np.isfinite(buckets).all(axis=1)].clip(-_HUGE, _HUGE)
    if not len(buckets):
        return np.zeros(len(BASIS_POINTS))
    least, most = buckets[0, 0], buckets[-1, 1]
    rights, counts = buckets[:, 1], np.where(buckets[:, 2] >= _TINY, buckets[:, 2], 0.0)
    points = np.array(BASIS_POINTS, np.float64)
    weights = np.cumsum(counts * points[-1] / (counts.sum() or 1.0))
    index = np.searchsorted(weights, points, side="right")
    inside = np.minimum(index, len(weights) - 1)
    below = np.where(inside > 0, weights[inside - 1], 0.0)
    low = np.where((inside > 0) & (below != 0), np.maximum(rights[inside - 1], least), least)
    high = np.minimum(rights[inside], most)
    rise = np.where(weights[inside] > below, weights[inside] - below, 1.0)
    found = low + (points - below) * (high - low) / rise
    values: NDArray[np.float64] = np.where(index < len(weights), found, most)
    return values


def bucket_at(histogram: Histogram, value: float) -> Bucket | None:
    """The bucket that holds a value, else the nearest one; None when there are none."""
    lefts, rights, counts = _finite(histogram)
    if not len(lefts):
        return None
    away = np.maximum(np.maximum(lefts - value, value - rights), 0.0)
    nearest = np.flatnonzero(away == away.min())
    # Neighbours share an edge: a value on it belongs to the upper one, as numpy and TensorFlow have
    # it, but for the last.
    inner = nearest[rights[nearest] > value]
    index = inner[0] if len(inner) else nearest[-1]
    return Bucket(float(lefts[index]), float(rights[index]), float(counts[index]))


def next_bucket(histogram: Histogram, value: float, apart: float) -> float:
    """The middle of the first bucket that is `apart` or more above a value (below: negative).

    The value itself when there is none.
    """
    lefts, rights, _ = _finite(histogram)
    middles = np.unique(lefts / 2 + rights / 2)
    if apart > 0:
        beyond = middles[middles >= value + apart * 0.999]
        return float(beyond[0]) if len(beyond) else value
    beyond = middles[middles <= value + apart * 0.999]
    return float(beyond[-1]) if len(beyond) else value


def _finite(histogram: Histogram) -> NDArray[np.float64]:
    sound = np.isfinite(histogram.buckets).all(axis=1)
    table: NDArray[np.float64] = histogram.buckets[sound].clip(-_HUGE, _HUGE)
    return table.T
