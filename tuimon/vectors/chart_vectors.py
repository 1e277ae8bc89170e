"""Curves to vectors: the limits, ticks and columns of a chart, drawn with lines and areas."""

from collections.abc import Sequence
from dataclasses import replace

from tuimon.charts import roles
from tuimon.charts.content import ChartContent, content_of
from tuimon.charts.heading import notes_of, states_of, warnings_of
from tuimon.charts.model import ChartOptions, Curve
from tuimon.charts.scales import YScale, fixed_scale, y_ticks
from tuimon.charts.ticks import Tick, log_ticks
from tuimon.charts.traces import Trace, extremes, make_traces, percentiles, superseded_traces
from tuimon.charts.viewport import Viewport
from tuimon.text import safe
from tuimon.vectors.plot_box import PlotBox
from tuimon.vectors.primitives import Label, Polyline, VectorDrawing, straight
from tuimon.vectors.text_width import SMALL, cut, text_width
from tuimon.vectors.trace_shapes import draw_traces
from tuimon.vectors.vector_legend import draw_legend, legend_names

LEAST_WIDTH = 240
_SHARE = 0.45
"""The height of a plot, of the width of its chart."""
_TITLE, _SUBTITLE = 17, 16
_MARGIN = 16.0
_TICK_APART = 36.0
_MOST_TICKS = 8
_AROUND = 0.04
"""Of the height of what is shown: room above and below it."""
_CELL = 8.0
"""Of the x axis for a cell."""
_DOTS = 2
"""Columns of dots in a cell of braille, which are a pixel each here."""
_X_NAMES = {"step": "step", "relative": "time since the start", "wall": "local time"}


def chart_vectors(
    title: str,
    curves: Sequence[Curve],
    width: float,
    options: ChartOptions | None = None,
    *,
    view: Viewport | None = None,
    note: str = "",
) -> VectorDrawing:
    """Draw curves over a common x axis, with the names of all of them below.

    A curve has at most four points for each pixel of the width: the lowest and the highest value
    of each half, or their mean where it is smoothed.

    Args:
        title: name of the metric; any text.
        curves: in the order of the legend.
        width: pixels, at least `LEAST_WIDTH`; the height follows from it and from the names.
        options: how to draw.
        view: what part to show; all by default.
        note: what else is to be told below the title.
    """
    width = max(float(width), LEAST_WIDTH)
    options = replace(options or ChartOptions(), labels=False, marks="braille")
    content = content_of(curves, options, view or Viewport(), round(width / _CELL), None)
    content = _fitted(content)
    columns = round(width / _DOTS)
    traces = make_traces(content.tracks, content.axis, columns, options, content.marks)
    in_force = list(traces)
    traces += superseded_traces(content.past, content.axis, columns, options, content.marks)
    scale = _y_scale(content, traces, round(width * _SHARE / _TICK_APART))
    ticks = _y_ticks(scale, log_y=options.log_y)
    drawing = VectorDrawing(width, 0, safe(title))
    top = _draw_heading(drawing, content, in_force, note)
    box = _box(content, scale, ticks, width, top)
    _draw_axes(drawing, content, ticks, box)
    if scale is None:
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        drawing.shapes.append(Label(*middle, "no values to draw", roles.DIM, SMALL, "middle"))
    else:
        draw_traces(drawing, content, traces, box)
    names = legend_names(content, in_force)
    drawing.height = draw_legend(drawing, names, box.bottom + 44, _MARGIN) + _MARGIN
    return drawing


def _fitted(content: ChartContent) -> ChartContent:
    """The content without room for what is yet to come: a file does not grow."""
    axis = content.axis
    if content.view.mode != "all" or axis.extent[0] == axis.extent[1]:
        return content
    return content._replace(axis=replace(axis, limits=axis.extent))


def _y_scale(content: ChartContent, traces: Sequence[Trace], ticks: int) -> YScale | None:
    """The y axis, a little more than what is shown; None with nothing to draw."""
    log_y = content.options.log_y
    limits = extremes(traces)
    if limits is None:
        return None
    if content.options.clip:
        limits = percentiles(content.tracks, content.axis, 1, log_y=log_y) or limits
    low, high = (limit / 2 for limit in limits)  # differences must not overflow
    room = 2 * _AROUND * (high - low)
    return fixed_scale((2 * low - room, 2 * high + room), content.view.y, 2 * ticks, log_y=log_y)


def _y_ticks(scale: YScale | None, *, log_y: bool) -> Sequence[Tick]:
    if scale is None:
        return ()
    return log_ticks(scale.y0, scale.y1, _MOST_TICKS) if log_y else y_ticks(scale)


def _draw_heading(
    drawing: VectorDrawing, content: ChartContent, traces: Sequence[Trace], note: str
) -> float:
    """Draw the title, and what is to be known of the picture; returns where they end."""
    at = _MARGIN + _TITLE - 3
    title = cut(drawing.title, int((drawing.width - 2 * _MARGIN) / text_width("0", _TITLE)))
    drawing.shapes.append(Label(_MARGIN, at, title, roles.TITLE, _TITLE, bold=True))
    told = [
        *((text, roles.ACCENT) for text in states_of(content.view, content.options)),
        *((text, roles.WARN) for text in warnings_of(traces, content.marks)),
        *((text, roles.NOTE) for text in ([note] if note else [])),
        *((text, roles.NOTE) for text in notes_of(content, traces)),
    ]
    x = _MARGIN
    at += _SUBTITLE + 2
    for text, role in told:
        text = safe(text)
        if x > _MARGIN and x + text_width(text) > drawing.width - _MARGIN:
            x, at = _MARGIN, at + _SUBTITLE
        drawing.shapes.append(Label(x, at, text, role, SMALL))
        x += text_width(text) + SMALL
    return at + (12 if told else 12 - _SUBTITLE)


def _box(
    content: ChartContent, scale: YScale | None, ticks: Sequence[Tick], width: float, top: float
) -> PlotBox:
    gutter = max((text_width(tick.label) for tick in ticks), default=0)
    left = _MARGIN + gutter + 8
    bottom = top + round(width * _SHARE)
    y0, y1, _ = scale or YScale(0, 1, 1)
    return PlotBox(left, top, width - _MARGIN, bottom, content.axis.limits, (y0, y1))


def _draw_axes(
    drawing: VectorDrawing, content: ChartContent, y_ticks: Sequence[Tick], box: PlotBox
) -> None:
    put = drawing.shapes.append
    for position, label in y_ticks:
        y = box.place_y(position)
        put(Polyline(straight(box.left, y, box.right, y), roles.SHADE))
        put(Label(box.left - 8, y + 4, label, roles.TICK, SMALL, "end"))
    right = 0.0
    ticks = content.axis.placed(int((box.right - box.left) / _CELL))
    for position, label in ticks if any(len(track.x) for track in content.tracks) else ():
        x, half = box.place_x(position), text_width(label) / 2
        put(Polyline(straight(x, box.bottom, x, box.bottom + 4), roles.AXIS))
        inside = min(x, drawing.width - _MARGIN / 2 - half)
        if inside - half > right:
            put(Label(inside, box.bottom + 17, label, roles.TICK, SMALL, "middle"))
            right = inside + half
    axis = content.axis
    name = f"steps after {axis.origin}" if axis.origin else _X_NAMES[axis.kind]
    put(Label((box.left + box.right) / 2, box.bottom + 32, name, roles.NOTE, SMALL, "middle"))
    put(Polyline(straight(box.left, box.bottom, box.right, box.bottom), roles.AXIS))
