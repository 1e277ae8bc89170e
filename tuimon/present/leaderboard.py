"""Trainings compared by one metric: their values, their order, which of them stand out."""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from tuimon.charts.axis import make_axis
from tuimon.charts.cursor import read_all
from tuimon.charts.model import ChartOptions, Cursor
from tuimon.charts.reference import share_of
from tuimon.charts.track import make_track
from tuimon.metrics import Best, best_of
from tuimon.present.overview import Overview
from tuimon.present.selection import Selection, training_of
from tuimon.present.series_curves import SeriesCurves
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series
from tuimon.store.store import Reference

MOST_ALIKE = 10
"""Of more trainings than this a few stand out, even where the user has chosen none."""
LEADING_CURVES = 6
RunOrder = Literal["auto", "name", "best"]
RUN_ORDERS: tuple[RunOrder, ...] = get_args(RunOrder)


class Comparison(NamedTuple):
    """What trainings have reached by a metric."""

    tag: str = ""
    """Empty where there is none."""
    best: Best | None = None
    """Which value is told; None for the newest one."""
    at: str = ""
    """Where values are read, if that is at the cursor."""
    values: Mapping[str, float] = MappingProxyType({})
    """By name of the training; of those that have one."""
    base: float | None = None
    """That of a baseline which is none of them."""

    @property
    def title(self) -> str:
        """What the values are."""
        return f"{self.tag} {self.at or ('best' if self.best else 'last')}" if self.tag else ""

    def ranked(self, names: Iterable[str]) -> list[str]:
        """Names with the best value first; the highest where none is best, NaN and none last."""
        sign = 1 if self.best == "min" else -1

        def rank(name: str) -> float:
            value = self.values.get(name, math.nan)
            return math.inf if math.isnan(value) else sign * value

        return sorted(names, key=rank)

    def gain(self, name: str, baseline: str) -> float | None:
        """How much larger the value of a training is than that of another, or of the baseline that
        is none of them where no `baseline` is named, as its share."""
        value = self.values.get(name)
        base = self.values.get(baseline) if baseline else self.base
        return None if value is None or base is None else share_of(value, base)

    def is_better(self, gain: float) -> bool | None:
        """Whether a change is for the good; None where that is not known."""
        return None if self.best is None or gain == 0 else (gain < 0) == (self.best == "min")


class Leaderboard:
    """Compares trainings; looks only at what was added since the last time."""

    def __init__(self) -> None:
        self._curves, self._bases = SeriesCurves(), SeriesCurves()

    def with_base(self, comparison: Comparison, reference: Reference | None) -> Comparison:
        """The same with the best value of a baseline, or its last; none where that has several, or
        values at the cursor are compared."""
        runs = reference.store.runs.values() if reference else ()
        found = [series for run in runs if (series := run.series.get(comparison.tag)) is not None]
        if len(found) != 1 or comparison.at:
            return comparison
        return comparison._replace(base=_value(self._bases, found[0], comparison.best))

    def compare(
        self,
        overview: Overview,
        runs: Mapping[str, RunLog],
        tag: str,
        options: ChartOptions | None = None,
        cursor: Cursor | None = None,
    ) -> Comparison:
        """What the trainings of an overview have reached by a tag, or have at the cursor, where
        there is one on charts of these options."""
        best = best_of(tag)
        series = {training_of(runs[s.run], runs): s for s in overview.series.get(tag, ())}
        if cursor is not None and options is not None:
            return self._read(series, runs, tag, options, cursor)
        values = {name: _value(self._curves, one, best) for name, one in series.items()}
        return Comparison(
            tag, best, "", {name: value for name, value in values.items() if value is not None}
        )

    def _read(
        self,
        series: Mapping[str, Series],
        runs: Mapping[str, RunLog],
        tag: str,
        options: ChartOptions,
        cursor: Cursor,
    ) -> Comparison:
        x = options.x_formula
        curves = [self._curves.curve(runs[one.run], one, name, x=x) for name, one in series.items()]
        tracks = [make_track(curve, options.x_axis) for curve in curves]
        axis = make_axis(options.x_axis, tracks, None)
        readings = read_all(tracks, axis, Cursor(cursor.at), ChartOptions(x_axis=options.x_axis))
        values = {reading.curve.label: reading.value for reading, _ in readings}
        return Comparison(tag, best_of(tag), "at cursor", values)


def _value(curves: SeriesCurves, series: Series, best: Best | None) -> float | None:
    if best is not None:
        return curves.best_value(series, best)
    return None if series.last is None else series.last.value


def leading(
    comparison: Comparison, names: Sequence[str], selection: Selection, most: int
) -> tuple[str, ...]:
    """Names of the trainings that stand out of many, the pinned ones among them.

    Empty where all do, or those that the user wants.
    """
    drawn = [name for name in names if selection.draws(name)]
    if len(drawn) <= MOST_ALIKE or selection.focus in names or selection.groups:
        return ()
    pinned = [name for name in drawn if name in selection.pinned]
    return tuple(dict.fromkeys([*pinned, *comparison.ranked(drawn)[:most]]))


def orders_by_value(order: RunOrder, count: int) -> bool:
    """Whether so many trainings are in the order of their values: where the best stand out, too."""
    return order == "best" or (order == "auto" and count > MOST_ALIKE)


def in_run_order(
    comparison: Comparison, names: Sequence[str], selection: Selection, order: RunOrder
) -> list[str]:
    """Names as they are listed: by name or by value; of many those that stand out come first."""
    listed = comparison.ranked(names) if orders_by_value(order, len(names)) else list(names)
    first = selection.pinned.union(selection.leading) if len(names) > MOST_ALIKE else ()
    return sorted(listed, key=lambda name: name not in first)
