"""Rules over the points of a training: values that are not finite, and losses that grow."""

import numpy as np

from tuimon.events.points import ScalarColumns
from tuimon.health.growth import Growth
from tuimon.metrics import Measure, measure_of
from tuimon.metrics.splits import EVALUATIONS
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.text import format_value

NOT_FINITE = "not finite: "
"""What keys of alerts begin with that tell of NaN or infinite values."""
_LOST = 0.35
"""Of what a loss had gained: a training that is so far back has lost it."""
_LOST_BESIDE_DIVERGENCES = 2.0
"""Where a part of the loss is to grow, as that of a latent space with its weight."""
_LOST_IN_EVALUATION = 5.0
"""What is measured on other data grows by far as a training learns its own by heart."""


class ValueRules:
    """Follows all tags of one training."""

    def __init__(self) -> None:
        self._tags: dict[tuple[str, str], _TagRules] = {}
        self._measures: set[Measure] = set()

    def take(self, run: str, tag: str, points: ScalarColumns, now: float) -> list[Alert]:
        """What new points of a tag, in file order, have to tell at `now` (Unix seconds)."""
        rules = self._tags.get((run, tag))
        if rules is None:
            rules = self._tags[run, tag] = _TagRules(run, tag)
            self._measures.add(rules.measure)
        share = self._lost_share(rules.measure)
        return [*rules.not_finite(points, now), *rules.grown(points, share, now)]

    def _lost_share(self, measure: Measure) -> float | None:
        """What part of its gain must be lost until a metric has grown; None for one that may grow.

        Beside rewards, or networks against each other, no loss need fall, whatever it is called.
        """
        if not measure.is_to_fall or any(
            one.kind == "reward" or one.target_moves for one in self._measures
        ):
            return None
        if measure.split in EVALUATIONS:
            return _LOST_IN_EVALUATION
        is_beside = any(one.diverges for one in self._measures)
        return _LOST_BESIDE_DIVERGENCES if is_beside else _LOST


class _TagRules:
    """Follows one tag of one run."""

    def __init__(self, run: str, tag: str) -> None:
        self._name = tag if run == "." else f"{run}/{tag}"
        self.measure = measure_of(tag)
        self._growth: Growth | None = Growth() if self.measure.is_to_fall else None

    def not_finite(self, points: ScalarColumns, now: float) -> list[Alert]:
        broken = np.flatnonzero(~np.isfinite(points.values))
        if not self.measure.is_vital or not len(broken):
            return []
        first = int(broken[0])
        value, step = format_value(float(points.values[first])), int(points.steps[first])
        return [
            Alert(
                key=f"{NOT_FINITE}{self._name}",
                level=AlertLevel.ERROR,
                title=f"{self._name} is {value}",
                text=f"{value} at step {step}. A training rarely comes back from there: "
                "look at the learning rate, the data of this step, or mixed precision.",
                wall_time=now,
                step=step,
            )
        ]

    def grown(self, points: ScalarColumns, share: float | None, now: float) -> list[Alert]:
        """Told once."""
        growth = self._growth
        if growth is None or share is None:
            return []
        for step, value in zip(points.steps.tolist(), points.values.tolist(), strict=True):
            if growth.take(step, value, share):
                self._growth = None
                return [
                    Alert(
                        key=f"grows: {self._name}",
                        level=AlertLevel.WARN,
                        title=f"{self._name} has grown",
                        text=f"{format_value(growth.level)} at step {step}, and it does not come "
                        f"back; it was {format_value(growth.best)} at step {growth.best_step}.",
                        wall_time=now,
                        step=step,
                    )
                ]
        return []
