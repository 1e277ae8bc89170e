"""Values far from all others: what is left out of the limits of y, and how much that is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tuimon.charts.axis import Axis
from tuimon.charts.model import ChartOptions
from tuimon.charts.scales import Limits, YScale
from tuimon.charts.traces import Trace, smoothing_of
from tuimon.charts.track import Floats, Track

_FEW_VALUES = 20
"""Fewer than this have no outliers."""
_MOST_SAMPLED = 4096
_TYPICAL_SHARE = 0.9
_FLAT = 10.0
"""A chart is flattened where nine tenths of the values take less than this part of it."""
_FENCE = 2.0
"""What is farther off than this many times what they take is left out."""
_NEAR = 100.0
"""The newest value is shown unless it is so many times farther off than all others are apart."""


class Beyond(NamedTuple):
    """How many values lie beyond the limits of y."""

    above: int
    below: int


NONE_BEYOND = Beyond(0, 0)


def limits_without_outliers(
    full: Limits,
    traces: Sequence[Trace],
    tracks: Sequence[Track],
    axis: Axis,
    options: ChartOptions,
) -> Limits:
    """Limits for all that is drawn, `full`, or for all but what flattens the rest."""
    found = [one for track in tracks if (one := _typical(track, axis, log_y=options.log_y))]
    if not found:
        return full
    low, high = min(one[0] for one in found), max(one[1] for one in found)
    size = high - low
    if not 0 < size < _share(full, 1 / _FLAT):
        return full
    newest = [value for track in tracks if (value := _newest(track, axis, options)) is not None]
    near = [value for value in newest if low - _NEAR * size <= value <= high + _NEAR * size]
    low, high = min([low - _FENCE * size, *near]), max([high + _FENCE * size, *near])
    if high - low > _share(full, 1 / 2):
        return full
    # Of values alone, so that another smoothing moves nothing but lines.
    drawn = np.concatenate([part for one in traces for part in (one.low, one.high)])
    inside = drawn[(drawn >= low) & (drawn <= high)]
    return (float(inside.min()), float(inside.max())) if len(inside) else full


def _share(limits: Limits, share: float) -> float:
    """A part of what lies between limits: all of it may be more than a float holds."""
    return limits[1] * share - limits[0] * share


def _typical(track: Track, axis: Axis, *, log_y: bool) -> Limits | None:
    """The shortest range of nine tenths of the values in sight; of few values all of them."""
    kept, key = track.curve.detail.typical, (*_edges(track, axis), log_y, axis.kind)
    known = kept.get(key)
    if known is None:
        known = (_shortest(track.sample(*key[:2], _MOST_SAMPLED), log_y=log_y),)
        kept.put(key, known)
    limits: Limits | None = known[0]
    return limits


def _shortest(values: Floats, *, log_y: bool) -> Limits | None:
    values = values[np.isfinite(values)]
    if log_y:
        values = np.log10(values[values > 0])
    if not len(values):
        return None
    values = np.sort(values)
    count = len(values) if len(values) < _FEW_VALUES else int(np.ceil(len(values) * _TYPICAL_SHARE))
    with np.errstate(over="ignore"):
        first = int(np.argmin(values[count - 1 :] - values[: len(values) - count + 1]))
    return float(values[first]), float(values[first + count - 1])


def _edges(track: Track, axis: Axis) -> tuple[int, int]:
    """The first and the last index in sight, the last one exclusive."""
    (bounds,) = axis.bounds([track], 1)
    first, last = track.edges(bounds)
    return int(first), int(last)


def _newest(track: Track, axis: Axis, options: ChartOptions) -> float | None:
    """What a line in sight ends at, in the units of y."""
    first, last = _edges(track, axis)
    if last != len(track.values) or first == last:
        return None
    value = track.smoothed_at(last - 1, smoothing_of(track, options))
    if options.log_y:
        return float(np.log10(value)) if value > 0 else None
    return value if np.isfinite(value) else None


def beyond(tracks: Sequence[Track], axis: Axis, scale: YScale, dots: int, log_y: bool) -> Beyond:
    """How many values in sight lie beyond the axis by more than half of its `dots`.

    Of curves that are drawn as others' background, or as one, only lines are seen.
    """
    tracks = [track for track in tracks if not (track.curve.faded or track.curve.group)]
    half = (scale.y1 - scale.y0) / max(1, dots - 1) / 2
    low, high = scale.y0 - half, scale.y1 + half
    if log_y:
        with np.errstate(over="ignore"):
            low, high = np.power(10.0, low), np.power(10.0, high)
    counts = [_counted(track, *_edges(track, axis), low, high, log_y=log_y) for track in tracks]
    return Beyond(sum(count.above for count in counts), sum(count.below for count in counts))


def _counted(
    track: Track, first: int, last: int, low: float, high: float, *, log_y: bool
) -> Beyond:
    """Count the points of a track; those that were there the last time are known."""
    key, kept = (first, low, high, track.order is None), track.curve.detail.beyond
    done, known = kept.get(key) or (first, NONE_BEYOND)
    if done > last or track.order is not None:
        done, known = first, NONE_BEYOND
    new: Floats = track.values[done:last]
    least = 0.0 if log_y else -np.inf
    above = int(((new > high) & (new < np.inf)).sum())
    below = int(((new < low) & (new > least)).sum())
    counted = Beyond(known.above + above, known.below + below)
    kept.put(key, (last, counted))
    return counted
