"""The courses of metrics in a few values each, for notices that have a line for one."""

import numpy as np

from tuimon.charts.sparkline import sparkline
from tuimon.events.points import ScalarColumns
from tuimon.metrics import measure_of
from tuimon.metrics.splits import EVALUATIONS
from tuimon.text import format_value

_MOST_TAGS = 200
_MOST_VALUES = 256
_CELLS = 24


class RecentValues:
    """Keeps each course thinned out, however long it becomes."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}
        self._every: dict[str, int] = {}
        self._seen: dict[str, int] = {}

    def take(self, name: str, points: ScalarColumns) -> None:
        """New points of a metric, by its name with that of its run."""
        if name not in self._values and len(self._values) >= _MOST_TAGS:
            return
        values = self._values.setdefault(name, [])
        every, seen = self._every.get(name, 1), self._seen.get(name, 0)
        self._seen[name] = seen + len(points.values)
        values += points.values[-seen % every :: every].tolist()
        while len(values) > _MOST_VALUES:
            del values[1::2]
            every *= 2
        self._every[name] = every

    def line(self, about: str) -> str:
        """The course of the metric that `about` ends with, else of the main one; empty of none."""
        named = [name for name in self._values if about.endswith(name)]
        name = max(named, key=len) if named else min(self._values, key=_rank, default="")
        values = self._values.get(name, [])
        if len(values) < 2:
            return ""
        shown = sparkline(np.array(values), _CELLS).rstrip()
        return f"{name} {shown} {format_value(values[-1])}"


def _rank(name: str) -> tuple[bool, ...]:
    measure = measure_of(name)
    return measure.best is None, measure.kind != "loss", measure.split not in EVALUATIONS
