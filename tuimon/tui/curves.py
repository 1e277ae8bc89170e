"""From the store to the curves of one chart: which series, in which order and colour."""

from dataclasses import dataclass

from tuimon.charts.model import Curve
from tuimon.charts.pairing import Metric
from tuimon.charts.smoothing import Smoothed
from tuimon.store.series import Series
from tuimon.store.store import Store


@dataclass(slots=True)
class _Smoothing:
    series: Series
    epoch: int
    smoothed: Smoothed


class MetricCurves:
    """The curves of a metric; smooths only what has been added since the last time."""

    def __init__(self, store: Store, metric: Metric) -> None:
        self.metric = metric
        self._store = store
        self._smoothings: dict[tuple[str, str], _Smoothing] = {}

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

    def smoothed_by(self, smoothing: float) -> list[Curve]:
        """The curves over all runs, smoothed with weight `smoothing` (0 … 1).

        One run: a colour per data split. Several runs: a colour per run and split.
        """
        curves: list[Curve] = []
        runs = list(self._store.runs.values())
        for run in runs:
            for label, tag in self.metric.curves:
                series = run.series.get(tag)
                if series is None:
                    continue
                if len(runs) > 1:
                    label = run.name if len(self.metric.curves) == 1 else f"{run.name} {label}"
                # Taken before the points: were they replaced in between, the next call sees it.
                epoch = series.epoch
                points = series.snapshot()
                smoothed = self._smoothing(series, epoch, smoothing)
                smoothed.extend(points.values[len(smoothed) :])
                curves.append(
                    Curve(
                        label=label,
                        steps=points.steps,
                        wall_times=points.wall_times,
                        values=points.values,
                        smoothed=smoothed.values,
                        colour=len(curves),
                        start=run.start_time,
                    )
                )
        return curves

    def _smoothing(self, series: Series, epoch: int, weight: float) -> Smoothed:
        key = (series.run, series.tag)
        kept = self._smoothings.get(key)
        if (
            kept is None
            or kept.series is not series
            or kept.epoch != epoch
            or kept.smoothed.weight != weight
        ):
            kept = self._smoothings[key] = _Smoothing(series, epoch, Smoothed(weight))
        return kept.smoothed
