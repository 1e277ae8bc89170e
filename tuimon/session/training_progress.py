"""How far a training is, by the newest points of its series."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tuimon.store.run_log import RunLog
from tuimon.store.series import Series

_RATE_WINDOW = 30.0


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """How far a training is: newest step, steps a second, wall time (Unix s) of the last point."""

    step: int
    rate: float | None
    wall_time: float
    furthest: int = field(compare=False)
    """The highest of the newest steps of all runs."""


class _NewestPoint(NamedTuple):
    """What the series of a run that got points last come to."""

    wall_time: float
    step: int
    busiest: Series
    points: int
    """Of the busiest one."""


class ProgressWatch:
    """Where the newest of some runs is; looks only at runs that have changed since."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[RunLog, int, _NewestPoint | None]] = {}

    def progress(self, runs: Mapping[str, RunLog]) -> TrainingProgress | None:
        """Step of the newest point, the rate at that time; None before the first point."""
        known = {}
        for name, run in runs.items():
            kept, version = self._known.get(name), run.version
            if kept is None or kept[0] is not run or kept[1] != version:
                kept = run, version, _newest(run.series.values())
            known[name] = kept
        self._known = known
        return _together([newest for _, _, newest in known.values() if newest is not None])


def newest_progress(series: Iterable[Series]) -> TrainingProgress | None:
    """Step of the newest point; rate over the last seconds of the busiest series at that time."""
    newest = _newest(series)
    return _together([newest] if newest else [])


def _newest(series: Iterable[Series]) -> _NewestPoint | None:
    lasts = [(last, one) for one in series if (last := one.last) is not None]
    if not lasts:
        return None
    wall_time = max((t for last, _ in lasts if math.isfinite(t := last.wall_time)), default=0.0)
    recent = [each for each in lasts if each[0].wall_time >= wall_time - _RATE_WINDOW] or lasts
    step = max(last.step for last, _ in recent)
    busiest = max((one for _, one in recent), key=len)
    return _NewestPoint(wall_time, step, busiest, len(busiest))


def _together(found: list[_NewestPoint]) -> TrainingProgress | None:
    if not found:
        return None
    wall_time = max(newest.wall_time for newest in found)
    recent = [newest for newest in found if newest.wall_time >= wall_time - _RATE_WINDOW]
    busiest = max(recent, key=lambda newest: newest.points).busiest
    step, furthest = (max(newest.step for newest in some) for some in (recent, found))
    return TrainingProgress(step, _rate(busiest), wall_time, furthest)


def _rate(series: Series) -> float | None:
    points = series.snapshot()
    window = points.wall_times >= points.wall_times[-1] - _RATE_WINDOW
    steps, times = points.steps[window], points.wall_times[window]
    if len(steps) < 2:
        return None
    span = float(times[-1] - times[0])
    gained = int(steps[-1]) - int(steps[0])
    return gained / span if span > 0 and gained > 0 and np.isfinite(span) else None
