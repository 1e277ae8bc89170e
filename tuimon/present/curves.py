"""From the store to the curves of one chart: which series, in which order and colour."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tuimon.charts.model import Curve
from tuimon.metrics import best_of, measure_of
from tuimon.present.derived_series import AnySeries, SeriesFinder
from tuimon.present.hparam_groups import in_order
from tuimon.present.leaderboard import LEADING_CURVES, MOST_ALIKE
from tuimon.present.pairing import Metric
from tuimon.present.reference_curves import ReferenceCurves
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import BY_PREFIX, Selection
from tuimon.present.series_curves import SeriesCurves
from tuimon.store.formulas import tags_of_series
from tuimon.store.parts import part_of, trainings
from tuimon.store.run_log import RunLog
from tuimon.store.store import Store

_MOST_FADED = 6
"""More curves among which others stand out are drawn as one: their range and their median."""


class _TrainingCurve(NamedTuple):
    """A curve of a training: what tells it from the training's others in the chart."""

    run: RunLog
    training: str
    split: str
    part: str
    series: AnySeries

    @property
    def key(self) -> tuple[str, str]:
        return self.split, self.part


class MetricCurves:
    """The curves of a metric; looks only at what has been added since the last time."""

    def __init__(self, store: Store, metric: Metric, colours: RunColours) -> None:
        self.metric = metric
        self.selection = Selection()
        self.x = ""
        """The formula of the x axis, where that was logged."""
        self.note = ""
        """Which trainings stand out, if that was not chosen."""
        self.keys: list[tuple[str, str]] = []
        """Run and tag of each of the curves that were asked for last."""
        self._store = store
        self._colours = colours
        self._curves = SeriesCurves()
        self._finder = SeriesFinder()
        self.references = ReferenceCurves(store)
        """What they are compared with."""

    @property
    def versions(self) -> tuple[object, ...]:
        """A value that changes when any of the curves does."""
        runs = self._store.runs
        series = [
            (run.name, tag, found.version)
            for run in runs.values()
            for _, tag in self.metric.curves
            if (found := self._finder.find(run, tag)) is not None
        ]
        of_x = [run.version for run in runs.values()] if self.x else ()
        compared = self.references.versions([tag for _, tag in self.metric.curves])
        return (self._colours.version, self.x, compared, *series, *of_x)

    def curves(self, palette: int, *, references: bool = True) -> list[Curve]:
        """The curves over all runs that are selected; `palette` is how many colours there are.

        One training: a colour for each of its curves. Several: a colour for each training, and
        dashes to tell its curves apart; or a colour for each group of them. Where there are
        many and none was chosen, those with the best values stand out.

        With `references` those that they are compared with come behind them.
        """
        runs, selection = self._store.runs, self.selection
        several = len(trainings(runs)) > 1
        lanes = self._lanes(runs)
        keys = list(dict.fromkeys(lane.key for lane in lanes))
        drawn = [lane for lane in lanes if self._is_drawn(lane)]
        self.keys = [(lane.run.name, lane.series.tag) for lane in drawn]
        faded = self._faded(drawn, len(keys))
        if not selection.groups:
            self._tell_apart(drawn, faded, palette)
        merges = sum(faded) > _MOST_FADED
        values = in_order(list(selection.groups.values()))
        # A single line without a colour looks like that of any training.
        told = palette > 1 or len({lane.training for lane in drawn}) > 1
        curves = []
        for lane, fades in zip(drawn, faded, strict=True):
            index = keys.index(lane.key)
            number = self._colours.number(lane.training) if several else 0
            colour, pattern = (number, index) if several else (index, 0)
            if several and selection.group == BY_PREFIX and len(keys) > 1:
                colour, pattern = index, number
            stands_out = selection.stands_out(lane.training)
            value = selection.groups.get(lane.training)
            if value is not None:
                colour = number = values.index(value)
            curves.append(
                self._curves.curve(
                    lane.run,
                    lane.series,
                    self._label(lane, several),
                    x=self.x,
                    colour=colour,
                    pattern=pattern,
                    number=number * len(self.metric.curves) + index,
                    group=self._group(lane, value, fades=fades, merges=merges),
                    pinned=lane.training in selection.pinned,
                    faded=fades,
                    kind=self._kind(lane) if several and told else None,
                    spread=None if value is None else selection.spread,
                    is_member=value is not None and (selection.members or stands_out),
                )
            )
        if self.metric.own and (missing := self._missing()):
            self.note = f"no tag {missing[0]}" + (" …" if len(missing) > 1 else "")
        tags = [(lane.run, lane.series.tag) for lane in drawn]
        labels = [" ".join(self._of_lane(lane)) for lane in drawn]
        return self.references.compared(curves, tags, labels, drawn=references)

    def _is_drawn(self, lane: _TrainingCurve) -> bool:
        shown = self.selection.shows(lane.run.name, lane.series.tag)
        return shown and self.selection.draws(lane.training)

    def _missing(self) -> list[str]:
        """Tags of the metric that no run has."""
        tags = [tag for _, name in self.metric.curves for tag in tags_of_series(name)]
        runs = self._store.runs.values()
        return [tag for tag in tags if not any(tag in run.series for run in runs)]

    def _faded(self, drawn: Sequence[_TrainingCurve], lanes: int) -> list[bool]:
        """Of each curve, whether others stand out."""
        leading = self._leading(drawn, lanes)
        return [
            self.selection.fades(lane.training, self._store)
            or (leading is not None and lane.training not in leading)
            for lane in drawn
        ]

    def _tell_apart(
        self, drawn: Sequence[_TrainingCurve], faded: Sequence[bool], palette: int
    ) -> None:
        """Give trainings that stand out different colours; if too many, those that were chosen."""
        alone = dict.fromkeys(
            lane.training for lane, fades in zip(drawn, faded, strict=True) if not fades
        )
        if len(alone) > palette:
            alone = {name: None for name in alone if self.selection.stands_out(name)}
        self._colours.tell_apart(self.metric, tuple(alone), palette)

    def _leading(self, drawn: Sequence[_TrainingCurve], lanes: int) -> set[str] | None:
        """The trainings that stand out where there are too many; None where they do not.

        Those with the best values of what is not trained on, or the newest where the name of the
        metric does not tell which values are good.
        """
        self.note = ""
        chosen, names = self.selection, dict.fromkeys(lane.training for lane in drawn)
        if common := names.keys() & chosen.leading:
            return set(common)
        if len(names) <= MOST_ALIKE or chosen.focus or chosen.pinned or chosen.groups:
            return None
        most = max(2, LEADING_CURVES // max(lanes, 1))
        tested = (lane for lane in reversed(drawn) if measure_of(lane.series.tag).split != "train")
        judge = next(tested, drawn[-1])
        judged, best = judge.key, best_of(judge.series.tag)
        ranks: list[tuple[float, int, str]] = []
        for place, lane in enumerate(drawn):
            if lane.key != judged:
                continue
            rank = -(lane.run.start_time or 0.0)
            if best is not None:
                value = self._curves.best_value(lane.series, best)
                rank = np.inf if value is None else value if best == "min" else -value
            ranks.append((rank, place, lane.training))
        leading = list(dict.fromkeys(name for _, _, name in sorted(ranks)))[:most]
        self.note = f"{len(leading)} {'best' if best else 'newest'} of {len(names)} runs"
        return set(leading)

    def _lanes(self, runs: Mapping[str, RunLog]) -> list[_TrainingCurve]:
        lanes = []
        for run in runs.values():
            part = part_of(run, runs)
            for split, tag in self.metric.curves:
                series = self._finder.find(run, tag)
                if series is not None:
                    training, label = (part.parent, part.label) if part else (run.name, "")
                    lanes.append(_TrainingCurve(run, training, split, label, series))
        return lanes

    def _group(self, lane: _TrainingCurve, value: str | None, *, fades: bool, merges: bool) -> str:
        """The name of what a curve is drawn as one with; empty if it is drawn alone."""
        head = ["others"] if fades and merges else []
        if value is not None:
            head = [value]
        return " ".join(filter(None, [*head, *self._of_lane(lane)])) if head else ""

    def _of_lane(self, lane: _TrainingCurve) -> list[str]:
        """What tells curves of one training apart, none of it empty."""
        several = len(self.metric.curves) > 1
        return [word for word in (lane.split if several else "", lane.part) if word]

    def _label(self, lane: _TrainingCurve, several: bool) -> str:
        """What tells a curve from the others of the chart: training, data split, `add_scalars`."""
        training = self.selection.names.get(lane.training, lane.training)
        words = [*([training] if several else []), *self._of_lane(lane)]
        return " ".join(words) or lane.split

    def _kind(self, lane: _TrainingCurve) -> str | None:
        """What tells a curve from others of its colour, which is named elsewhere; None if not."""
        named = self.selection.named and self.selection.group != BY_PREFIX
        return " ".join(self._of_lane(lane)) if named else None
