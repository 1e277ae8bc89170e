"""The table of values: a row per run and tag, columns that one can sort by. No widgets."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tuimon.charts.reference import change_against
from tuimon.present.hparam_groups import in_order, read_hparams, values_of
from tuimon.present.reference_curves import reference_series
from tuimon.present.selection import Selection, training_of
from tuimon.present.statistics import TagStatistics, statistics
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series
from tuimon.store.store import Store
from tuimon.summaries.reader import SummaryReader
from tuimon.text import Align, by_number, format_change, format_step, format_value, safe


class ValueColumn(NamedTuple):
    """A column; `name` is unique."""

    name: str
    text: Callable[["TableRow"], str]
    """What stands in a cell; safe."""
    value: Callable[["TableRow"], float | str | None]
    """What rows are sorted by; None comes last either way."""
    align: Align = "right"
    exact: Callable[["TableRow"], str] | None = None
    """What is copied, where that is more than what is shown."""


class TableRow(NamedTuple):
    """A tag of a run."""

    values: TagStatistics
    hparams: Mapping[str, str]
    change: float | None = None
    """How much larger the last value is than that of the baseline at its step, as its share."""


class ValueTable(NamedTuple):
    """All rows in order, and the columns."""

    columns: tuple[ValueColumn, ...]
    rows: tuple[TableRow, ...]


class SortOrder(NamedTuple):
    """Name of a column, and whether its largest value comes first."""

    column: str = ""
    descending: bool = False


def _number(name: str, of: Callable[[TagStatistics], float]) -> ValueColumn:
    return ValueColumn(
        name,
        lambda row: format_value(of(row.values)),
        lambda row: None if math.isnan(of(row.values)) else of(row.values),
        exact=lambda row: repr(of(row.values)),
    )


def _step(name: str, of: Callable[[TagStatistics], int | None]) -> ValueColumn:
    def told_by(form: Callable[[int], str]) -> Callable[[TableRow], str]:
        return lambda row: "" if (step := of(row.values)) is None else form(step)

    return ValueColumn(name, told_by(format_step), lambda row: of(row.values), exact=told_by(str))


RUN = ValueColumn("RUN", lambda row: safe(row.values.run), lambda row: row.values.run, "left")
CHANGE = ValueColumn(
    "Δ",
    lambda row: "" if row.change is None else format_change(row.change),
    lambda row: row.change,
    exact=lambda row: "" if row.change is None else repr(row.change),
)
TAG = ValueColumn("TAG", lambda row: safe(row.values.tag), lambda row: row.values.tag, "left")
_VALUES = (
    _number("LAST", lambda values: values.last),
    _number("MIN", lambda values: values.low),
    _number("MAX", lambda values: values.high),
    _step("BEST AT", lambda values: values.best_step),
    _step("STEP", lambda values: values.last_step),
    _step("POINTS", lambda values: values.points),
)


class TableBuilder:
    """Makes tables of a store; looks only at series that have changed since the last one."""

    def __init__(self, store: Store, reader: SummaryReader) -> None:
        self._store = store
        self._reader = reader
        self._kept: dict[tuple[str, str], tuple[Series, int, TagStatistics | None]] = {}

    def build(self, selection: Selection, order: SortOrder) -> ValueTable:
        """The table of what is selected. For any thread, one at a time."""
        rows = list(self._rows(selection))
        several = len({row.values.run for row in rows}) > 1
        names = _differing([row.hparams for row in rows])
        own = (TAG, RUN) if several else (TAG,)
        change = (CHANGE,) if any(row.change is not None for row in rows) else ()
        columns = (*own, _VALUES[0], *change, *_VALUES[1:], *map(_hparam, names))
        for column in columns:
            if column.name == order.column:
                rows = _sorted(rows, column, descending=order.descending)
        return ValueTable(columns, tuple(rows))

    def _rows(self, selection: Selection) -> Iterator[TableRow]:
        runs = self._store.runs
        hparams = self._hparams()
        tags = dict.fromkeys(tag for run in runs.values() for tag in run.series)
        trainings = {run.name: training_of(run, runs) for run in runs.values()}
        for tag in tags:
            for run in runs.values():
                series = run.series.get(tag)
                if series is None or not selection.shows(run.name, tag):
                    continue
                values = self._statistics(series)
                if values is not None:
                    change = self._change(run, values)
                    yield TableRow(values, hparams.get(trainings[run.name], {}), change)

    def _change(self, run: RunLog, values: TagStatistics) -> float | None:
        found = reference_series(self._store, run, values.tag)
        if found is None:
            return None
        return change_against(found[1].snapshot(), values.last_step, values.last)

    def _hparams(self) -> dict[str, dict[str, str]]:
        """Values as text by name, by name of the training."""
        found = read_hparams(self._store, self._reader)
        texts: dict[str, dict[str, str]] = {run: {} for run in found}
        for name in in_order([name for values in found.values() for name in values]):
            for run, text in values_of(found, name).items():
                texts[run][name] = text
        return texts

    def _statistics(self, series: Series) -> TagStatistics | None:
        key = series.run, series.tag
        kept = self._kept.get(key)
        version = series.version
        if kept is None or kept[0] is not series or kept[1] != version:
            kept = self._kept[key] = series, version, statistics(series)
        return kept[2]


def tsv(rows: Sequence[TableRow], columns: Sequence[ValueColumn]) -> str:
    """Rows as tab-separated values, numbers in full, names of columns first."""
    lines = ["\t".join(column.name.lower() for column in columns)]
    lines += ["\t".join(map(exact, columns, [row] * len(columns))) for row in rows]
    return "\n".join(lines) + "\n"


def exact(column: ValueColumn, row: TableRow) -> str:
    """A cell as it is copied."""
    return (column.exact or column.text)(row)


def _differing(hparams: Sequence[Mapping[str, str]]) -> list[str]:
    different = {id(values): values for values in hparams}.values()
    names = dict.fromkeys(name for values in different for name in values)
    return [name for name in names if len({values.get(name) for values in different}) > 1]


def _hparam(name: str) -> ValueColumn:
    return ValueColumn(
        safe(name), lambda row: row.hparams.get(name, ""), lambda row: row.hparams.get(name)
    )


def _sorted(rows: list[TableRow], column: ValueColumn, *, descending: bool) -> list[TableRow]:
    with_value = [(value, row) for row in rows if (value := column.value(row)) is not None]
    without = [row for row in rows if column.value(row) is None]
    with_value.sort(key=lambda pair: _comparable(pair[0]), reverse=descending)
    return [row for _, row in with_value] + without


def _comparable(value: float | str) -> Any:
    """All values of a column are of one kind."""
    return by_number(value.lower()) if isinstance(value, str) else value
