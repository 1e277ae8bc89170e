"""Limits that suit the data and stay where they are while a series grows.

Stable limits keep bins and dots of a live chart where they were: an update then changes the few
cells of the new points, not the whole picture.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from tuimon.charts.ticks import (
    Tick,
    decade_label,
    log_ticks,
    multiples,
    nice_step,
    nice_steps,
    value_labels,
)

Limits = tuple[float, float]

# Mantissas of the upper limits of x: steps of a fifth to a third waste little of the screen, and
# a growing run is drawn anew only ten times a decade.
_LADDER = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
# Data that begin within this part of the axis are shown from 0 on.
_NEAR_ZERO = 0.35
# The same of x where the log does not grow, and of y.
_AT_ZERO, _ABOUT_ZERO = 0.05, 0.1
# Earlier limits are kept while they are at most this much wider than fresh ones.
_SLACK = 1.5
# Relative spread below which values count as equal: about the resolution of a float32.
_EQUAL = 1e-6
_LOG_125 = (0.0, math.log10(2), math.log10(5), 1.0)
_TINY, _HUGE = 1e-300, 1e307
_MOST_TICKS = 8
_FAR_TOO_WIDE = 100.0
# From tick to tick, as the outer dots are not at the outer edges of their rows.
_TICK_ROWS = 2.1
# Ticks are less round where the axis is shorter by at least this.
_MUCH_TIGHTER = 0.8
# From so many rows on there are three ticks.
_ROOMY = 6
_MANY_DECADES = 3


def x_limits(
    low: float,
    high: float,
    *,
    from_zero: bool,
    least: float,
    previous: Limits | None,
    growing: bool = True,
) -> Limits:
    """Return limits of x around low…high, the extremes of the data, at least `least` apart.

    `from_zero`: 0 is a natural beginning of this axis (it is not for clock time). Those of a
    `growing` log leave room for what is to come, and `previous` ones are kept where they still
    suit; all others fit.
    """
    if not growing and high - low >= least:
        return (0.0 if from_zero and 0 <= low <= _AT_ZERO * high else low), high
    if from_zero and (0 <= low <= _NEAR_ZERO * high or 0 <= low == high):
        fresh = (0.0, _ladder(max(high, least)))
    else:
        grid = nice_step(max(high - low, least) / 10)
        start = math.floor(low / grid) * grid
        fresh = (start, start + _ladder(max(high - start, least)))
    return previous if previous and growing and _suits(previous, fresh, low, high) else fresh


def _ladder(at_least: float) -> float:
    decade = 10.0 ** math.floor(math.log10(at_least))
    return next((m * decade for m in _LADDER if m * decade >= at_least), 10 * decade)


class YScale(NamedTuple):
    """A y axis: values of the lowest and the highest dot, and from one tick to the next."""

    y0: float
    y1: float
    step: float


def y_scale(low: float, high: float, rows: int, down: int, previous: YScale | None) -> YScale:
    """Return a linear y axis around low…high, the extremes of the data, in `rows` of `down` dots.

    Ticks are a whole number of rows apart, and each stands in the middle of its row: labels are
    evenly spaced, and a curve at the value of a tick runs beside it. The axis before, of the same
    size, is kept while it suits.
    """
    low, high = (min(max(limit, -_HUGE), _HUGE) for limit in (low, high))
    low, high = _spread(low, high)
    fresh = _fit_rows(low, high, rows, down, nice_steps)
    tighter = _fit_rows(low, high, rows, down, partial(nice_steps, fine=True))
    if tighter.y1 - tighter.y0 < _MUCH_TIGHTER * (fresh.y1 - fresh.y0):
        fresh = tighter
    return _keep_y(previous, fresh, low, high)


def _fit_rows(
    low: float, high: float, rows: int, down: int, steps: Callable[[float], Iterator[float]]
) -> YScale:
    """Return the tightest axis with enough ticks on `steps`, two or more rows apart."""
    fewest = max(1 if rows < _ROOMY else 2, math.ceil(rows / _MOST_TICKS))
    # Two rows of one dot cannot hold both signs with a tick at 0: then any limits must do.
    tightest = (math.inf, YScale(low, high, high - low))
    for apart in range(fewest, fewest + 3):
        for step in steps((high - low) * apart / rows):
            if not step < (high - low) * _FAR_TOO_WIDE:
                break
            row = step / apart
            margin = (down - 1) / 2 / down * row  # from the outer dots to the middle of a cell
            bottom = math.floor((low + margin) / row + 1e-6) * row
            top = bottom + (rows - 1) * row
            if high > top + margin:
                continue
            if len(multiples(step, bottom, top)) >= least_ticks(rows):
                tightest = min(tightest, (row, YScale(bottom - margin, top + margin, step)))
                break
    return tightest[1]


def _spread(low: float, high: float) -> Limits:
    """Move limits apart that are equal for the eye."""
    largest = max(abs(low), abs(high))
    if largest < _TINY:
        return 0.0, 1.0
    if high - low >= largest * _EQUAL:
        return low, high
    middle = low / 2 + high / 2
    return middle - largest / 10, middle + largest / 10


def log_scale(low: float, high: float, rows: int, down: int, previous: YScale | None) -> YScale:
    """Return a logarithmic y axis around the decimal logarithms low…high.

    Arguments are those of :func:`y_scale`. The step is a number of decades; 0 leaves the ticks
    within a few decades to :func:`log_y_ticks`.
    """
    if high - low < _EQUAL:
        low, high = low - 0.1, high + 0.1
    if high - low >= _MANY_DECADES:
        fresh = _fit_rows(low, high, rows, down, _whole_steps)
    elif high - low >= 0.5 or abs(low) > 300:
        fresh = YScale(_floor_125(low), _ceil_125(high), 0)
    else:
        linear = y_scale(10.0**low, 10.0**high, rows, down, None)
        inside = linear.y0 > 0
        fresh = YScale(math.log10(linear.y0) if inside else low, math.log10(linear.y1), 0)
    return _keep_y(previous, fresh, low, high)


def fitted_scale(low: float, high: float, rows: int, *, log_y: bool) -> YScale:
    """Return a y axis from exactly `low` to `high`, which are decimal logarithms with `log_y`."""
    low, high = (min(max(limit, -_HUGE), _HUGE) for limit in (low, high))
    if log_y and high - low < _EQUAL:
        low, high = low - 0.1, high + 0.1
    limits = (low, high) if log_y else _from_zero(*_spread(low, high))
    return YScale(*limits, 0 if log_y else _tick_step(*limits, rows))


def _from_zero(low: float, high: float) -> Limits:
    """Move a limit that is nearly 0 there, so that it is labelled so."""
    near = _ABOUT_ZERO * (high / 2 - low / 2)
    return (0.0 if 0 < low <= near else low), (0.0 if -near <= high < 0 else high)


def fixed_scale(
    limits: Limits, wanted: tuple[float | None, float | None], rows: int, *, log_y: bool
) -> YScale:
    """Return a y axis from exactly one value to another; where one is None, `limits` give it.

    Both are values even where `limits` are decimal logarithms; those that have none do not count.
    """
    low, high = (min(max(limit, -_HUGE), _HUGE) for limit in limits)
    bottom, top = wanted
    if log_y:
        bottom, top = (
            math.log10(value) if value is not None and value > 0 else None
            for value in (bottom, top)
        )
    low = low if bottom is None else min(max(bottom, -_HUGE), _HUGE)
    high = high if top is None else min(max(top, -_HUGE), _HUGE)
    if not high - low > max(abs(low), abs(high), _TINY) * _EQUAL * 1e-6:
        apart = max(abs(low), abs(high)) / 10 or 1.0
        low, high = (low, low + apart) if top is None else (high - apart, high)
    if log_y:
        return YScale(low, high, 0)
    return YScale(low, high, _tick_step(low, high, rows))


def least_ticks(rows: int) -> int:
    """How many ticks a y axis of so many rows has at least."""
    return 3 if rows >= _ROOMY else min(2, rows)


def _tick_step(low: float, high: float, rows: int) -> float:
    """Return the roundest step that leaves enough ticks two or more rows apart, if there is one."""
    at_least = max((high - low) * max(_TICK_ROWS / rows, 1 / _MOST_TICKS), _TINY)
    step = nice_step(at_least)
    if len(multiples(step, low, high)) >= least_ticks(rows):
        return step
    return next(nice_steps(at_least, fine=True))


def _whole_steps(at_least: float) -> Iterator[float]:
    return (step for step in nice_steps(max(1.0, at_least)) if step == int(step))


def _floor_125(logarithm: float) -> float:
    """Return the greatest logarithm of 1, 2 or 5 times a power of ten that is not above."""
    decade = math.floor(logarithm + 1e-9)
    return decade + max(mark for mark in _LOG_125 if mark <= logarithm - decade + 1e-9)


def _ceil_125(logarithm: float) -> float:
    decade = math.ceil(logarithm - 1e-9)
    return decade - 1 + min(mark for mark in _LOG_125 if mark >= logarithm - decade + 1 - 1e-9)


def _suits(previous: Limits, fresh: Limits, low: float, high: float) -> bool:
    """Return whether earlier limits hold low…high without wasting much room."""
    wide = previous[1] - previous[0] > _SLACK * (fresh[1] - fresh[0])
    return previous[0] <= low and high <= previous[1] and not wide


def _keep_y(previous: YScale | None, fresh: YScale, low: float, high: float) -> YScale:
    return previous if previous and _suits(previous[:2], fresh[:2], low, high) else fresh


def y_ticks(scale: YScale) -> list[Tick]:
    """Return the ticks of a linear y axis."""
    values = multiples(scale.step, scale.y0, scale.y1)
    labels = value_labels(values, scale.step)
    return [Tick(value, label) for value, label in zip(values, labels, strict=True)]


def log_y_ticks(scale: YScale, rows: int) -> list[Tick]:
    """Return the ticks of a logarithmic y axis; positions are decimal logarithms."""
    if not scale.step:
        return log_ticks(scale.y0, scale.y1, most=max(2, (rows + 1) // 2))
    decades = multiples(scale.step, scale.y0, scale.y1)
    return [Tick(decade, decade_label(round(decade))) for decade in decades]
