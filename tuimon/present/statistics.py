"""What the points of a series come to."""

import math
from typing import NamedTuple

import numpy as np

from tuimon.metrics import Best, best_of
from tuimon.store.series import Series


class TagStatistics(NamedTuple):
    """The points in force of one tag of a run.

    NaN is left out of `low` and `high`; both are NaN, and their steps None, where there is nothing
    else.
    """

    run: str
    tag: str
    points: int
    """How many, NaN included."""
    last: float
    last_step: int
    low: float
    low_step: int | None
    """The first step with the lowest value."""
    high: float
    high_step: int | None

    @property
    def best(self) -> Best | None:
        """Which value is the best; None where the name of the tag does not tell."""
        return best_of(self.tag)

    @property
    def best_step(self) -> int | None:
        """Step of the best value."""
        return {"min": self.low_step, "max": self.high_step, None: None}[self.best]


def statistics(series: Series) -> TagStatistics | None:
    """What the points in force come to; None where there are none."""
    steps, _, values = series.snapshot()
    if not len(steps):
        return None
    low = high = math.nan
    low_step = high_step = None
    if not np.isnan(values).all():
        lowest, highest = np.nanargmin(values), np.nanargmax(values)
        low, high = float(values[lowest]), float(values[highest])
        low_step, high_step = int(steps[lowest]), int(steps[highest])
    return TagStatistics(
        run=series.run,
        tag=series.tag,
        points=len(steps),
        last=float(values[-1]),
        last_step=int(steps[-1]),
        low=low,
        low_step=low_step,
        high=high,
        high_step=high_step,
    )
