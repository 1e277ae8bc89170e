"""Curves to vectors: the limits, ticks and columns of a chart, drawn with lines and areas."""

from collections.abc import Sequence
from dataclasses import replace

from tuimon.charts import roles
from tuimon.charts.content import ChartContent, content_of
from tuimon.charts.heading import notes_of, option_notes, states_of, warnings_of
from tuimon.charts.model import ChartOptions, Curve
from tuimon.charts.outliers import NONE_BEYOND, Beyond, beyond, limits_without_outliers
from tuimon.charts.scales import YScale, fixed_scale
from tuimon.charts.ticks import Tick, log_ticks
from tuimon.charts.traces import Trace, extremes, make_traces, superseded_traces
from tuimon.charts.viewport import Viewport
from tuimon.charts.y_labels import unit_ticks
from tuimon.store.spread import SPREAD_WORDS
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
_EXACT = 1 << 20
"""Dots of an axis that hides nothing beyond it."""
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
    options = replace(options or ChartOptions(), labels=False, marks="braille", growing=False)
    content = content_of(curves, options, view or Viewport(), None)
    columns = round(width / _DOTS)
    traces = make_traces(content.tracks, content.axis, columns, options, content.marks)
    in_force = list(traces)
    traces += [part for trace in in_force for part in trace.parts]
    traces += superseded_traces(content.past, content.axis, columns, options, content.marks)
    scale = _y_scale(content, traces, round(width * _SHARE / _TICK_APART))
    ticks = _y_ticks(scale, content)
    drawing = VectorDrawing(width, 0, safe(title))
    top = _draw_heading(drawing, content, in_force, scale, note)
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


def _y_scale(content: ChartContent, traces: Sequence[Trace], ticks: int) -> YScale | None:
    """The y axis, a little more than what is shown; None with nothing to draw."""
    log_y = content.options.log_y
    limits = extremes(traces)
    if limits is None:
        return None
    if content.options.clip:
        tracks, axis = content.tracks, content.axis
        limits = limits_without_outliers(limits, traces, tracks, axis, content.options)
    low, high = (limit / 2 for limit in limits)  # differences must not overflow
    room = 2 * _AROUND * (high - low)
    limits = 2 * low - room, 2 * high + room
    if content.unit.is_share and not log_y:
        limits = min(0.0, limits[0]), max(100.0, limits[1])
    # In the unit of the labels, so that their steps are round.
    size = 1.0 if log_y else content.unit.of(max(map(abs, limits))).size
    shown = limits[0] / size, limits[1] / size
    bottom, top = (None if limit is None else limit / size for limit in content.view.y)
    scale = fixed_scale(shown, (bottom, top), 2 * ticks, log_y=log_y)
    return YScale(*(value * size for value in scale))


def _y_ticks(scale: YScale | None, content: ChartContent) -> Sequence[Tick]:
    if scale is None:
        return ()
    if content.options.log_y:
        return log_ticks(scale.y0, scale.y1, _MOST_TICKS)
    return unit_ticks(scale, content.unit)


def _beyond(content: ChartContent, scale: YScale | None) -> Beyond:
    """How many values lie beyond the limits of y."""
    options = content.options
    if scale is None or not (options.clip or content.view.y != (None, None)):
        return NONE_BEYOND
    return beyond(content.tracks, content.axis, scale, _EXACT, options.log_y)


def _draw_heading(
    drawing: VectorDrawing,
    content: ChartContent,
    traces: Sequence[Trace],
    scale: YScale | None,
    note: str,
) -> float:
    """Draw the title, and what is to be known of the picture; returns where they end."""
    at = _MARGIN + _TITLE - 3
    title = cut(drawing.title, int((drawing.width - 2 * _MARGIN) / text_width("0", _TITLE)))
    drawing.shapes.append(Label(_MARGIN, at, title, roles.TITLE, _TITLE, bold=True))
    outside = _beyond(content, scale)
    told = [
        *((text, roles.ACCENT) for text in states_of(content.view, content.options)),
        *((text, roles.WARN) for text in warnings_of(traces, outside, content.marks)),
        *((text, roles.NOTE) for text in ([note] if note else [])),
        *((text, roles.NOTE) for text in (*_told(content), *option_notes(content.options))),
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
    name = _X_NAMES.get(axis.kind) or safe(content.options.x_formula)
    if axis.origin:
        name = f"steps after {axis.origin}"
    put(Label((box.left + box.right) / 2, box.bottom + 32, name, roles.NOTE, SMALL, "middle"))
    put(Polyline(straight(box.left, box.bottom, box.right, box.bottom), roles.AXIS))


def _told(content: ChartContent) -> list[str]:
    """What is unusual about the curves, and what their groups show."""
    kinds = dict.fromkeys(track.curve.spread for track in content.tracks)
    return [*(SPREAD_WORDS[kind] for kind in kinds if kind), *notes_of(content)]
