"""Curves to a chart: the way from series to rows of spans.

In few rows there is no plot: a line of text for each curve (`compact_rows`).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from tuimon.charts import roles
from tuimon.charts.axis import Axis
from tuimon.charts.canvas import spans
from tuimon.charts.content import ChartContent, content_of
from tuimon.charts.cursor import Readings, position_notes, range_notes, read_all, readout_rows
from tuimon.charts.event_marks import EVENT_SIGNS, ChartEvent, placed
from tuimon.charts.fit import PlotLayout, fit
from tuimon.charts.frame import Frame, FrameTick, draw_frame
from tuimon.charts.heading import (
    LegendEntry,
    cut,
    head_row,
    legend_rows,
    needs_legend,
    notes_of,
    plain,
    warnings_of,
)
from tuimon.charts.labels import put_cursor
from tuimon.charts.legend import BASELINE, newest_entries, read_entries
from tuimon.charts.line_ends import LineEnd, gutter_rows, gutter_width, line_ends, read_ends
from tuimon.charts.marks import MARKS, Marks
from tuimon.charts.model import ChartOptions, Cursor, Curve, Drawing, Row, Scales, Span
from tuimon.charts.outliers import NONE_BEYOND, Beyond, beyond
from tuimon.charts.plot import any_of, draw_plot
from tuimon.charts.resumes import resume_cells
from tuimon.charts.scales import Limits
from tuimon.charts.sparkline import sparkline
from tuimon.charts.style import CurveStyle
from tuimon.charts.traces import decades_fallen
from tuimon.charts.viewport import Area, Viewport
from tuimon.text import format_value, width

_LEAST_WIDTH, _LEAST_HEIGHT = 20, 6
_LEAST_PLOT = 1
_AXIS_ROWS = 2
"""Below the plot: the x axis and its labels."""

_ASCII_FRAME = str.maketrans("│┤└─┬┼", "|++-++")
_VALUE_CELLS = 6
_AXIS_MARKS = (roles.AXIS, roles.MARK, roles.ACCENT, roles.NOTE, roles.VALUE)
"""Roles of what stands in cells of the x axis: NaN, a cursor, a resume, what happened."""


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
    states: Sequence[str] = (),
    note: str = "",
    full: bool = False,
    shared: Limits | None = None,
    events: Sequence[ChartEvent] = (),
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
        states: what the title is to tell first.
        note: what else it is to tell.
        full: tell more, as a chart that has the screen for itself can.
        shared: limits of x that it has in common with other charts.
        events: what happened meanwhile, for the x axis.
    """
    options = options or ChartOptions()
    marks = MARKS[options.marks]
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return Drawing(compact_rows(title, curves, max(0, width), height, marks), previous)
    if previous and (previous.x_axis, previous.log_y) != (options.x_axis, options.log_y):
        previous = None
    content = content_of(curves, options, view or Viewport(), previous, shared)
    readings = read_all(content.tracks, content.axis, cursor, options) if cursor else ()
    ends = _ends(content, readings)
    gutter = gutter_width(ends, width, previous.gutter if previous else 0)
    entries = _entries(title, content, readings, ends if gutter else ())
    legend = _legend(title, entries, readings, width, height, content.style, full=full)
    fitted = fit(content, width - gutter, height - 1 - len(legend) - _AXIS_ROWS, previous)
    area = _area(content.axis, fitted, top=1 + len(legend))
    marked = placed(events, content.axis, fitted.columns) if fitted.y_axis else {}
    body = _body(content, fitted, area, cursor, _gutter(ends, fitted, gutter), marked)

    outside = _beyond(content, fitted)
    warnings = warnings_of(fitted.in_force, outside, marks)
    where = _where(readings, cursor, area, marked, marks)
    notes = [*range_notes(readings), *where[1:], *([note] if note else []), *notes_of(content)]
    told = () if legend else entries
    head = head_row(title, told, warnings, notes, width, marks, states=[*states, *where[:1]])
    scales, clipped = _scales(content, fitted, gutter), options.clip and any(outside)
    decades = 0 if options.log_y else decades_fallen(fitted.in_force)
    return Drawing((head, *legend, *body), scales, area, readings, clipped, decades)


def _entries(
    title: str, content: ChartContent, readings: Readings, ends: Sequence[LineEnd]
) -> list[LegendEntry]:
    """Return what the curves are, with their values at the cursor or the newest ones.

    Newest values that stand beside the ends of lines are not told again, nor is the name of a lone
    curve that the title has.
    """
    if readings:
        entries = read_entries(readings, content.style)
    else:
        beside = {end.curve for end in ends if end.exact}
        entries = newest_entries(content.tracks, content.style, content.unit, beside)
    alone = [entry for entry in entries if entry.label != BASELINE]
    if len(alone) == 1 and (not alone[0].label or f"/{alone[0].label}".endswith(f"/{title}")):
        entries = [alone[0]._replace(label=""), *entries[1:]]
    return entries


def _legend(
    title: str,
    entries: Sequence[LegendEntry],
    readings: Readings,
    width: int,
    height: int,
    style: CurveStyle,
    *,
    full: bool,
) -> list[Row]:
    """Return the rows of curves that find no room behind the title."""
    if full and readings:
        most = min(height // 2, height - 1 - _AXIS_ROWS - _LEAST_PLOT)
        return readout_rows(readings, width, most, style)
    if not needs_legend(title, entries, width, style.marks):
        return []
    most = max(1, height // (5 if full else 7)) + bool(readings)
    return legend_rows(entries, width, most, style.marks, in_full=bool(readings))


def _ends(content: ChartContent, readings: Readings) -> Sequence[LineEnd]:
    """What stands beside the ends of lines: values at the cursor or the newest ones."""
    if readings:
        return read_ends(readings, content.style, content.unit)
    return line_ends(content.tracks, content.axis, content.style, content.unit)


def _where(
    readings: Readings,
    cursor: Cursor | None,
    area: Area,
    events: Mapping[int, ChartEvent],
    marks: Marks,
) -> list[str]:
    """Where the cursor is, and what happened there."""
    if cursor is None:
        return []
    event = events.get(-1 if (cell := area.cell(cursor.at)) is None else cell)
    return [*position_notes(readings, marks), *([event.text] if event else [])]


def _gutter(ends: Sequence[LineEnd], fitted: PlotLayout, cells: int) -> list[Span]:
    y_axis = fitted.y_axis
    if not cells or y_axis is None:
        return [Span(" " * cells, roles.BLANK)] * fitted.rows
    return gutter_rows(ends, (y_axis.y0, y_axis.y1), fitted.rows, cells)


def _beyond(content: ChartContent, fitted: PlotLayout) -> Beyond:
    """How many values lie beyond typed limits, or those that leave outliers out."""
    options, y_axis = content.options, fitted.y_axis
    if y_axis is None or not (options.clip or content.view.y != (None, None)):
        return NONE_BEYOND
    dots = fitted.rows * content.marks.down
    return beyond(content.tracks, content.axis, y_axis, dots, options.log_y)


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


def _scales(content: ChartContent, fitted: PlotLayout, gutter: int) -> Scales | None:
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
        gutter=gutter,
    )


def _body(
    content: ChartContent,
    fitted: PlotLayout,
    area: Area,
    cursor: Cursor | None,
    gutter: Sequence[Span],
    events: Mapping[int, ChartEvent],
) -> list[Row]:
    """Return the rows of the plot in its frame and beside its gutter, NaN, cursors and what
    happened marked."""
    marks, columns, plot = content.marks, fitted.columns, draw_plot(content, fitted)
    at = area.cell(cursor.at) if cursor else None
    mark = area.cell(cursor.mark) if cursor and cursor.mark is not None else None
    put_cursor(plot, at, mark, marks)
    nan = any_of([trace.bins.nan for trace in fitted.in_force], columns, marks)
    cursors = [cell for cell in (mark, at) if cell is not None]
    resumed = resume_cells(content.tracks, content.axis, area)
    beside = [[*row, end] for row, end in zip(plot.rows(), gutter, strict=True)]
    marked = {cell: (EVENT_SIGNS[event.kind], 4) for cell, event in events.items()}
    marked |= dict.fromkeys(np.flatnonzero(nan).tolist(), (marks.nan, 1))
    marked |= dict.fromkeys(resumed, (marks.resumed, 3))
    marked |= dict.fromkeys(cursors, ("┼", 2))
    return _compose(_frame(content, fitted), beside, marked, marks, len(gutter[0].text))


def _frame(content: ChartContent, fitted: PlotLayout) -> Frame:
    columns, label_width, marks = fitted.columns, fitted.label_width, content.marks
    y_ticks = tuple(
        FrameTick(row, cut(label, label_width, marks, "right")) for row, label in fitted.labels
    )
    x_ticks = content.axis.ticks(columns) if any(len(t.x) for t in content.tracks) else ()
    return draw_frame(columns, fitted.rows, label_width, y_ticks, x_ticks)


def _compose(
    frame: Frame,
    plot: Sequence[list[Span]],
    marked: Mapping[int, tuple[str, int]],
    marks: Marks,
    gutter: int,
) -> list[Row]:
    """Return the rows of plot and frame, the x axis with glyphs of `_AXIS_MARKS` in cells."""
    axis_rows = [
        (Span(label, roles.TICK), Span(axis, roles.AXIS), *row)
        for label, axis, row in zip(frame.labels, frame.y_axis, plot, strict=True)
    ]
    x_axis = np.array(list(frame.x_axis))
    codes = np.zeros(len(x_axis), np.int64)
    for cell, (glyph, code) in marked.items():
        x_axis[cell + 1], codes[cell + 1] = glyph, code
    margin = Span(" " * len(frame.labels[0]), roles.BLANK)
    end = Span(" " * gutter, roles.BLANK)
    rows = [
        *axis_rows,
        (margin, *spans(x_axis, codes, _AXIS_MARKS), end),
        (margin, Span(frame.x_labels, roles.TICK), end),
    ]
    if not marks.ascii:
        return [tuple(filter(_has_cells, row)) for row in rows]
    return [
        tuple(Span(span.text.translate(_ASCII_FRAME), span.role) for span in row if span.text)
        for row in rows
    ]


def _has_cells(span: Span) -> bool:
    return bool(span.text)


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
