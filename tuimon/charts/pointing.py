"""What the curves of a chart hold under the pointer of the mouse, in one line."""

from collections.abc import Sequence

from tuimon.charts import roles
from tuimon.charts.content import content_of
from tuimon.charts.cursor import Readings, position_notes, read_all, spread_text
from tuimon.charts.heading import cut, plain
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions, Cursor, CursorReading, Curve, Row, Scales, Span
from tuimon.charts.style import CurveStyle, style_of
from tuimon.charts.viewport import Viewport
from tuimon.text import format_value, width

_MOST_NAME = 24
_MORE_CELLS = 11


def read_at(
    curves: Sequence[Curve],
    position: float,
    options: ChartOptions,
    view: Viewport,
    previous: Scales | None,
) -> Readings:
    """Read curves at a position of x, in a chart as it was drawn last."""
    content = content_of(curves, options, view, previous)
    return read_all(content.tracks, content.axis, Cursor(position), options)


def pointed_row(title: str, readings: Readings, options: ChartOptions, cells: int) -> Row:
    """Chart and position, and as many of the curves there as `cells` have room for."""
    curves = [reading for reading, _ in readings]
    style = style_of([reading.curve for reading in curves], options)
    where = "  ".join(position_notes(readings, style.marks)[:2])
    spans = [Span(f" {_name(title, style.marks)}  ", roles.TITLE), Span(where, roles.DIM)]
    entries = [_entry(reading, style) for reading in curves]
    while entries and _width([*spans, *entries[0]]) + _MORE_CELLS * (len(entries) > 1) <= cells:
        spans += entries.pop(0)
    if entries:
        spans.append(Span(f"  +{len(entries)} more", roles.DIM))
    return tuple(spans)


def _entry(reading: CursorReading, style: CurveStyle) -> list[Span]:
    curve = reading.curve
    spread = f" {spread_text(reading.group)}" if reading.group else ""
    return [
        Span(f"  {style.cue(curve)}", style.role(curve)),
        Span(f" {_name(reading.label, style.marks)} ", roles.LEGEND),
        Span(format_value(reading.value), roles.VALUE),
        Span(plain(spread, style.marks), roles.NOTE),
    ]


def _name(text: str, marks: Marks) -> str:
    return cut(text, min(width(plain(text, marks)), _MOST_NAME), marks)


def _width(spans: Sequence[Span]) -> int:
    return sum(width(span.text) for span in spans)
