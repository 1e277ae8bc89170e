"""The one way from a series to a curve, for screens, views, `tuimon show` and Python."""

import numpy as np

from tuimon.charts.detail import DrawingCache
from tuimon.charts.model import Curve, SupersededPoints
from tuimon.charts.units import unit_of
from tuimon.metrics import Best, measure_of
from tuimon.present.derived_series import AnySeries, DerivedSeries, StepwisePositions, logged_term
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series
from tuimon.store.spread import SpreadKind
from tuimon.store.step_order import Oddity


class _SeriesCache:
    """What was found out about a series, and about which state of it."""

    def __init__(self, series: AnySeries) -> None:
        self.series = series
        self.epoch: object = None
        self.along: object = None
        """What the x axis is, and of which epoch."""
        self.detail = DrawingCache()
        """Holds while the points in force only grow, which is one epoch, along one axis."""
        self.version = -1
        self.superseded: SupersededPoints | None = None
        """Holds for one version."""
        self.positions: tuple[object, StepwisePositions | None] = None, None
        """Along an x axis that was logged, if it was, and which of what state of the run."""


class SeriesCurves:
    """Curves of series; keeps what was found out about each of them from one time to the next."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _SeriesCache] = {}

    def curve(
        self,
        run: RunLog,
        series: AnySeries,
        label: str,
        *,
        x: str = "",
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
        """The curve of a series of a run: its points now, and how it is to be told from others.

        `x` is the formula of the x axis, where that was logged; empty for step and time.
        """
        # Taken before the points: were they replaced in between, the next call sees it.
        epoch, superseded = series.epoch, self._superseded(series)
        points, oddities = series.snapshot(), series.oddities
        measure = measure_of(series.tag)
        if Oddity.NO_STEPS in oddities and isinstance(series, Series):
            points = points._replace(steps=np.arange(len(points.steps)))
        positions = self._positions(run, series, x)
        found = positions.of(points, epoch) if positions else None
        along = (x, positions.epoch) if positions else ""
        return Curve(
            label=label,
            x=found,
            steps=points.steps,
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
            detail=self._detail(series, epoch, along),
            superseded=superseded,
            faded=faded,
            kind=kind,
            notes=tuple(sorted(oddities)),
        )

    def best_value(self, series: AnySeries, best: Best) -> float | None:
        """The best of its values; None where none is finite."""
        detail = self._detail(series, series.epoch)
        values = series.snapshot().values
        index = detail.best(values, best)
        return None if index is None else float(values[index])

    def _cache(self, series: AnySeries) -> _SeriesCache:
        key = series.run, series.tag
        kept = self._kept.get(key)
        if kept is None or kept.series is not series:
            kept = self._kept[key] = _SeriesCache(series)
        return kept

    def _detail(self, series: AnySeries, epoch: object, along: object = None) -> DrawingCache:
        """The cache of a series of an epoch, along an axis; None for any."""
        kept = self._cache(series)
        if kept.epoch != epoch or along not in (None, kept.along):
            kept.epoch, kept.along, kept.detail = epoch, along, DrawingCache()
        return kept.detail

    def _superseded(self, series: AnySeries) -> SupersededPoints | None:
        if isinstance(series, DerivedSeries):
            return None
        kept, version = self._cache(series), series.version
        if kept.version != version:
            kept.version, kept.superseded = version, superseded_points(series)
        return kept.superseded

    def _positions(self, run: RunLog, series: AnySeries, x: str) -> StepwisePositions | None:
        if not x:
            return None
        kept, key = self._cache(series), (x, run.structure)
        if kept.positions[0] != key:
            term = logged_term(x, run.series)
            kept.positions = key, None if term is None else StepwisePositions(term)
        return kept.positions[1]


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
