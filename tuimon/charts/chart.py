"""Curves to a chart: the way from series to rows of spans.

In few rows there is no plot: a line of text for each curve (`compact_rows`).
"""

from collections.abc import Sequence

import numpy as np

from tuimon.charts import roles
from tuimon.charts.axis import Axis
from tuimon.charts.canvas import Flags, Plot, spans
from tuimon.charts.content import ChartContent, content_of
from tuimon.charts.cursor import Readings, position_notes, read_all, readout_rows
from tuimon.charts.fit import PlotLayout, fit
from tuimon.charts.frame import Frame, FrameTick, draw_frame
from tuimon.charts.heading import (
    cut,
    legend_rows,
    notes_of,
    plain,
    states_of,
    title_row,
    warnings_of,
)
from tuimon.charts.labels import put_cursor
from tuimon.charts.legend import newest_entries, read_entries
from tuimon.charts.marks import MARKS, Marks
from tuimon.charts.model import ChartOptions, Cursor, Curve, Drawing, Row, Scales, Span
from tuimon.charts.plot import any_of, draw_plot
from tuimon.charts.sparkline import sparkline
from tuimon.charts.viewport import Area, Viewport
from tuimon.text import format_value, width

_LEAST_WIDTH, _LEAST_HEIGHT = 20, 6
_LEAST_PLOT = 1
_OTHER_ROWS = 3
"""Besides legend and plot: the title, the x axis and its labels."""

_ASCII_FRAME = str.maketrans("│┤└─┬┼", "|++-++")
_VALUE_CELLS = 6


def draw_chart(
    title: str,
    curves: Sequence[Curve],
    width: int,
    height: int,
    options: ChartOptions | None = None,
    previous: Scales | None = None,
    *,
    view: Viewport | None = None,
    cursor: Cursor | None = None,
    note: str = "",
    full: bool = False,
) -> Drawing:
    """Draw curves over a common x axis in exactly `width` × `height` cells.

    Args:
        title: name of the metric; any text.
        curves: in the order of the legend.
        width, height: size in cells. Below 20 × 6 each curve becomes one line of text; 0 or less
            gives a drawing without cells.
        options: how to draw.
        previous: scales of the drawing before; they are kept while they suit.
        view: what part to show; all by default.
        cursor: where to read values, which then stand in the legend.
        note: what else the title is to tell.
        full: tell more, as a chart that has the screen for itself can.
    """
    options = options or ChartOptions()
    marks = MARKS[options.marks]
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return Drawing(compact_rows(title, curves, max(0, width), height, marks), previous)
    if previous and (previous.x_axis, previous.log_y) != (options.x_axis, options.log_y):
        previous = None
    content = content_of(curves, options, view or Viewport(), width, previous)
    readings = read_all(content.tracks, content.axis, cursor, options) if cursor else ()
    legend = _legend(content, readings, width, height, full=full)
    fitted = fit(content, width, height - len(legend) - _OTHER_ROWS, previous)
    area = _area(content.axis, fitted, top=1 + len(legend))
    plot, beyond = draw_plot(content, fitted)
    body = _body(content, fitted, plot, area, cursor)

    where = position_notes(readings, marks) if cursor else []
    states = [*states_of(content.view, options), *where[:1]]
    warnings = warnings_of(fitted.in_force, marks)
    if beyond and options.clip:
        warnings.append("clipped")
    notes = [*where[1:], *([note] if note else []), *notes_of(content, fitted.in_force)]
    if full and content.view.mode == "all":
        notes.append("all")
    heading = title_row(title, warnings, notes, width, marks, states=states)
    return Drawing((heading, *legend, *body), _scales(content, fitted), area, readings)


def _legend(
    content: ChartContent, readings: Readings, width: int, height: int, *, full: bool
) -> list[Row]:
    """Return what the curves are, with their values at the cursor or the newest ones."""
    style = content.style
    if full and readings:
        most = min(height // 2, height - _OTHER_ROWS - _LEAST_PLOT)
        return readout_rows(readings, width, most, style)
    entries = read_entries(readings, style) if readings else newest_entries(content.tracks, style)
    most = max(1, height // (5 if full else 7)) + bool(readings)
    return legend_rows(entries, width, most, style.marks, in_full=bool(readings))


def _area(axis: Axis, fitted: PlotLayout, top: int) -> Area:
    return Area(
        left=fitted.label_width + 1,
        top=top,
        columns=fitted.columns,
        rows=fitted.rows,
        x0=axis.limits[0],
        x1=axis.limits[1],
        first=axis.extent[0],
        last=axis.extent[1],
        least=axis.least,
    )


def _scales(content: ChartContent, fitted: PlotLayout) -> Scales | None:
    """Return what the next drawing is to keep; None with nothing to draw."""
    axis, y_axis = content.axis, fitted.y_axis
    return y_axis and Scales(
        x_axis=axis.kind,
        log_y=content.options.log_y,
        origin=axis.origin,
        x0=axis.limits[0],
        x1=axis.limits[1],
        y0=y_axis.y0,
        y1=y_axis.y1,
        y_step=y_axis.step,
        rows=fitted.rows,
        down=content.marks.down,
        label_width=fitted.label_width,
    )


def _body(
    content: ChartContent, fitted: PlotLayout, plot: Plot, area: Area, cursor: Cursor | None
) -> list[Row]:
    """Return the rows of the plot in its frame, with NaN and cursors marked."""
    marks, columns = content.marks, fitted.columns
    at = area.cell(cursor.at) if cursor else None
    mark = area.cell(cursor.mark) if cursor and cursor.mark is not None else None
    put_cursor(plot, at, mark, marks)
    nan = any_of([trace.bins.nan for trace in fitted.in_force], columns, marks)
    cursors = [cell for cell in (mark, at) if cell is not None]
    return _compose(_frame(content, fitted), plot.rows(), nan, cursors, marks)


def _frame(content: ChartContent, fitted: PlotLayout) -> Frame:
    columns, label_width, marks = fitted.columns, fitted.label_width, content.marks
    y_ticks = tuple(
        FrameTick(row, cut(label, label_width, marks, "right")) for row, label in fitted.labels
    )
    x_ticks = content.axis.ticks(columns) if any(len(t.x) for t in content.tracks) else ()
    return draw_frame(columns, fitted.rows, label_width, y_ticks, x_ticks)


def _compose(
    frame: Frame, plot: Sequence[list[Span]], nan: Flags, cursors: Sequence[int], marks: Marks
) -> list[Row]:
    """Return the rows of plot and frame, with NaN and cursors marked on the x axis."""
    axis_rows = [
        _framed(label, axis, row)
        for label, axis, row in zip(frame.labels, frame.y_axis, plot, strict=True)
    ]
    x_axis = np.array(list(frame.x_axis))
    codes = np.concatenate(([False], nan)).astype(np.int64)
    x_axis[codes > 0] = marks.nan
    for cell in cursors:
        x_axis[cell + 1], codes[cell + 1] = "┼", 2
    margin = " " * len(frame.labels[0])
    bottom = [
        (
            Span(margin, roles.BLANK),
            *spans(x_axis, codes, (roles.AXIS, roles.MARK, roles.ACCENT)),
        ),
        (Span(margin, roles.BLANK), Span(frame.x_labels, roles.TICK)),
    ]
    if not marks.ascii:
        return [*axis_rows, *bottom]
    return [
        tuple(Span(span.text.translate(_ASCII_FRAME), span.role) for span in row)
        for row in (*axis_rows, *bottom)
    ]


def _framed(label: str, axis: str, row: Sequence[Span]) -> Row:
    return (Span(label, roles.TICK), Span(axis, roles.AXIS), *row)


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
