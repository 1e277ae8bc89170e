"""What `tuimon show --json` prints."""

from typing import TYPE_CHECKING

from tuimon.cli.shared.common import run_document
from tuimon.cli.shared.json_numbers import json_number
from tuimon.cli.shared.targets import LogTarget

if TYPE_CHECKING:
    from tuimon.present.printout import Printout
    from tuimon.present.statistics import TagStatistics
    from tuimon.store.series import Points, Series


def show_document(
    printout: "Printout", target: LogTarget, at: int | None, newest: int | None
) -> dict[str, object]:
    """Runs → tags → statistics, made of what JSON can tell; of each tag the point in force `at` a
    step or before, and the `newest` so many, as far as asked for."""
    runs: dict[str, dict[str, dict[str, object]]] = {}
    for row in printout.values:
        series = printout.store.runs[row.run].series[row.tag]
        runs.setdefault(row.run, {})[row.tag] = _statistics(row) | _points(series, at, newest)
    return {
        "schema": 1,
        "run": run_document(target.status) if target.status else None,
        "logdirs": [source.path for source in target.sources],
        "runs": runs,
    }


def _statistics(row: "TagStatistics") -> dict[str, object]:
    return {
        "last": json_number(row.last),
        "min": json_number(row.low),
        "max": json_number(row.high),
        "steps": {"last": row.last_step, "min": row.low_step, "max": row.high_step},
        "best": row.best,
        "count": row.points,
    }


def _points(series: "Series", at: int | None, newest: int | None) -> dict[str, object]:
    found: dict[str, object] = {}
    points = series.snapshot()
    if at is not None:
        index = int(points.steps.searchsorted(at, side="right")) - 1
        found["at"] = _point(points, index) if index >= 0 else None
    if newest is not None:
        count = len(points.steps)
        found["points"] = [_point(points, index) for index in range(max(0, count - newest), count)]
    return found


def _point(points: "Points", index: int) -> dict[str, object]:
    return {
        "step": int(points.steps[index]),
        "wall_time": json_number(float(points.wall_times[index])),
        "value": json_number(float(points.values[index])),
    }
