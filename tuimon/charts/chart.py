"""Curves to a chart: the way from series to rows of spans."""

from collections.abc import Sequence

import numpy as np

from tuimon.charts import roles
from tuimon.charts.axis import make_axis
from tuimon.charts.canvas import Flags, spans
from tuimon.charts.compact import compact_rows
from tuimon.charts.cursor import position_notes, read_all, readout_rows
from tuimon.charts.fit import fit
from tuimon.charts.frame import Frame, FrameTick, draw_frame
from tuimon.charts.heading import cut, legend_rows, title_row
from tuimon.charts.labels import put_cursor
from tuimon.charts.legend import newest_entries, read_entries
from tuimon.charts.marks import MARKS, Marks
from tuimon.charts.model import ChartOptions, Cursor, Curve, Drawing, Row, Scales, Span
from tuimon.charts.plot import any_of, draw_plot
from tuimon.charts.style import style_of
from tuimon.charts.traces import Trace, superseded_tracks
from tuimon.charts.track import make_track
from tuimon.charts.view import Area, View
from tuimon.text import format_duration, format_step

_LEAST_WIDTH, _LEAST_HEIGHT = 20, 6

# Cells for the newest value behind a line, in charts of at least so many.
_END_LABEL, _ROOMY = 10, 70

_ASCII_FRAME = str.maketrans("│┤└─┬┼", "|++-++")


def draw_chart(
    title: str,
    curves: Sequence[Curve],
    width: int,
    height: int,
    options: ChartOptions | None = None,
    previous: Scales | None = None,
    *,
    view: View | None = None,
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
    view = view or View()
    marks = MARKS[options.marks]
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return Drawing(compact_rows(title, curves, max(0, width), height, marks), previous)
    if previous and (previous.x_axis, previous.log_y) != (options.x_axis, options.log_y):
        previous = None

    curves = sorted(curves, key=lambda curve: (curve.faded, not curve.pinned))
    style = style_of(curves, options)
    tracks = [make_track(curve, options.x_axis) for curve in curves]
    past = superseded_tracks(curves, options)
    label = _END_LABEL + 2 * style.lettered
    room = label / (width - label) if options.labels and width >= _ROOMY else 0.0
    axis = make_axis(options.x_axis, [*tracks, *past], previous, view, room)
    readings = read_all(tracks, axis, cursor, options) if cursor else ()
    if full and readings:
        legend = readout_rows(readings, width, height // 2, style)
    else:
        entries = read_entries(readings, style) if readings else newest_entries(tracks, style)
        most = max(1, height // (5 if full else 7)) + bool(readings)
        legend = legend_rows(entries, width, most, marks, in_full=bool(readings))
    rows = height - len(legend) - 3

    fitted = fit(tracks, past, axis, width, rows, style, view, previous)
    traces, y_axis, label_width = fitted.traces, fitted.y_axis, fitted.label_width
    columns = width - label_width - 1
    area = Area(
        left=label_width + 1,
        top=1 + len(legend),
        columns=columns,
        rows=rows,
        x0=axis.limits[0],
        x1=axis.limits[1],
        first=axis.extent[0],
        last=axis.extent[1],
        least=axis.least,
    )
    at = area.cell(cursor.at) if cursor else None
    mark = area.cell(cursor.mark) if cursor and cursor.mark is not None else None
    plot, beyond = draw_plot(traces, axis, y_axis, columns, rows, style, view)
    put_cursor(plot, at, mark, marks)
    ticks = tuple(
        FrameTick(row, cut(label, label_width, marks, "right")) for row, label in fitted.labels
    )
    x_ticks = axis.ticks(columns) if any(len(track.x) for track in tracks) else ()
    frame = draw_frame(columns, rows, label_width, ticks, x_ticks)
    new = [trace for trace in traces if not trace.past]
    nan = any_of([trace.bins.nan for trace in new], columns, marks)
    body = _compose(frame, plot.rows(), nan, [c for c in (mark, at) if c is not None], marks)
    where = position_notes(readings, marks) if cursor else []
    heading = title_row(
        title,
        [*_warnings(new, marks), *(["clipped"] if beyond and options.clip else [])],
        [
            *where[1:],
            *([note] if note else []),
            *_notes(curves, new, options, view),
            *(["all"] if full and view.mode == "all" else []),
        ],
        width,
        marks,
        states=[*_state(view, options), *where[:1]],
    )
    scales = y_axis and Scales(
        x_axis=options.x_axis,
        log_y=options.log_y,
        origin=axis.origin,
        x0=axis.limits[0],
        x1=axis.limits[1],
        y0=y_axis.y0,
        y1=y_axis.y1,
        y_step=y_axis.step,
        rows=rows,
        down=marks.down,
        label_width=label_width,
    )
    return Drawing((heading, *legend, *body), scales, area, readings)


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


def _state(view: View, options: ChartOptions) -> list[str]:
    """Return what becomes of the picture when points are added; nothing if all are shown."""
    if view.mode == "live tail" and view.tail is not None:
        if options.x_axis == "step":
            return [f"live tail {format_step(round(view.tail))}"]
        return [f"live tail {format_duration(view.tail)}"]
    return ["frozen"] if view.mode == "frozen" else []


def _warnings(traces: Sequence[Trace], marks: Marks) -> list[str]:
    """Return what was not drawn as a curve, counted over all curves."""
    names = ("NaN", "+Inf", "-Inf", "<= 0" if marks.ascii else "≤ 0")
    totals = np.sum([each.bins.counts for each in traces], axis=0) if traces else ()
    return [f"{format_step(int(n))} {name}" for n, name in zip(totals, names, strict=False) if n]


def _notes(
    curves: Sequence[Curve], traces: Sequence[Trace], options: ChartOptions, view: View
) -> list[str]:
    """Return how the curves are drawn."""
    superseded = sum(len(curve.superseded.steps) for curve in curves if curve.superseded)
    notes = [f"{format_step(superseded)} superseded"] if superseded else []
    if superseded and options.superseded:
        notes[0] += " shown"
    notes += ["log y"] if options.log_y else []
    notes += ["y 1-99 %"] if options.clip else []
    notes += ["y limits"] if view.y != (None, None) else []
    if any(trace.smoothed for trace in traces):
        notes.append(f"smoothing {options.smoothing:g}")
    return notes
