"""From the store to the curves of one chart: which series, in which order and colour."""

from typing import NamedTuple

import numpy as np

from tuimon.charts.best import best_of
from tuimon.charts.detail import Detail
from tuimon.charts.model import Curve, Superseded
from tuimon.charts.pairing import Metric
from tuimon.store.parts import part_of, trainings
from tuimon.store.run import Run
from tuimon.store.series import Series
from tuimon.store.store import Store
from tuimon.tui.selection import Selection


class _Kept(NamedTuple):
    """What was found out about a series while its points in force only grew."""

    series: Series
    epoch: int
    detail: Detail


class MetricCurves:
    """The curves of a metric; looks only at what has been added since the last time."""

    def __init__(self, store: Store, metric: Metric) -> None:
        self.metric = metric
        self.selection = Selection()
        self._store = store
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._superseded: dict[tuple[str, str], tuple[Series, int, Superseded | None]] = {}

    @property
    def versions(self) -> tuple[object, ...]:
        """A value that changes when any of the curves does."""
        runs = self._store.runs
        return tuple(
            (run.name, tag, run.series[tag].version)
            for run in runs.values()
            for _, tag in self.metric.curves
            if tag in run.series
        )

    def curves(self) -> list[Curve]:
        """The curves over all runs that are selected.

        One run: a colour per data split. Several runs: a colour per run and split, whatever is
        selected.
        """
        curves: list[Curve] = []
        colour = -1
        runs = self._store.runs
        several = len(trainings(runs)) > 1
        for run in runs.values():
            for label, tag in self.metric.curves:
                series = run.series.get(tag)
                if series is None:
                    continue
                colour += 1
                if not self.selection.shows(run.name, tag):
                    continue
                # Taken before the points: were they replaced in between, the next call sees it.
                epoch = series.epoch
                points = series.snapshot()
                curves.append(
                    Curve(
                        label=self._label(run, label, several),
                        steps=points.steps,
                        wall_times=points.wall_times,
                        values=points.values,
                        colour=colour,
                        best=best_of(tag),
                        start=run.start_time,
                        detail=self._detail(series, epoch),
                        superseded=self._superseded_of(series),
                        faded=self.selection.fades(run, self._store),
                    )
                )
        return curves

    def _label(self, run: Run, split: str, several: bool) -> str:
        """What tells a curve from the others of the chart: training, data split, `add_scalars`."""
        part = part_of(run, self._store.runs)
        words = [
            (part.parent if part else run.name) if several else "",
            split if len(self.metric.curves) > 1 else "",
            part.label if part else "",
        ]
        return " ".join(filter(None, words)) or split

    def _detail(self, series: Series, epoch: int) -> Detail:
        key = (series.run, series.tag)
        kept = self._kept.get(key)
        if kept is None or kept.series is not series or kept.epoch != epoch:
            kept = self._kept[key] = _Kept(series, epoch, Detail())
        return kept.detail

    def _superseded_of(self, series: Series) -> Superseded | None:
        key = (series.run, series.tag)
        kept, known, found = self._superseded.get(key, (None, -1, None))
        version = series.version
        if kept is not series or known != version:
            found = superseded_points(series)
            self._superseded[key] = series, version, found
        return found


def charted_tags(store: Store, selection: Selection | None = None) -> list[str]:
    """Tags that get a chart, in the order in which they were met.

    The single points of torch's `add_hparams` only have a row in the tag pane.
    """
    return [
        tag
        for run in store.runs.values()
        for tag, series in run.series.items()
        if (selection is None or selection.shows(run.name, tag))
        and (len(series) > 1 or not tag.startswith("hparam/"))
    ]


def superseded_points(series: Series) -> Superseded | None:
    """The points that later ones took the place of, None where there are none."""
    if not series.superseded:
        return None
    points = series.all_points()
    places = np.flatnonzero(points.superseded)
    if not len(places):
        return None
    steps = points.steps[places]
    apart = (np.diff(places) > 1) | (steps[1:] <= steps[:-1])
    starts = np.append(0, 1 + np.flatnonzero(apart))
    return Superseded(steps, points.wall_times[places], points.values[places], starts)
