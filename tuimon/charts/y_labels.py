"""Labels beside a y axis: round ticks, and the limits where too few of them fit."""

import math

from tuimon.charts.frame import FrameTick
from tuimon.charts.scales import YScale, least_ticks, log_y_ticks, y_ticks
from tuimon.charts.ticks import Tick, nice_step, value_labels
from tuimon.charts.units import Unit
from tuimon.text import format_value

_LARGEST_POWER = 308.0
_RESOLUTION = 40
"""Parts of the axis that the labels of limits tell apart at least."""
_SMALLEST = 1e-300


def y_labels(scale: YScale, rows: int, down: int, *, log_y: bool, unit: Unit) -> list[FrameTick]:
    """The labels of an axis of so many rows with `down` dots each: at least `least_ticks`."""
    ticks = log_y_ticks(scale, rows) if log_y else unit_ticks(scale, unit)
    cells: dict[int, str] = {}
    for position, label in ticks:
        cells.setdefault(_row(position, scale, rows, down), label)
    if len(cells) < least_ticks(rows):
        cells = _with_limits(cells, scale, rows, log_y=log_y, unit=unit)
    return [FrameTick(*item) for item in cells.items()]


def _row(position: float, scale: YScale, rows: int, down: int) -> int:
    """The row of a value."""
    dot = round((scale.y1 - position) / (scale.y1 - scale.y0) * (rows * down - 1))
    return min(max(dot // down, 0), rows - 1)


def unit_ticks(scale: YScale, unit: Unit) -> list[Tick]:
    """Round ticks of a linear axis, in one unit."""
    size, name, _ = unit.of(max(abs(scale.y0), abs(scale.y1)))
    inner = YScale(scale.y0 / size, scale.y1 / size, scale.step / size)
    return [
        Tick(tick.position * size, tick.label + name if tick.position else "0")
        for tick in y_ticks(inner)
    ]


def _with_limits(
    cells: dict[int, str], scale: YScale, rows: int, *, log_y: bool, unit: Unit
) -> dict[int, str]:
    """Labels of the limits, of round ticks apart from them, and of the middle if need be."""
    between = {row: label for row, label in cells.items() if 1 < row < rows - 2}
    found = {0: scale.y1, rows - 1: scale.y0}
    if len(between) + 2 < least_ticks(rows):
        row = (rows - 1) // 2
        found[row] = scale.y1 - (row + 0.5) / rows * (scale.y1 - scale.y0)
        between = {}
    return between | dict(
        zip(found, _limit_labels(list(found.values()), scale, log_y, unit), strict=True)
    )


def _limit_labels(values: list[float], scale: YScale, log_y: bool, unit: Unit) -> list[str]:
    if log_y:
        return [format_value(10.0 ** min(value, _LARGEST_POWER)) for value in values]
    size, name, _ = unit.of(max(abs(scale.y0), abs(scale.y1)))
    span = max(scale.y1 / size - scale.y0 / size, _SMALLEST)
    step = nice_step(10.0 ** math.floor(math.log10(span / _RESOLUTION)))
    labels = value_labels([round(value / size / step) * step for value in values], step)
    return [_trimmed(label) + name for label in labels]


def _trimmed(label: str) -> str:
    """A label without zeros behind its last digit."""
    digits = label.rstrip("kM")
    if "." not in digits or "e" in digits:
        return label
    return digits.rstrip("0").rstrip(".") + label[len(digits) :]
