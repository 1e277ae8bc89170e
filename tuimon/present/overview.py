"""Which trainings and tags there are, and which of them are shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from tuimon.present.pairing import Metric, is_placeholder, pair_tags
from tuimon.present.selection import Selection, training_of
from tuimon.store.parts import trainings
from tuimon.store.series import Series
from tuimon.store.store import Store

Pairing: TypeAlias = Callable[[Iterable[str]], list[Metric]]
"""Groups tags into charts."""


class Overview(NamedTuple):
    """What a filter shows of a store."""

    trainings: Sequence[str]
    """Names of all trainings."""
    shown: Sequence[str]
    """Names of those of which the filter shows anything, hidden ones included."""
    series: Mapping[str, Sequence[Series]]
    """The series that the filter shows, over all runs; by tag, in the order the tags were met."""
    tags: int
    """How many tags there are, shown or not."""

    def charts(self, pair: Pairing = pair_tags) -> list[Metric]:
        """The metrics that get a chart: a single point has no course, and a row in the tag pane.

        While nothing has more than one point, all but what goes with hyperparameters.
        """
        found = pair(self.series)
        courses = [metric for metric in found if any(map(self._has_course, metric.curves))]
        return courses or pair(tag for tag in self.series if not is_placeholder(tag))

    def _has_course(self, curve: tuple[str, str]) -> bool:
        return any(len(one) > 1 for one in self.series[curve[1]])


class OverviewCache:
    """Makes overviews of a store: anew only when runs, tags or the filter are others."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._made: tuple[object, Overview] | None = None

    def of(self, selection: Selection) -> Overview:
        """What is shown now."""
        key = (self._store.structure, selection.shows)
        if self._made is None or self._made[0] != key:
            self._made = key, overview(self._store, selection)
        return self._made[1]


def overview(store: Store, selection: Selection) -> Overview:
    """What a selection shows of a store."""
    runs = store.runs
    found: dict[str, list[Series]] = {}
    shown_runs = set()
    for run in runs.values():
        shown = False
        for tag, series in run.series.items():
            of_tag = found.setdefault(tag, [])
            if selection.shows(run.name, tag):
                of_tag.append(series)
                shown = True
        if shown:
            shown_runs.add(training_of(run, runs))
    names = trainings(runs)
    return Overview(
        names,
        [name for name in names if name in shown_runs] if selection.text else names,
        {tag: series for tag, series in found.items() if series},
        len(found),
    )
