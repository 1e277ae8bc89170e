"""Which charts there are, in which order: sections by the beginning of tags, folded or not."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple, get_args

from tuimon.present.pairing import Metric
from tuimon.store.store import Store
from tuimon.text import by_number

Sort = Literal["logged", "name", "changed"]
PINNED = "pinned"
"""Name of the section of what comes first."""
SORTS: tuple[Sort, ...] = get_args(Sort)


class ChartSection(NamedTuple):
    """Metrics whose titles begin with the same word before a slash; the empty one has no such."""

    name: str
    metrics: tuple[Metric, ...]


class Arrangement(NamedTuple):
    """What the grid shows."""

    charts: tuple[Metric, ...]
    folded: tuple[ChartSection, ...]


def section_of(metric: Metric) -> str:
    """Name of the section that a metric belongs to.

    >>> section_of(Metric("train/lr", ())), section_of(Metric("Loss", ()))
    ('train', '')
    """
    if metric.pinned:
        return PINNED
    return (metric.pair or metric.title).rpartition("/")[0].partition("/")[0]


def arrange(metrics: Iterable[Metric], folded: Collection[str]) -> Arrangement:
    """Bring the metrics of a section together, where its first one is, and take out the folded."""
    sections: dict[str, list[Metric]] = {}
    for metric in metrics:
        sections.setdefault(section_of(metric), []).append(metric)
    return Arrangement(
        tuple(metric for name, found in sections.items() if name not in folded for metric in found),
        tuple(
            ChartSection(name, tuple(found)) for name, found in sections.items() if name in folded
        ),
    )


class ChartOrder:
    """The order of the charts: it changes when it is asked for, or when there are new ones."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: tuple[Sort, frozenset[Metric]] = "logged", frozenset()
        self._ranks: dict[Metric, int] = {}

    def sorted(self, metrics: Sequence[Metric], sort: Sort) -> list[Metric]:
        """The metrics, which come as they were logged, in order.

        Charts that change often do not change places all the time: the order stays until it or
        other metrics are asked for.
        """
        known = sort, frozenset(metrics)
        if known != self._known:
            self._known = known
            self._ranks = {metric: rank for rank, metric in enumerate(self._fresh(metrics, sort))}
        return sorted(metrics, key=self._ranks.__getitem__)

    def _fresh(self, metrics: Sequence[Metric], sort: Sort) -> Sequence[Metric]:
        if sort == "logged":
            return metrics
        if sort == "name":
            return sorted(metrics, key=lambda metric: by_number(metric.title.lower()))
        return sorted(metrics, key=self._changed, reverse=True)

    def _changed(self, metric: Metric) -> float:
        """Wall time of the newest point."""
        lasts = (
            run.series[tag].last
            for run in self._store.runs.values()
            for _, tag in metric.curves
            if tag in run.series
        )
        return max((last.wall_time for last in lasts if last is not None), default=0.0)


def last_values(section: ChartSection, store: Store) -> list[tuple[str, float]]:
    """(title without the section's name, newest value) of each metric that has one."""
    found = []
    for metric in section.metrics:
        for run in reversed(list(store.runs.values())):
            lasts = [run.series[tag].last for _, tag in metric.curves if tag in run.series]
            if lasts and lasts[0] is not None:
                title = metric.title.removeprefix(f"{section.name}/")
                found.append((title, lasts[0].value))
                break
    return found
