"""The one way from a series to a curve, for screens, views, `tuimon show` and Python."""

import numpy as np

from tuimon.charts.detail import DrawingCache
from tuimon.charts.model import Curve, SupersededPoints
from tuimon.charts.units import unit_of
from tuimon.metrics import Best, measure_of
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series
from tuimon.store.spread import SpreadKind
from tuimon.store.step_order import Oddity


class _SeriesCache:
    """What was found out about a series, and about which state of it."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.epoch = -1
        self.detail = DrawingCache()
        """Holds while the points in force only grow, which is one epoch."""
        self.version = -1
        self.superseded: SupersededPoints | None = None
        """Holds for one version."""


class SeriesCurves:
    """Curves of series; keeps what was found out about each of them from one time to the next."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _SeriesCache] = {}

    def curve(
        self,
        run: RunLog,
        series: Series,
        label: str,
        *,
        colour: int = 0,
        pattern: int = 0,
        number: int | None = None,
        group: str = "",
        spread: SpreadKind | None = None,
        is_member: bool = False,
        pinned: bool = False,
        faded: bool = False,
        kind: str | None = None,
    ) -> Curve:
        """The curve of a series of a run: its points now, and how it is to be told from others."""
        # Taken before the points: were they replaced in between, the next call sees it.
        detail, superseded = self._detail(series), self._superseded(series)
        points, oddities = series.snapshot(), series.oddities
        steps, measure = points.steps, measure_of(series.tag)
        if Oddity.NO_STEPS in oddities:
            steps = np.arange(len(steps))
        return Curve(
            label=label,
            steps=steps,
            wall_times=points.wall_times,
            values=points.values,
            colour=colour,
            pattern=pattern,
            number=number,
            best=measure.best,
            unit=unit_of(series.tag),
            noisy=measure.is_noisy,
            group=group,
            spread=spread,
            is_member=is_member,
            pinned=pinned,
            start=run.first_time,
            detail=detail,
            superseded=superseded,
            faded=faded,
            kind=kind,
            notes=tuple(sorted(oddities)),
        )

    def best_value(self, series: Series, best: Best) -> float | None:
        """The best of its values; None where none is finite."""
        detail = self._detail(series)
        values = series.snapshot().values
        index = detail.best(values, best)
        return None if index is None else float(values[index])

    def _cache(self, series: Series) -> _SeriesCache:
        key = series.run, series.tag
        kept = self._kept.get(key)
        if kept is None or kept.series is not series:
            kept = self._kept[key] = _SeriesCache(series)
        return kept

    def _detail(self, series: Series) -> DrawingCache:
        kept, epoch = self._cache(series), series.epoch
        if kept.epoch != epoch:
            kept.epoch, kept.detail = epoch, DrawingCache()
        return kept.detail

    def _superseded(self, series: Series) -> SupersededPoints | None:
        kept, version = self._cache(series), series.version
        if kept.version != version:
            kept.version, kept.superseded = version, superseded_points(series)
        return kept.superseded


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
