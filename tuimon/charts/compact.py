"""Curves without room for a chart: one line of text each."""

from collections.abc import Sequence

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
        lines = _curve_rows([title], curves, cells, marks)
    elif height > 1:
        lines += _curve_rows([curve.label for curve in curves], curves, cells, marks)
    blank = [Span(" " * cells, roles.BLANK)]
    lines = (lines + [blank] * height)[: max(0, height)]
    return tuple(tuple(span for span in line if span.text) for line in lines)


def _curve_rows(
    labels: Sequence[str], curves: Sequence[Curve], cells: int, marks: Marks
) -> list[list[Span]]:
    """Return label, course and last value of each curve, in columns."""
    lasts = [format_value(float(c.values[-1])) if len(c.values) else "" for c in curves]
    value_cells = min(max(_VALUE_CELLS, max(map(len, lasts), default=0)), cells)
    room = cells - value_cells
    widest = max((width(plain(label, marks)) for label in labels), default=0)
    label_cells = min(widest + 1, room * 2 // 3)
    course_cells = max(0, room - label_cells - 1)
    return [
        [
            Span(cut(label, label_cells, marks), roles.LEGEND),
            Span(sparkline(curve.values, course_cells, marks.ascii), roles.curve(curve.colour)),
            Span(" " * (room - label_cells - course_cells), roles.BLANK),
            Span(cut(last, value_cells, marks), roles.VALUE),
        ]
        for label, curve, last in zip(labels, curves, lasts, strict=True)
    ]
