"""Series that formulas make of those that were logged; only what was added is looked at.

An operator, ``min`` and ``max`` have a value at each step at which both sides have one: where a
step was logged several times, the last one counts. A function sees all points of what it is given.
Arithmetic is IEEE 754's, as in numpy: ``1 / 0`` is infinite, ``log10(-1)`` is NaN.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.smoothing import Smoother
from tuimon.store.columns import Columns
from tuimon.store.formulas import (
    Formula,
    FormulaError,
    FormulaName,
    NumberTerm,
    Operation,
    TagTerm,
    parse_formula,
    tags_in,
)
from tuimon.store.run_log import RunLog
from tuimon.store.series import Point, Points, Series
from tuimon.store.step_order import Oddity

Floats: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Callable[[Floats, int], Floats]
"""What becomes of values from an index on, given all of them; those before it were asked for."""
Operator: TypeAlias = Callable[[Floats, Floats], Floats]
_COLUMNS = (np.int64, np.float64, np.float64)

_BINARY: Mapping[str, Operator] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "min": np.minimum,
    "max": np.maximum,
}
_UNARY: Mapping[str, Callable[[Floats], Floats]] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
}


class PointsTerm(ABC):
    """A part of a formula, over the points of one run."""

    epoch: object = None
    """Is another one when points that were given have changed; of the last `points`."""

    @abstractmethod
    def points(self) -> Points:
        """What there is now; as long as the epoch stays, it begins with what there was."""


class LoggedTerm(PointsTerm):
    """The points of a tag."""

    def __init__(self, series: Series) -> None:
        self._series = series

    def points(self) -> Points:
        # Before the points: were they replaced in between, the next call sees it.
        epoch = self._series.epoch
        points, numbered = self._series.snapshot(), Oddity.NO_STEPS in self._series.oddities
        self.epoch = epoch, numbered
        return points._replace(steps=np.arange(len(points.steps))) if numbered else points


class MappedTerm(PointsTerm):
    """Each point of another term with a value of its own; without the first ones of them."""

    def __init__(self, term: PointsTerm, make: Callable[[], Values], skipped: int = 0) -> None:
        self._term, self._make, self._skipped = term, make, skipped
        self._restart()

    def _restart(self) -> None:
        self._values, self._kept = self._make(), Columns((np.float64,))

    def points(self) -> Points:
        points = self._term.points()
        if self.epoch != self._term.epoch:
            self.epoch = self._term.epoch
            self._restart()
        known = self._kept.rows.length
        if known < len(points.values):
            with np.errstate(all="ignore"):
                self._kept.append((self._values(points.values, known),))
        [values] = self._kept.rows.view(0, len(points.values))
        return _at(points._replace(values=values), slice(self._skipped, None))


class JoinedTerm(PointsTerm):
    """Two terms at the steps that both have; the wall time is the later one."""

    def __init__(self, left: PointsTerm, right: PointsTerm, make: Operator) -> None:
        self._terms, self._make = (left, right), make
        self._sides: tuple[tuple[object, int], ...] = ()
        """Epoch and number of points of each, as they were last."""
        self._settled: int | None = None
        """The last step up to which all is joined."""
        self._kept, self.epoch = Columns(_COLUMNS), 0

    def points(self) -> Points:
        sides = [term.points() for term in self._terms]
        epochs = [term.epoch for term in self._terms]
        if not all(map(self._goes_on, sides, epochs, self._sides)):
            self._settled, self._kept = None, Columns(_COLUMNS)
            self.epoch = (self.epoch if isinstance(self.epoch, int) else 0) + 1
        self._sides = tuple(zip(epochs, (len(side.steps) for side in sides), strict=True))
        if all(len(side.steps) for side in sides):
            self._join(sides, min(int(side.steps[-1]) for side in sides))
        return Points(*self._kept.rows.view())

    def _goes_on(self, side: Points, epoch: object, before: tuple[object, int]) -> bool:
        """Whether there are but points behind what is joined besides those of before."""
        known, count = before
        if epoch != known or self._settled is None:
            return epoch == known
        return len(side.steps) <= count or bool(side.steps[count] > self._settled)

    def _join(self, sides: list[Points], end: int) -> None:
        """Join what lies behind the settled steps, up to a step."""
        left, right = (_last_at_each(_between(side, self._settled, end)) for side in sides)
        if not np.array_equal(left.steps, right.steps):
            _, at_left, at_right = np.intersect1d(
                left.steps, right.steps, assume_unique=True, return_indices=True
            )
            left, right = _at(left, at_left), _at(right, at_right)
        times = np.maximum(left.wall_times, right.wall_times)
        with np.errstate(all="ignore"):
            values = self._make(left.values, right.values)
        self._kept.append((left.steps, times, values))
        self._settled = end


class StepwisePositions:
    """What a term had last at the steps of points, as the x axis of a chart: W&B does the same
    with metrics that have a `step_metric`."""

    def __init__(self, term: PointsTerm) -> None:
        self._term = term
        self._before: tuple[object, object, int] = None, None, 0
        """The epochs of the points and of the term, and how many points that had."""
        self._last: int | None = None
        """The last step of the points."""
        self._kept = Columns((np.float64,))
        self.epoch = 0
        """Moves when positions have changed that were known."""

    def of(self, points: Points, epoch: object) -> Floats:
        """float64[n], the position of each point; NaN before the first one."""
        x = self._term.points()
        of_points, of_term, count = self._before
        goes_on = len(x.steps) <= count or self._last is None or x.steps[count] > self._last
        if (of_points, of_term) != (epoch, self._term.epoch) or not goes_on:
            self._kept = Columns((np.float64,))
            self.epoch += 1
        self._before = epoch, self._term.epoch, len(x.steps)
        known = self._kept.rows.length
        if known < len(points.steps):
            places = np.searchsorted(x.steps, points.steps[known:], side="right") - 1
            values = x.values[np.maximum(places, 0)] if len(x.steps) else np.nan
            self._kept.append((np.where(places >= 0, values, np.nan),))
            self._last = int(points.steps[-1])
        [found] = self._kept.rows.view(0, len(points.steps))
        return found


class DerivedSeries:
    """What a formula makes of the tags of a run; looked at like a `Series`."""

    superseded = 0

    def __init__(self, run: str, tag: FormulaName, logged: Mapping[str, Series]) -> None:
        """Raises KeyError: a tag is missing."""
        self.run, self.tag = run, tag
        self._logged = [logged[name] for name in tags_in(tag.formula)]
        self._term = term_of(tag.formula, logged)

    @property
    def version(self) -> int:
        """Moves with every change of what it is made of."""
        return sum(series.version for series in self._logged)

    @property
    def epoch(self) -> object:
        """Is another one when points have changed that a `snapshot` before had."""
        self._term.points()
        return self._term.epoch

    @property
    def oddities(self) -> frozenset[Oddity]:
        """What is unusual about the steps of what it is made of."""
        return frozenset().union(*(series.oddities for series in self._logged))

    def is_of(self, logged: Mapping[str, Series]) -> bool:
        """Whether it is still made of the series of these tags."""
        return all(logged.get(series.tag) is series for series in self._logged)

    def snapshot(self) -> Points:
        """Its points, by step."""
        return self._term.points()

    @property
    def last(self) -> Point | None:
        """The newest point."""
        points = self.snapshot()
        if not len(points.steps):
            return None
        steps, times, values = (column[-1].item() for column in points)
        return Point(steps, times, values)


AnySeries: TypeAlias = Series | DerivedSeries


class SeriesFinder:
    """Series by name, of formulas too, which are kept from one time to the next."""

    def __init__(self) -> None:
        self._derived: dict[tuple[str, str], DerivedSeries] = {}

    def find(self, run: RunLog, name: str) -> AnySeries | None:
        """The series of a run by its name; None where it, or what it is made of, is not there."""
        if (found := run.series.get(name)) is not None or not isinstance(name, FormulaName):
            return found
        kept = self._derived.get((run.name, name))
        if kept is None or not kept.is_of(run.series):
            try:
                kept = DerivedSeries(run.name, name, run.series)
            except KeyError:
                return None
            self._derived[run.name, name] = kept
        return kept


def logged_term(text: str, logged: Mapping[str, Series]) -> PointsTerm | None:
    """The term of a formula as it was typed; None where a tag of it is missing."""
    try:
        return term_of(parse_formula(text, logged).formula, logged)
    except (FormulaError, KeyError):
        return None


def term_of(formula: Formula, logged: Mapping[str, Series]) -> PointsTerm:
    """The term of a formula with a tag in it. Raises KeyError: a tag is missing."""
    found = _term(formula, logged)
    assert isinstance(found, PointsTerm)
    return found


def _term(formula: Formula, logged: Mapping[str, Series]) -> PointsTerm | float:
    if isinstance(formula, TagTerm):
        return LoggedTerm(logged[formula.tag])
    if isinstance(formula, NumberTerm):
        return formula.value
    first, *others = (_term(value, logged) for value in formula.values)
    if formula.name in _BINARY:
        return _binary(_BINARY[formula.name], first, others[0])
    if not isinstance(first, PointsTerm):
        with np.errstate(all="ignore"):
            return float(_of_number(formula)(np.array([first]), 0)[-1])
    if formula.name == "delta":
        return MappedTerm(first, lambda: _deltas, skipped=1)
    return MappedTerm(first, lambda: _of_number(formula))


def _binary(
    make: Operator, left: PointsTerm | float, right: PointsTerm | float
) -> PointsTerm | float:
    if isinstance(left, PointsTerm) and isinstance(right, PointsTerm):
        return JoinedTerm(left, right, make)
    if isinstance(left, PointsTerm):
        return MappedTerm(left, lambda: lambda values, start: make(values[start:], np.array(right)))
    if isinstance(right, PointsTerm):
        return MappedTerm(right, lambda: lambda values, start: make(np.array(left), values[start:]))
    with np.errstate(all="ignore"):
        return float(make(np.array(left), np.array(right)))


def _of_number(operation: Operation) -> Values:
    """A function of one series, from its beginning."""
    if operation.name == "ema":
        weight = operation.values[1]
        assert isinstance(weight, NumberTerm)
        return _moving_average(weight.value)
    if operation.name == "sum":
        return _sums()
    if operation.name == "delta":
        return _deltas
    make = _UNARY[operation.name]
    return lambda values, start: make(values[start:])


def _deltas(values: Floats, start: int) -> Floats:
    """From each value to the next one; the first has none."""
    return np.diff(values[max(start - 1, 0) :], prepend=[] if start else [np.nan])


def _sums() -> Values:
    total = 0.0

    def add(values: Floats, start: int) -> Floats:
        nonlocal total
        sums: Floats = total + np.cumsum(values[start:])
        total = float(sums[-1])
        return sums

    return add


def _moving_average(weight: float) -> Values:
    smoother = Smoother(weight)

    def extend(values: Floats, start: int) -> Floats:
        smoother.extend(values)
        return smoother.values(values, start, len(values))

    return extend


def _between(points: Points, behind: int | None, end: int) -> Points:
    first = 0 if behind is None else int(np.searchsorted(points.steps, behind, side="right"))
    last = int(np.searchsorted(points.steps, end, side="right"))
    return _at(points, slice(first, last))


def _last_at_each(points: Points) -> Points:
    """The last point of each step."""
    steps = points.steps
    apart = steps[1:] != steps[:-1]
    if apart.all():
        return points
    return _at(points, np.append(apart, True))


def _at(points: Points, places: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Points:
    return Points(points.steps[places], points.wall_times[places], points.values[places])
