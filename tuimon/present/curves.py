"""From the store to the curves of one chart: which series, in which order and colour."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tuimon.charts.detail import DrawingCache
from tuimon.charts.model import Curve, SupersededPoints
from tuimon.metrics import best_of, measure_of
from tuimon.present.hparam_groups import in_order
from tuimon.present.pairing import Metric
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import BY_PREFIX, Selection
from tuimon.store.parts import part_of, trainings
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series
from tuimon.store.store import Store

_MOST_FADED = 6
"""More curves among which others stand out are drawn as one: their range and their median."""
_MOST_ALIKE = 10
"""Of more trainings than this a few stand out, even where the user has chosen none."""
_LEADING_CURVES = 6


class _SeriesCache(NamedTuple):
    """What was found out about a series while its points in force only grew."""

    series: Series
    epoch: int
    detail: DrawingCache


class _TrainingCurve(NamedTuple):
    """A curve of a training: what tells it from the training's others in the chart."""

    run: RunLog
    training: str
    split: str
    part: str
    series: Series

    @property
    def key(self) -> tuple[str, str]:
        return self.split, self.part


class MetricCurves:
    """The curves of a metric; looks only at what has been added since the last time."""

    def __init__(self, store: Store, metric: Metric, colours: RunColours) -> None:
        self.metric = metric
        self.selection = Selection()
        self.note = ""
        """Which trainings stand out, if that was not chosen."""
        self.keys: list[tuple[str, str]] = []
        """Run and tag of each of the curves that were asked for last."""
        self._store = store
        self._colours = colours
        self._kept: dict[tuple[str, str], _SeriesCache] = {}
        self._superseded: dict[tuple[str, str], tuple[Series, int, SupersededPoints | None]] = {}

    @property
    def versions(self) -> tuple[object, ...]:
        """A value that changes when any of the curves does."""
        runs = self._store.runs
        series = [
            (run.name, tag, run.series[tag].version)
            for run in runs.values()
            for _, tag in self.metric.curves
            if tag in run.series
        ]
        return (self._colours.version, *series)

    def curves(self, palette: int) -> list[Curve]:
        """The curves over all runs that are selected; `palette` is how many colours there are.

        One training: a colour for each of its curves. Several: a colour for each training, and
        dashes to tell its curves apart; or a colour for each value of a hyperparameter. Where
        there are many and none was chosen, those with the best values stand out.
        """
        runs = self._store.runs
        several = len(trainings(runs)) > 1
        lanes = self._lanes(runs)
        keys = list(dict.fromkeys(lane.key for lane in lanes))
        selection = self.selection
        drawn = [
            lane
            for lane in lanes
            if selection.shows(lane.run.name, lane.series.tag) and selection.draws(lane.training)
        ]
        self.keys = [(lane.run.name, lane.series.tag) for lane in drawn]
        leading = self._leading(drawn, len(keys))
        faded = [
            selection.fades(lane.training, self._store)
            or (leading is not None and lane.training not in leading)
            for lane in drawn
        ]
        alone = dict.fromkeys(
            lane.training for lane, fades in zip(drawn, faded, strict=True) if not fades
        )
        if len(alone) > palette:
            alone = {name: None for name in alone if selection.stands_out(name)}
        if not selection.groups:
            self._colours.tell_apart(self.metric, tuple(alone), palette)
        values = in_order(list(selection.groups.values()))
        curves = []
        for lane, fades in zip(drawn, faded, strict=True):
            index = keys.index(lane.key)
            number = self._colours.number(lane.training) if several else 0
            colour, pattern, group = index, 0, ""
            if several and selection.group == BY_PREFIX and len(keys) > 1:
                pattern = number
            elif several:
                colour, pattern = number, index
            value = selection.groups.get(lane.training)
            if value is not None and not selection.stands_out(lane.training):
                group = " ".join(filter(None, [selection.group, value, *self._of_lane(lane)]))
                colour = values.index(value)
            if fades:
                group = ""
                if sum(faded) > _MOST_FADED:
                    group = " ".join(["others", *self._of_lane(lane)])
            curves.append(
                self._curve(
                    lane,
                    self._label(lane, several),
                    colour=colour,
                    pattern=pattern,
                    number=number * len(self.metric.curves) + index,
                    group=group,
                    faded=fades,
                )
            )
        return curves

    def _leading(self, drawn: Sequence[_TrainingCurve], lanes: int) -> set[str] | None:
        """The trainings that stand out where there are too many; None where they do not.

        Those with the best values of what is not trained on, or the newest where the name of the
        metric does not tell which values are good.
        """
        self.note = ""
        chosen, names = self.selection, dict.fromkeys(lane.training for lane in drawn)
        if len(names) <= _MOST_ALIKE or chosen.focus or chosen.pinned or chosen.groups:
            return None
        most = max(2, _LEADING_CURVES // max(lanes, 1))
        tested = (lane for lane in reversed(drawn) if measure_of(lane.series.tag).split != "train")
        judge = next(tested, drawn[-1])
        judged, best = judge.key, best_of(judge.series.tag)
        ranks: list[tuple[float, int, str]] = []
        for place, lane in enumerate(drawn):
            if lane.key != judged:
                continue
            rank = -(lane.run.start_time or 0.0)
            if best is not None:
                values = lane.series.snapshot().values
                index = self._detail(lane.series, lane.series.epoch).best(values, best)
                value = np.inf if index is None else float(values[index])
                rank = value if best == "min" or index is None else -value
            ranks.append((rank, place, lane.training))
        leading = list(dict.fromkeys(name for _, _, name in sorted(ranks)))[:most]
        self.note = f"{len(leading)} {'best' if best else 'newest'} of {len(names)} runs"
        return set(leading)

    def _lanes(self, runs: Mapping[str, RunLog]) -> list[_TrainingCurve]:
        lanes = []
        for run in runs.values():
            part = part_of(run, runs)
            for split, tag in self.metric.curves:
                series = run.series.get(tag)
                if series is not None:
                    training, label = (part.parent, part.label) if part else (run.name, "")
                    lanes.append(_TrainingCurve(run, training, split, label, series))
        return lanes

    def _curve(
        self,
        lane: _TrainingCurve,
        label: str,
        *,
        colour: int,
        pattern: int,
        number: int,
        group: str,
        faded: bool,
    ) -> Curve:
        series = lane.series
        # Taken before the points: were they replaced in between, the next call sees it.
        epoch = series.epoch
        points = series.snapshot()
        return Curve(
            label=label,
            steps=points.steps,
            wall_times=points.wall_times,
            values=points.values,
            colour=colour,
            pattern=pattern,
            number=number,
            best=best_of(series.tag),
            group=group,
            pinned=lane.training in self.selection.pinned,
            start=lane.run.start_time,
            detail=self._detail(series, epoch),
            superseded=self._superseded_of(series),
            faded=faded,
        )

    def _of_lane(self, lane: _TrainingCurve) -> list[str]:
        """What tells curves of one training apart, none of it empty."""
        several = len(self.metric.curves) > 1
        return [word for word in (lane.split if several else "", lane.part) if word]

    def _label(self, lane: _TrainingCurve, several: bool) -> str:
        """What tells a curve from the others of the chart: training, data split, `add_scalars`."""
        words = [*([lane.training] if several else []), *self._of_lane(lane)]
        return " ".join(words) or lane.split

    def _detail(self, series: Series, epoch: int) -> DrawingCache:
        key = (series.run, series.tag)
        kept = self._kept.get(key)
        if kept is None or kept.series is not series or kept.epoch != epoch:
            kept = self._kept[key] = _SeriesCache(series, epoch, DrawingCache())
        return kept.detail

    def _superseded_of(self, series: Series) -> SupersededPoints | None:
        key = (series.run, series.tag)
        kept, known, found = self._superseded.get(key, (None, -1, None))
        version = series.version
        if kept is not series or known != version:
            found = superseded_points(series)
            self._superseded[key] = series, version, found
        return found


def superseded_points(series: Series) -> SupersededPoints | None:
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
    return SupersededPoints(steps, points.wall_times[places], points.values[places], starts)
