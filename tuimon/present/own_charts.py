"""Charts that a user has made: of several tags, of formulas; and those that are to come first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tuimon.present.pairing import Metric
from tuimon.present.selection import Selection
from tuimon.store.formulas import (
    FormulaError,
    formula_text,
    parse_formulas,
    tags_in,
    tags_of_series,
)
from tuimon.store.run_log import RunLog
from tuimon.store.store import Store


class OwnCharts:
    """The charts of a user's own; made anew only when they, or the tags, are others."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._made: tuple[object, list[Metric], list[Metric]] = None, [], []

    def shown(self, charts: Mapping[str, str], selection: Selection) -> list[Metric]:
        """Those of which a filter shows anything; formulas by title."""
        runs = self._store.runs
        return [
            metric
            for metric in self._all(charts)[0]
            if not selection.text
            or any(selection.shows(run, tag) for run in runs for _, tag in metric.curves)
        ]

    def empty(self, charts: Mapping[str, str], selection: Selection) -> list[Metric]:
        """Those that nothing was logged for, where there is no filter."""
        return [] if selection.text else self._all(charts)[1]

    def _all(self, charts: Mapping[str, str]) -> tuple[list[Metric], list[Metric]]:
        """Those that something was logged for, and those of which nothing was."""
        key = self._store.structure, dict(charts)
        if self._made[0] != key:
            tags, runs = tags_of(self._store), self._store.runs.values()
            made = [_metric(title, text, tags) for title, text in charts.items()]
            logged = [one for one in made if any(_has_curve(one, run) for run in runs)]
            self._made = key, logged, [one for one in made if one not in logged]
        return self._made[1:]


def tags_of(store: Store) -> dict[str, None]:
    """All tags of a store, in the order in which they were met."""
    return dict.fromkeys(tag for run in store.runs.values() for tag in run.series)


def _has_curve(metric: Metric, run: RunLog) -> bool:
    needed = (tags_of_series(name) for _, name in metric.curves)
    return any(all(tag in run.series for tag in tags) for tags in needed)


def _metric(title: str, text: str, tags: Collection[str]) -> Metric:
    try:
        found = parse_formulas(text, tags)
    except FormulaError:  # with these tags it is read in another way
        found = []
    return Metric(title, tuple((one.text, one.series) for one in found), own=True)


def pinned_first(metrics: Sequence[Metric], pins: Sequence[str]) -> list[Metric]:
    """The metrics, those in front that are pinned by their title or a tag, in the order of pins."""
    if not pins:
        return [*metrics]
    places = {pin: place for place, pin in enumerate(pins)}
    found = [(pinned_by(metric, pins), metric) for metric in metrics]
    first = [(places[by[0]], metric._replace(pinned=True)) for by, metric in found if by]
    first.sort(key=lambda one: one[0])
    return [*(metric for _, metric in first), *(metric for by, metric in found if not by)]


def pinned_by(metric: Metric, pins: Sequence[str]) -> list[str]:
    """The pins of a metric: its title, that of the chart it is a part of, or a tag in it."""
    names = {metric.title, metric.pair} | {tag for _, tag in metric.curves if not metric.own}
    return [pin for pin in pins if pin in names]


@dataclass(frozen=True)
class ChartText:
    """A chart of one's own, as it is typed: ``TITLE = FORMULA, FORMULA``, or without a title."""

    title: str
    formulas: str
    """As they are read again, whatever tags there are."""
    missing: tuple[str, ...]
    """Tags that there are none of."""

    @classmethod
    def parse(cls, text: str, tags: Collection[str] = ()) -> "ChartText":
        """The chart that a text describes, where these tags are known. Raises FormulaError."""
        title, sign, formulas = text.partition("=")
        if not sign or _reads(text, tags):
            title = formulas = text
        else:
            formulas = formulas.rjust(len(text))  # so that faults are told where they are
        found = parse_formulas(formulas, tags)
        if not title.strip():
            raise FormulaError("a title stands before =")
        used = dict.fromkeys(tag for one in found for tag in tags_in(one.formula))
        missing = tuple(tag for tag in used if tag not in tags)
        return cls(title.strip(), lasting(formulas, tags), missing)


def lasting(text: str, tags: Collection[str]) -> str:
    """The formulas of a text, where these tags are known, so that they are read in the same way
    where they are not. Raises FormulaError."""
    found = [one.formula for one in parse_formulas(text, tags)]
    plain = ", ".join(formula_text(one, plain=True) for one in found)
    for written in (text.strip(), plain):
        if _reads(written, ()) and [one.formula for one in parse_formulas(written)] == found:
            return written
    return ", ".join(map(formula_text, found))


def _reads(text: str, tags: Collection[str]) -> bool:
    try:
        return bool(parse_formulas(text, tags))
    except FormulaError:
        return False
