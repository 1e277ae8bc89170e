"""Curves without room for a chart: one line of text each."""

from collections.abc import Sequence

import numpy as np

from tuimon.charts import roles
from tuimon.charts.heading import cut, plain
from tuimon.charts.marks import Marks
from tuimon.charts.model import Curve, Row, Span
from tuimon.charts.sparkline import sparkline
from tuimon.text import format_value, width

_VALUE_CELLS = 6


def compact_rows(
    title: str, curves: Sequence[Curve], cells: int, height: int, marks: Marks
) -> tuple[Row, ...]:
    """Return exactly `height` rows: the title, where several curves need one, and each curve."""
    lines = [[Span(cut(title, cells, marks), roles.TITLE)]]
    if len(curves) == 1:
        lines = [_curve_row(title, curves[0], cells, marks)]
    elif height > 1:
        lines += [_curve_row(curve.label, curve, cells, marks) for curve in curves]
    blank = [Span(" " * cells, roles.BLANK)]
    lines = (lines + [blank] * height)[: max(0, height)]
    return tuple(tuple(span for span in line if span.text) for line in lines)


def _curve_row(label: str, curve: Curve, cells: int, marks: Marks) -> list[Span]:
    """Return label, course and last value in exactly `cells` cells, as far as they have room."""
    last = format_value(float(curve.values[-1])) if len(curve.values) else ""
    value = cut(
        last.ljust(min(_VALUE_CELLS, cells)), min(max(len(last), _VALUE_CELLS), cells), marks
    )
    room = cells - len(value)
    label = cut(label, min(width(plain(label, marks)) + 1, room * 2 // 3), marks)
    course = sparkline(
        np.asarray(curve.values, dtype=np.float64), max(0, room - width(label) - 1), marks.ascii
    )
    gap = " " * (room - width(label) - len(course))
    return [
        Span(label, roles.LEGEND),
        Span(course, roles.curve(curve.colour)),
        Span(gap, roles.BLANK),
        Span(value, roles.VALUE),
    ]
