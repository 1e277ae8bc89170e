"""Rules over the points of one tag: values that are not finite, and losses that grow."""

import numpy as np

from tuimon.events.points import ScalarColumns
from tuimon.metrics import measure_of
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.text import format_value

_WEIGHT = 0.9
"""Of the moving average that stands for a loss."""
_FIRST = 20
"""Points of a loss before it can grow."""
_LASTING = 10
"""Points in a row that must be far above the best."""
_TIMES = 3.0
_SHARE = 0.25
"""Of what had been gained: a loss near zero may well triple."""


class TagRules:
    """Follows one tag of one run."""

    def __init__(self, run: str, tag: str) -> None:
        self._name = tag if run == "." else f"{run}/{tag}"
        self._measure = measure_of(tag)
        self._growth = _Growth() if self._measure.is_to_fall else None

    def take(self, points: ScalarColumns, now: float) -> list[Alert]:
        """What new points, in file order, have to tell at `now` (Unix seconds)."""
        alerts = []
        broken = np.flatnonzero(~np.isfinite(points.values))
        if self._measure.is_vital and len(broken):
            first = int(broken[0])
            value, step = format_value(float(points.values[first])), int(points.steps[first])
            alerts.append(
                Alert(
                    key=f"not finite: {self._name}",
                    level=AlertLevel.ERROR,
                    title=f"{self._name} is {value}",
                    text=f"{value} at step {step}. A training rarely comes back from there: "
                    "look at the learning rate, the data of this step, or mixed precision.",
                    wall_time=now,
                    step=step,
                )
            )
        if self._growth is not None:
            for step, value in zip(points.steps.tolist(), points.values.tolist(), strict=True):
                if self._growth.take(step, value):
                    alerts.append(self._grown(step, self._growth, now))
        return alerts

    def _grown(self, step: int, growth: "_Growth", now: float) -> Alert:
        return Alert(
            key=f"grows: {self._name}",
            level=AlertLevel.WARN,
            title=f"{self._name} grows",
            text=f"{format_value(growth.average)} at step {step}, on average; it was "
            f"{format_value(growth.best)} at step {growth.best_step}.",
            wall_time=now,
            step=step,
        )


class _Growth:
    """Tells once when a loss has grown far above the best of its moving average, and stays."""

    def __init__(self) -> None:
        self.average = self.best = np.nan
        self.best_step = 0
        self._first = np.nan
        self._count = self._above = 0
        self._told = False

    def take(self, step: int, value: float) -> bool:
        """Whether this point shows, for the first time, that the loss grows."""
        if self._told or not np.isfinite(value):
            return False
        self._count += 1
        if self._count == 1:
            self.average = self.best = self._first = value
            self.best_step = step
            return False
        self.average = _WEIGHT * self.average + (1 - _WEIGHT) * value
        if self.average < self.best:
            self.best, self.best_step = self.average, step
        # The point itself: a single spike stays in the average for long.
        far = value - self.best > max(
            (_TIMES - 1) * abs(self.best), _SHARE * (self._first - self.best)
        )
        self._above = self._above + 1 if far and self._count > _FIRST else 0
        self._told = self._above >= _LASTING
        return self._told
