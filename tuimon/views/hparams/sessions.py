"""What a set of runs was given and what came of it: a table of hyperparameters and metrics.

Runs, hyperparameters and metrics are those of TensorBoard's hparams plugin: a run with a
``_hparams_/session_start_info`` is a session, and a metric is the newest value of a tag of the
session's run, or of one below it; where an earlier one was better, that has a column, too. Unlike
there, the columns are those of all experiments of the log directories, since every ``add_hparams``
of torch writes one that tells of its own run alone, and a run may hold several.
`matches` tells whether a term of a filter holds.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.metrics import best_of
from tuimon.present.hparam_groups import session_hparams
from tuimon.present.trial_names import hparam_text, trial_names
from tuimon.store.filters import FilterTerm
from tuimon.store.parts import SESSION_START
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series
from tuimon.store.store import Store
from tuimon.summaries.hparams import HParamExperiment, HParamValue, SessionEnd
from tuimon.summaries.reader import SummaryReader
from tuimon.text import by_number, format_value

PLUGIN = "hparams"
_SESSION_END = "_hparams_/session_end_info"
_EXPERIMENT = "_hparams_/experiment"


class HParamSession(NamedTuple):
    """One run."""

    run: str
    name: str
    """What it is called: not by the time, as the directories of `add_hparams` are."""
    status: str
    """``success``, ``failure``, ``running``, or empty when the writer did not say (yet)."""
    values: tuple[HParamValue, ...]
    """By column; None where there is none."""


class HParamColumn(NamedTuple):
    """A hyperparameter or a metric."""

    name: str
    metric: bool
    varies: bool
    """Its values are not all the same."""
    numbers: NDArray[np.float64] | None
    """Of the sessions, NaN where there is none; None where a value is no number."""


class HParamAxis(NamedTuple):
    """Values of a column along an axis."""

    places: NDArray[np.float64]
    """Of the sessions, 0 … 1; NaN where there is none."""
    labels: tuple[tuple[float, str], ...]
    """Places and texts: of the ends and the middle, or of every text."""
    log: bool


class HParamTable(NamedTuple):
    """Sessions and their values."""

    columns: tuple[HParamColumn, ...]
    """Hyperparameters, then metrics."""
    sessions: tuple[HParamSession, ...]

    @property
    def metrics(self) -> list[int]:
        """Columns that are metrics."""
        return [index for index, column in enumerate(self.columns) if column.metric]

    @property
    def default(self) -> int:
        """The column that is meant where none was chosen: the first metric."""
        return next(iter(self.metrics), 0)

    @property
    def shown(self) -> list[int]:
        """Columns that tell sessions apart: hyperparameters that vary, and metrics."""
        columns = enumerate(self.columns)
        return [index for index, column in columns if column.varies or column.metric]

    def named(self, name: str | None) -> int:
        """The column of a name; the default one if there is none."""
        names = [column.name for column in self.columns]
        return names.index(name) if name in names else self.default

    def heading(self, column: int) -> str:
        """The name of a column; its last part where that is enough."""
        name = self.columns[column].name
        short = name.rpartition("/")[2]
        same = [one.name.rpartition("/")[2] for one in self.columns].count(short)
        return short if short and same == 1 else name

    def axis(self, column: int) -> HParamAxis:
        """Where the values of a column lie on an axis: numbers by size, texts in their order."""
        numbers = self.columns[column].numbers
        if numbers is not None:
            return _number_axis(numbers)
        texts = [hparam_text(session.values[column]) for session in self.sessions]
        order = sorted({*texts} - {""}, key=by_number)
        last = max(1, len(order) - 1)
        places = {text: at / last if len(order) > 1 else 0.5 for at, text in enumerate(order)}
        found = np.array([places.get(text, np.nan) for text in texts])
        return HParamAxis(found, tuple((place, text) for text, place in places.items()), log=False)


def session_runs(store: Store) -> list[RunLog]:
    """The runs that are sessions."""
    return [run for run in store.runs.values() if SESSION_START in run.refs]


def read_table(store: Store, reader: SummaryReader) -> HParamTable:
    """Read all sessions; one that cannot be read is left out."""
    sessions = []
    names: dict[str, None] = {}
    metrics: dict[tuple[str, str], str] = {}
    for run in store.runs.values():
        for experiment in reader.every(run, _EXPERIMENT):
            if isinstance(experiment, HParamExperiment):
                names.update(dict.fromkeys(info.name for info in experiment.hparams))
                for metric in experiment.metrics:
                    shown = metric.display_name or posixpath.join(metric.group, metric.tag)
                    metrics.setdefault((metric.group, metric.tag), shown)
        hparams = session_hparams(reader, run)
        if hparams is not None:
            names.update(dict.fromkeys(hparams))
            end = reader.newest(run, _SESSION_END)
            sessions.append((run, hparams, end.status if isinstance(end, SessionEnd) else ""))
    if not metrics:  # nobody said what counts
        metrics = {("", tag): tag for run, _, _ in sessions for tag in run.series}
    columns = [(name, False, [given.get(name) for _, given, _ in sessions]) for name in names]
    for (group, tag), shown in metrics.items():
        series = [_series(store, run, group, tag) for run, _, _ in sessions]
        last: list[HParamValue] = [_last(one) for one in series]
        best: list[HParamValue] = [
            _best(one, run) for one, (run, _, _) in zip(series, sessions, strict=True)
        ]
        columns.append((shown, True, last))
        if any(a != b and b is not None for a, b in zip(last, best, strict=True)):
            columns.append((f"{shown} best", True, best))
    called = trial_names({run.name: given for run, given, _ in sessions})
    if len(sessions) == 1:
        called.setdefault(".", "this run")
    return HParamTable(
        tuple(_column(name, metric, values) for name, metric, values in columns),
        tuple(
            HParamSession(
                run.name,
                called.get(run.name, run.name),
                status,
                tuple(values[at] for _, _, values in columns),
            )
            for at, (run, _, status) in enumerate(sessions)
        ),
    )


def _series(store: Store, run: RunLog, group: str, tag: str) -> Series | None:
    where = store.runs.get(posixpath.normpath(posixpath.join(run.name, group)))
    return where.series.get(tag) if where is not None else None


def _last(series: Series | None) -> float | None:
    last = series.last if series is not None else None
    return last.value if last is not None else None


def _best(series: Series | None, session: RunLog) -> float | None:
    """The best value of a metric whose name tells which values are good."""
    best = best_of(series.tag) if series is not None else None
    if series is None or best is None:
        return None
    steps, times, values = series.snapshot()
    told = session.refs[SESSION_START].all_refs().wall_times
    if len(steps) > 1 and steps[0] == 0 and times[0] <= told[0] < times[1]:
        values = values[1:]  # Lightning: what stands there until there is a value
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    return float(values.min() if best == "min" else values.max())


def _column(name: str, metric: bool, values: Sequence[HParamValue]) -> HParamColumn:
    numbers = None
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool | float) for value in known):
        numbers = np.array(values, np.float64)  # None becomes NaN
    varies = len({hparam_text(value) for value in values}) > 1
    return HParamColumn(name, metric, varies, numbers)


def _number_axis(numbers: NDArray[np.float64]) -> HParamAxis:
    log = spans_decades(numbers)
    finite = np.isfinite(numbers)
    with np.errstate(invalid="ignore", divide="ignore"):
        sizes = np.where(finite, np.log10(numbers) if log else numbers, np.nan)
    if not finite.any():
        return HParamAxis(sizes, (), log=False)
    low, high = float(np.nanmin(sizes)), float(np.nanmax(sizes))

    def told(size: float) -> str:
        return format_value(float(f"{10.0**size:.3g}") if log else float(f"{size:.4g}"))

    if not np.isfinite(high - low) or high == low:
        return HParamAxis(np.where(finite, 0.5, np.nan), ((0.5, told(low)),), log=log)
    labels = ((0.0, told(low)), (0.5, told((low + high) / 2)), (1.0, told(high)))
    return HParamAxis((sizes - low) / (high - low), labels, log=log)


def spans_decades(numbers: NDArray[np.float64]) -> bool:
    """Whether numbers are better told apart by their logarithms: positive, over two decades."""
    finite = numbers[np.isfinite(numbers)]
    return bool(len(finite) and finite.min() > 0 and finite.max() >= 99 * finite.min())


def matches(table: HParamTable, session: HParamSession, term: FilterTerm) -> bool:
    """Whether a term of a filter holds for a session.

    ``lr>0.01``, ``acc<=0.9``, ``opt=adam`` compare a column; others are part of the run's name or
    of one of its texts.
    """
    if term.of_run:
        return term.pattern.search(session.run) is not None
    if term.bound is not None:
        pairs = zip(table.columns, session.values, strict=True)
        return term.keeps(
            {
                column.name: value
                for column, value in pairs
                if isinstance(value, float) and not isinstance(value, bool)
            }
        )
    name, sign, wanted = term.word.partition("!=" if "!=" in term.word else "=")
    if sign:
        at = _named(table, name)
        return at is not None and _is(session.values[at], wanted) == (sign == "=")
    texts = (
        session.run,
        session.name,
        *(hparam_text(v) for v in session.values if isinstance(v, str)),
    )
    return any(term.pattern.search(text) for text in texts)


def _is(value: HParamValue, wanted: str) -> bool:
    """Whether a value is the one that was typed, exactly or as it is shown."""
    if isinstance(value, float) and not isinstance(value, bool):
        with suppress(ValueError):
            return value == float(wanted) or format_value(value) == wanted
    return hparam_text(value).lower() == wanted.lower()


def _named(table: HParamTable, name: str) -> int | None:
    """The column of a name, or of the only name that holds it."""
    names = [column.name.lower() for column in table.columns]
    if name.lower() in names:
        return names.index(name.lower())
    holding = [at for at, other in enumerate(names) if name.lower() in other]
    return holding[0] if len(holding) == 1 else None
