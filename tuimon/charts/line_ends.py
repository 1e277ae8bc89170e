"""What lines end at, or hold at a cursor: in a gutter right of the plot, in their order."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tuimon.charts import roles
from tuimon.charts.axis import Axis
from tuimon.charts.cursor import Readings, group_reading, groups_of, shown_value
from tuimon.charts.model import Curve, Span
from tuimon.charts.style import CurveStyle
from tuimon.charts.traces import smoothing_of
from tuimon.charts.track import Track, shown_values
from tuimon.charts.units import Unit

_LEAST_GUTTER = 8
"""So that it stays while digits come and go."""
_SPARE = 2
_SHARE = 3
"""A gutter is left out that would take more than this part of the width."""


class LineEnd(NamedTuple):
    """The end of a line."""

    height: float
    """What the line shows there, in the units of the y axis; infinite below all others for NaN."""
    label: str
    """One cell a character."""
    curve: Curve
    exact: bool
    """Whether the label is the newest value, and not that of a smoothed line."""


def line_ends(tracks: Sequence[Track], axis: Axis, style: CurveStyle, unit: Unit) -> list[LineEnd]:
    """The ends of lines that stand out and whose newest point is in sight; none of a lone line."""
    drawn = [one for one in tracks if not (one.curve.faded or one.curve.group) and len(one.values)]
    if len(tracks) < 2 or not style.options.labels:
        return []
    short = [track for track in tracks if not track.long]
    shown_values(short, [smoothing_of(one, style.options) for one in short])  # in one pass
    low, high = axis.limits
    ends = [
        _end([track], style, unit)
        for track in drawn
        if low <= axis.position(track, len(track.x) - 1) <= high
    ]
    groups = [runs for runs in groups_of(tracks) if not runs[0].curve.faded]
    return ends + [_end(runs, style, unit) for runs in groups if _end_together(runs, axis)]


def _end_together(tracks: Sequence[Track], axis: Axis) -> bool:
    """Whether the newest points of all runs of a group are at one place in sight."""
    if not all(len(track.values) for track in tracks):
        return False
    low, high = axis.limits
    ends = [axis.position(track, len(track.x) - 1) for track in tracks]
    return low <= min(ends) and max(ends) <= high and max(ends) - min(ends) <= (high - low) / 200


def read_ends(readings: Readings, style: CurveStyle, unit: Unit) -> list[LineEnd]:
    """The same at a cursor: what the lines show there, none of a lone one."""
    drawn = [
        here
        for here, _ in readings
        if not here.curve.faded and (here.group or not here.curve.group)
    ]
    if len(readings) < 2 or not style.options.labels:
        return []
    return [_made(one.curve, shown_value(one), one.value, style, unit) for one in drawn]


def _end(tracks: Sequence[Track], style: CurveStyle, unit: Unit) -> LineEnd:
    """The end of a curve, or of a group of them."""
    curve = tracks[0].curve
    newest = np.array([track.values[-1] for track in tracks])
    shown = np.array(
        [one.smoothed_at(len(one.values) - 1, smoothing_of(one, style.options)) for one in tracks]
    )
    if curve.spread is None:
        return _made(curve, float(shown[0]), float(newest[0]), style, unit)
    (line, _), (value, _) = group_reading(curve, shown), group_reading(curve, newest)
    return _made(curve, line, value, style, unit)


def _made(curve: Curve, shown: float, value: float, style: CurveStyle, unit: Unit) -> LineEnd:
    label = unit.text(shown)
    exact = label == unit.text(value)
    key = style.key(curve)
    mark = "" if exact else "~" if style.marks.ascii else "≈"
    return LineEnd(
        _height(shown, log_y=style.options.log_y),
        f"{key} {mark}{label}" if key else mark + label,
        curve,
        exact,
    )


def _height(value: float, *, log_y: bool) -> float:
    if log_y:
        return math.log10(value) if value > 0 else -math.inf
    return -math.inf if math.isnan(value) else value


def gutter_width(ends: Sequence[LineEnd], width: int, before: int) -> int:
    """How many cells of a chart the labels take, one of them blank; 0 where there are too few.

    It keeps the width that it has had `before`, if that is little more.
    """
    if not ends:
        return 0
    cells = max(_LEAST_GUTTER, 1 + max(len(end.label) for end in ends))
    if cells > width // _SHARE:
        return 0
    return before if cells < before <= cells + _SPARE else cells


def gutter_rows(
    ends: Sequence[LineEnd], limits: tuple[float, float], rows: int, cells: int
) -> list[Span]:
    """The gutter beside a plot of so many rows from one limit to the other, a span for each row.

    Every label stands in the row of its line, or as near to it as the others leave room, and in
    the order of the lines. Of more lines than rows the later are left out.
    """
    spans = [Span(" " * cells, roles.BLANK)] * rows
    shown = sorted(ends[:rows], key=lambda end: -end.height)
    for end, row in zip(
        shown, _spread([_row(end, limits, rows) for end in shown], rows), strict=True
    ):
        spans[row] = Span(f" {end.label}".ljust(cells), roles.end(end.curve.colour))
    return spans


def _row(end: LineEnd, limits: tuple[float, float], rows: int) -> int:
    low, high = limits
    share = (min(max(end.height, low), high) - low) / (high - low)
    return min(int((1 - share) * rows), rows - 1)


def _spread(wanted: Sequence[int], rows: int) -> list[int]:
    """Different rows in ascending order, as near as possible to the `wanted` ones, which ascend."""
    blocks: list[tuple[float, int]] = []
    for row in wanted:
        middle, size = row + 0.5, 1
        # Blocks of labels that touch move as one, to where they are nearest to all their lines.
        while blocks and blocks[-1][0] + blocks[-1][1] / 2 > middle - size / 2:
            before, count = blocks.pop()
            middle = (before * count + middle * size) / (count + size)
            size += count
            middle = min(max(middle, size / 2), rows - size / 2)
        blocks.append((middle, size))
    firsts = [(math.floor(middle - size / 2 + 0.5), size) for middle, size in blocks]
    return [row for first, size in firsts for row in range(first, first + size)]
