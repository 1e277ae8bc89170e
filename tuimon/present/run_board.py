"""Trainings as the rows of one table: what differs between them, and what each has reached."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.charts.detail import index_of_best
from tuimon.charts.reference import share_of
from tuimon.metrics import Best, best_of, measure_of
from tuimon.metrics.splits import EVALUATIONS
from tuimon.present.hparam_groups import session_hparams
from tuimon.present.main_metric import main_tag
from tuimon.present.pairing import is_placeholder
from tuimon.present.selection import training_of
from tuimon.present.trial_names import hparam_text, trial_names
from tuimon.runs.checkpoints import Moment
from tuimon.store.filters import FilterTerm
from tuimon.store.parts import is_trial, part_of, trainings
from tuimon.store.run_log import RunLog
from tuimon.store.series import Points, Series
from tuimon.summaries.hparams import HParamValue
from tuimon.summaries.reader import SummaryReader
from tuimon.text import by_number


class Result(NamedTuple):
    """What a training has reached by one metric. Values may be NaN, or infinite."""

    last: float
    last_step: int
    best: float | None = None
    """None where the metric's name does not tell what is best, or no value is finite."""
    moment: Moment | None = None
    """When the best was reached first."""

    @property
    def told(self) -> float:
        """The value that trainings are compared by: the best, else the last one."""
        return self.last if self.best is None else self.best

    @property
    def told_step(self) -> int:
        """Where it was reached first."""
        return self.last_step if self.moment is None else self.moment.step


class BoardRow(NamedTuple):
    """A training, or a trial of one."""

    name: str
    settings: Mapping[str, HParamValue]
    """What it was given."""
    results: Mapping[str, Result]
    """By tag."""
    seconds: float = 0.0
    """From its first point to the last one, or how long its run took."""
    pace: float | None = None
    """Steps a second, over all of it."""
    state: str = ""
    """That of its run, in words; empty where nothing is known but a log."""
    directory: Path | None = None
    """Where it logs."""
    checkpoint: Path | None = None
    """What holds the best of the main metric."""
    wandb_group: str = ""
    said: Sequence[str] = ()
    """What people say of its run: a note, tags, that it is starred."""

    def holds(self, term: FilterTerm) -> bool:
        """Whether a term of a filter does: bounds are of settings and results."""
        if term.bound is not None:
            numbers = {
                name: float(value)
                for name, value in self.settings.items()
                if isinstance(value, float) and not isinstance(value, bool)
            }
            return term.keeps({**numbers, **{tag: one.told for tag, one in self.results.items()}})
        texts = [self.name]
        if not term.of_run:
            given = (f"{name}={hparam_text(value)}" for name, value in self.settings.items())
            texts += [self.state, *self.said, *given]
        return any(term.pattern.search(text) for text in texts)


class Board(NamedTuple):
    """Rows, and what is told of them first."""

    rows: Sequence[BoardRow]
    main: str
    """The tag by which they are compared; empty where no row has a metric."""
    baseline: BoardRow | None = None
    """What all are compared with, which need not be among them."""

    def change(self, row: BoardRow, tag: str, *, last: bool = False) -> float | None:
        """How much larger the value of a row is than that of the baseline, as its share."""
        if self.baseline is None or self.baseline.directory == row.directory:
            return None
        one, base = row.results.get(tag), self.baseline.results.get(tag)
        if one is None or base is None:
            return None
        value, other = (one.last, base.last) if last else (one.told, base.told)
        return share_of(value, other)

    @property
    def varying(self) -> list[str]:
        """Names of the settings in which rows differ, sorted."""
        names = dict.fromkeys(name for row in self.rows for name in row.settings)
        return sorted((name for name in names if self._differs(name)), key=by_number)

    def _differs(self, name: str) -> bool:
        return len({hparam_text(row.settings.get(name)) for row in self.rows}) > 1

    @property
    def tags(self) -> list[str]:
        """All metrics, the main one first, those on what is no training data before others."""
        found = dict.fromkeys(tag for row in self.rows for tag in row.results)
        return sorted(found, key=self._rank_of_tag)

    def _rank_of_tag(self, tag: str) -> tuple[bool, ...]:
        measure = measure_of(tag)
        evaluated = measure.best is not None and measure.split in EVALUATIONS
        return tag != self.main, is_placeholder(tag), not evaluated, measure.best is None

    def record(self, row: BoardRow) -> dict[str, HParamValue]:
        """What is told of a row by name: settings that vary, results and their steps."""
        record = {name: row.settings.get(name) for name in self.varying}
        for tag, one in row.results.items():
            record |= {tag: one.told, f"{tag} step": one.told_step}
        return {**record, "seconds": row.seconds, "pace": row.pace}

    def ranked(self, column: str, *, last: bool = False) -> list[BoardRow]:
        """Rows in the order of a column: a tag (best first), a setting, or ``run``, ``state``,
        ``took``, ``pace``; those that have nothing there come last.

        Raises KeyError: there is no such column.
        """
        if column in self.tags:
            sign = 1 if best_of(column) == "min" else -1
            return sorted(self.rows, key=lambda row: _rank(row.results.get(column), sign, last))
        if any(column in row.settings for row in self.rows):
            return sorted(self.rows, key=lambda row: _place(row.settings.get(column)))
        keys = {
            "run": lambda row: by_number(row.name),
            "state": lambda row: row.state,
            "took": lambda row: row.seconds,
            "pace": lambda row: -(row.pace or 0.0),
        }
        return sorted(self.rows, key=keys[column])


def _rank(result: Result | None, sign: int, last: bool) -> float:
    value = math.nan if result is None else result.last if last else result.told
    return math.inf if math.isnan(value) else sign * value


def _place(value: HParamValue) -> tuple[bool, object]:
    return value is None, by_number(hparam_text(value))


def board_rows(runs: Mapping[str, RunLog], reader: SummaryReader) -> list[BoardRow]:
    """The trainings of a store, and the trials of those that have several. Reads files."""
    given = {name: session_hparams(reader, run) or {} for name, run in runs.items()}
    trials = trial_names(given)
    parts: dict[str, list[RunLog]] = {name: [] for name in trainings(runs)}
    for run in runs.values():
        parts.setdefault(training_of(run, runs), []).append(run)
    rows: list[BoardRow] = []
    for name, logs in parts.items():
        own = [log for log in logs if is_trial(log.name)]
        together = logs if len(own) < 2 else [log for log in logs if log not in own]
        settings = {
            key: value for log in together for key, value in (given[log.name] or {}).items()
        }
        rows += _row(name, settings, together, runs)
        for log in own if len(own) > 1 else ():
            rows += _row(trials[log.name], given[log.name], [log], runs)
    return rows


def _row(
    name: str,
    settings: Mapping[str, HParamValue],
    logs: Sequence[RunLog],
    runs: Mapping[str, RunLog],
) -> list[BoardRow]:
    """A row, where there is anything to tell."""
    series = {
        full_tag(one, log, runs): one for log in logs for one in log.series.values() if len(one)
    }
    results = {tag: result_of(one.snapshot(), best_of(one.tag)) for tag, one in series.items()}
    if not results:
        return []
    seconds, pace = course_of(series.values())
    return [BoardRow(name, settings, results, seconds, pace, directory=logs[0].path)]


def full_tag(series: Series, log: RunLog, runs: Mapping[str, RunLog]) -> str:
    """What a series is called beside all others of its training: `add_scalars` has one of the same
    tag for each of its curves."""
    part = part_of(log, runs)
    return f"{series.tag}/{part.label}" if part is not None and part.label else series.tag


def result_of(points: Points, best: Best | None) -> Result:
    """What a series of at least one point comes to; of equal bests the first."""
    values, steps, times = points.values, points.steps, points.wall_times
    last = Result(float(values[-1]), int(steps[-1]))
    at = None if best is None else index_of_best(values, best)
    if at is None:
        return last
    before = float(times[at - 1]) if at else None
    after = float(times[at + 1]) if at + 1 < len(times) else None
    moment = Moment(int(steps[at]), float(times[at]), before, after)
    return last._replace(best=float(values[at]), moment=moment)


def course_of(series: Iterable[Series]) -> tuple[float, float | None]:
    """Seconds from the first to the last point, and steps a second of the busiest series; each
    has a point."""
    points = [one.snapshot() for one in series]
    begins = min(float(one.wall_times[0]) for one in points)
    ends = max(float(one.wall_times[-1]) for one in points)
    busiest = max(points, key=lambda one: len(one.steps))
    took = float(busiest.wall_times[-1] - busiest.wall_times[0])
    steps = int(busiest.steps[-1]) - int(busiest.steps[0])
    seconds = ends - begins if math.isfinite(ends - begins) else 0.0
    return max(0.0, seconds), steps / took if took > 0 and steps > 0 else None


def board(rows: Sequence[BoardRow], runs: Iterable[RunLog]) -> Board:
    """Rows as one table; the main metric is chosen as lists of runs do."""
    series: dict[str, list[Series]] = {}
    for run in runs:
        for tag, one in run.series.items():
            if len(one):
                series.setdefault(tag, []).append(one)
    return Board(rows, main_tag(series))
