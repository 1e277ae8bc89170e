"""The one metric that a list has room for: as a rule the loss on what is no training data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tuimon.metrics import Best, measure_of
from tuimon.metrics.splits import EVALUATIONS
from tuimon.present.pairing import is_placeholder
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series

_FIRST = ("loss", "reward"), ("accuracy",)


class MainMetric(NamedTuple):
    """A tag, which of its values is the best, and its series in all runs that are of one part of
    the data."""

    tag: str
    best: Best | None
    series: tuple[Series, ...]
    """In the order of the runs; at least one, each with a point."""


def main_metric(runs: Mapping[str, RunLog]) -> MainMetric | None:
    """That of event files; None where they hold no scalars.

    What has a course comes before single points, what has a best value before what has none,
    validation and test before training, and then losses and rewards before accuracies, as charts
    do. A run may be named for its part of the data, as Keras does.
    """
    found: dict[tuple[str, str], list[Series]] = {}
    for name, run in runs.items():
        for tag, series in run.series.items():
            if len(series):
                split = measure_of(tag).split or measure_of(name.rpartition("/")[2]).split
                found.setdefault((tag, split), []).append(series)
    if not found:
        return None
    tag, split = min(found, key=lambda one: _rank(one[0], one[1], found[one]))
    return MainMetric(tag, measure_of(tag).best, tuple(found[tag, split]))


def main_tag(series: Mapping[str, Sequence[Series]]) -> str:
    """The tag by which it is chosen among these, of which each has series; empty of none."""
    return min(series, key=lambda tag: _rank(tag, measure_of(tag).split, series[tag]), default="")


def _rank(tag: str, split: str, series: Iterable[Series]) -> tuple[object, ...]:
    measure = measure_of(tag)
    kinds = (rank for rank, kinds in enumerate(_FIRST) if measure.kind in kinds)
    return (
        is_placeholder(tag),
        all(len(one) < 2 for one in series),
        measure.best is None,
        split not in EVALUATIONS,
        next(kinds, len(_FIRST)),
    )
