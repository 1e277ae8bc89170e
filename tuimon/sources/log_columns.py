"""From columns of a log to points: which column is the step, which the time, and what the rest is.

Where the same framework writes event files, tags are those that it gives there.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tuimon.events.points import ScalarColumns

T = TypeVar("T", np.int64, np.float64)
Values = NDArray[np.float64]
Places = NDArray[np.intp]

STEPS = (
    "step",
    "global_step",
    "_step",
    "trainer/global_step",
    "iteration",
    "iter",
    "num_updates",
    "timesteps_total",
    "time/total_timesteps",
    "total_timesteps",
    "training_iteration",
    "epoch",
)
"""Names of steps, in lower case; the first of them that a log has counts."""
TIMES = ("_timestamp", "timestamp", "wall_time", "time", "created_at", "datetime")
"""The same of times."""
_CLOCK = 1e9, 4e9
"""Unix seconds: 2001 to 2096."""
_RAY = "training_iteration"
_OF_RAY = frozenset({"pid", "timestamp", "time_total_s", _RAY, "timesteps_total"})
_MOST_STEP = 2.0**62


class NumberColumn(NamedTuple):
    """Numbers of one name."""

    values: Values
    rows: Places | None = None
    """Which rows they are of, ascending; None: all."""


class LogLayout(NamedTuple):
    """What the names of a log's columns say."""

    step: str | None
    """None: rows are counted."""
    time: str | None
    tags: Mapping[str, str]
    """Of the columns that are curves."""


def layout_of(names: Sequence[str]) -> LogLayout:
    """The layout of columns of these names; without a name they are none."""
    lower: dict[str, str] = {}
    for name in filter(str.strip, names):
        lower.setdefault(name.strip().lower(), name)
    step = next((lower[one] for one in STEPS if one in lower), None)
    time = next((lower[one] for one in TIMES if one in lower), None)
    is_ray = _RAY in lower
    tags = {}
    for short, name in lower.items():
        if name == step or (short in STEPS and short != "epoch"):
            continue
        if is_ray and (short in _OF_RAY or short.startswith("config/")):
            continue
        tags[name] = f"ray/tune/{name.strip()}" if is_ray else name.strip()
    return LogLayout(step, time, tags)


class RowPlaces:
    """Where rows are: their steps, which go on from one stretch of a log to the next."""

    def __init__(self) -> None:
        self._rows = 0
        self._step = 0.0

    def points(
        self, columns: Mapping[str, NumberColumn], layout: LogLayout, rows: int, wall_time: float
    ) -> dict[str, ScalarColumns]:
        """The points of so many rows; `wall_time` is that of rows which tell none."""
        steps = self._steps(columns.get(layout.step or ""), rows)
        times = np.full(rows, wall_time)
        tags = layout.tags
        if layout.time is not None and (column := columns.get(layout.time)) is not None:
            told = _unix(_spread(column, rows))
            is_clock = ~np.isnan(told)
            times = np.where(is_clock, told, times)
            if is_clock.any() or (layout.time in tags and layout.time.strip().lower() == "time"):
                tags = {name: tag for name, tag in tags.items() if name != layout.time}
        return {
            tag: ScalarColumns(_at(steps, column.rows), _at(times, column.rows), column.values)
            for name, tag in tags.items()
            if (column := columns.get(name)) is not None and len(column.values)
        }

    def _steps(self, column: NumberColumn | None, rows: int) -> NDArray[np.int64]:
        if column is None:
            steps = np.arange(self._rows, self._rows + rows, dtype=np.int64)
            self._rows += rows
            return steps
        values = _spread(column, rows)
        known = np.isfinite(values) & (np.abs(values) < _MOST_STEP)
        # A row without a step belongs to that of the row before.
        last = np.maximum.accumulate(np.where(known, np.arange(rows), -1))
        filled = np.where(last < 0, self._step, values[last])
        self._step = float(filled[-1]) if rows else self._step
        return np.floor(filled).astype(np.int64)


def _at(values: NDArray[T], rows: Places | None) -> NDArray[T]:
    return values if rows is None else values[rows]


def _spread(column: NumberColumn, rows: int) -> Values:
    """A value for each row: NaN where there is none."""
    if column.rows is None:
        return column.values
    values = np.full(rows, np.nan)
    values[column.rows] = column.values
    return values


def _unix(values: Values) -> Values:
    """Unix seconds where they are such, or ms; else NaN."""
    for unit in (1.0, 1e3):
        seconds = values / unit
        is_clock = (seconds > _CLOCK[0]) & (seconds < _CLOCK[1])
        if is_clock.any():
            return np.where(is_clock, seconds, np.nan)
    return np.full(len(values), np.nan)


def joined(
    before: Mapping[str, ScalarColumns], after: Mapping[str, ScalarColumns]
) -> dict[str, ScalarColumns]:
    """Points, and others behind them."""
    pairs = {tag: [s[tag] for s in (before, after) if tag in s] for tag in {**before, **after}}
    return {
        tag: ScalarColumns(*(np.concatenate(parts) for parts in zip(*columns, strict=True)))
        for tag, columns in pairs.items()
    }
