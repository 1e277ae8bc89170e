"""What the points of series come to, for programs."""

import math
from collections.abc import Sequence

from tuimon.charts.statistics import Statistics


def documents(rows: Sequence[Statistics]) -> dict[str, dict[str, dict[str, object]]]:
    """Runs → tags → statistics, made of what JSON can tell."""
    runs: dict[str, dict[str, dict[str, object]]] = {}
    for row in rows:
        runs.setdefault(row.run, {})[row.tag] = {
            "last": _number(row.last),
            "min": _number(row.low),
            "max": _number(row.high),
            "steps": {"last": row.last_step, "min": row.low_step, "max": row.high_step},
            "best": row.best,
            "count": row.points,
        }
    return runs


def _number(value: float) -> float | str:
    """A number as it is, else the name that protobuf's JSON mapping (and `export`) gives it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
