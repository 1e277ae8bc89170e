"""Curves to a chart: the way from series to rows of spans."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.axis import Axis, make_axis
from tuimon.charts.bins import Bins, bin_track, bridge, outside
from tuimon.charts.canvas import Flags, Shape, paint, spans
from tuimon.charts.compact import compact_rows
from tuimon.charts.frame import Frame, FrameTick, draw_frame
from tuimon.charts.heading import Entry, cut, legend_rows, title_row
from tuimon.charts.marks import MARKS, Marks
from tuimon.charts.model import ChartOptions, Curve, Drawing, Row, Scales, Span
from tuimon.charts.scales import YScale, log_scale, log_y_ticks, y_scale, y_ticks
from tuimon.charts.track import Track, make_track
from tuimon.text import format_step

Floats = NDArray[np.float64]

_LEAST_WIDTH, _LEAST_HEIGHT = 20, 6

# Fewer points than this are better seen one by one than smoothed.
_FEW_POINTS = 32

# Y labels take at least this, so that the axes of charts above each other stand in line.
_LABEL_WIDTH = 5

_ASCII_FRAME = str.maketrans("│┤└─┬", "|++-+")


class _Binned(NamedTuple):
    """A curve over the columns of the plot; heights are in the units of the y axis."""

    colour: int
    low: Floats
    high: Floats
    line: Floats
    smoothed: bool
    bins: Bins
    past: bool = False
    faded: bool = False


def draw_chart(
    title: str,
    curves: Sequence[Curve],
    width: int,
    height: int,
    options: ChartOptions | None = None,
    previous: Scales | None = None,
) -> Drawing:
    """Draw curves over a common x axis in exactly `width` × `height` cells.

    Args:
        title: name of the metric; any text.
        curves: in the order of the legend.
        width, height: size in cells. Below 20 × 6 each curve becomes one line of text; 0 or less
            gives a drawing without cells.
        options: how to draw.
        previous: scales of the drawing before; they are kept while they suit.
    """
    options = options or ChartOptions()
    marks = MARKS[options.marks]
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return Drawing(compact_rows(title, curves, max(0, width), height, marks), previous)
    if previous and (previous.x_axis, previous.log_y) != (options.x_axis, options.log_y):
        previous = None

    curves = sorted(curves, key=lambda curve: curve.faded)
    legend = legend_rows([_entry(curve) for curve in curves], width, max(1, height // 7), marks)
    rows = height - len(legend) - 3
    tracks = [make_track(curve, options.x_axis) for curve in curves]
    old = _superseded(curves) if options.superseded else []
    past = [make_track(curve, options.x_axis) for curve in old]
    axis = make_axis(options.x_axis, [*tracks, *past], previous)

    def bin_all(columns: int) -> list[_Binned]:
        new = _bin(tracks, axis, columns, options, marks)
        return new + _bin_superseded(past, axis, columns, options, marks)

    label_width = previous.label_width if previous else _LABEL_WIDTH
    binned = bin_all(width - label_width - 1)
    y_axis = _y_axis(binned, rows, options.log_y, marks, previous)
    labels = _y_labels(y_axis, rows, options.log_y, marks)
    widest = max((len(label) for _, label in labels), default=0)
    if not widest <= label_width <= max(_LABEL_WIDTH, widest + 2):
        label_width = min(max(_LABEL_WIDTH, widest), width // 2)
        binned = bin_all(width - label_width - 1)

    columns = width - label_width - 1
    plot = _plot(binned, y_axis, columns, rows, options, marks)
    y_ticks = tuple(
        FrameTick(row, cut(label, label_width, marks, "right")) for row, label in labels
    )
    x_ticks = axis.ticks(columns) if any(len(track.x) for track in tracks) else ()
    frame = draw_frame(columns, rows, label_width, y_ticks, x_ticks)
    binned = [each for each in binned if not each.past]
    nan = _any([each.bins.nan for each in binned], columns, marks)
    body = _compose(frame, plot, nan, marks)
    heading = title_row(
        title, _warnings(binned, marks), _notes(curves, binned, options), width, marks
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
    return Drawing((heading, *legend, *body), scales)


def _entry(curve: Curve) -> Entry:
    return Entry(curve.label, curve.colour, float(curve.values[-1]) if len(curve.values) else None)


def _bin(
    tracks: Sequence[Track], axis: Axis, columns: int, options: ChartOptions, marks: Marks
) -> list[_Binned]:
    binned = []
    for track in tracks:
        smooths = options.smoothing > 0 and len(track.values) >= _FEW_POINTS
        smoothing = options.smoothing if smooths else 0.0
        bounds = axis.bounds(track, columns * marks.across)
        bins = bin_track(track, bounds, smoothing, positive=options.log_y)
        heights = (bins.low, bins.high, bins.line)
        if options.log_y:
            heights = (np.log10(bins.low), np.log10(bins.high), np.log10(bins.line))
        faded = track.curve.faded
        if faded and smooths:
            heights = (heights[2],) * 3
        binned.append(_Binned(track.curve.colour, *heights, smooths, bins, faded=faded))
    return binned


def _superseded(curves: Sequence[Curve]) -> list[Curve]:
    """Return the superseded points of curves as curves that begin at the same time."""
    return [
        Curve(
            label=curve.label,
            steps=old.steps,
            wall_times=old.wall_times,
            values=old.values,
            colour=curve.colour,
            start=float(curve.wall_times[0])
            if curve.start is None and len(curve.wall_times)
            else curve.start,
            superseded=old,
            faded=curve.faded,
        )
        for curve in curves
        if (old := curve.superseded)
    ]


def _bin_superseded(
    tracks: Sequence[Track], axis: Axis, columns: int, options: ChartOptions, marks: Marks
) -> list[_Binned]:
    """Bin superseded points: lines without bands, each stretch of points by itself."""
    binned = []
    for track, one in zip(tracks, _bin(tracks, axis, columns, options, marks), strict=True):
        assert track.curve.superseded
        starts = track.curve.superseded.starts
        bounds = axis.bounds(track, columns * marks.across)
        x = track.curve.steps if axis.kind == "step" else track.curve.wall_times
        ends = np.append(starts[1:], len(x)) - 1
        taken = one.bins.taken | outside(x[starts], x[ends], bounds)
        low, high = (one.line, one.line) if one.smoothed else (one.low, one.high)
        binned.append(
            one._replace(low=low, high=high, bins=one.bins._replace(taken=taken), past=True)
        )
    return binned


def _y_axis(
    binned: Sequence[_Binned], rows: int, log_y: bool, marks: Marks, previous: Scales | None
) -> YScale | None:
    """Return the y axis that shows all points, None where there is nothing to draw."""
    shown = [each for each in binned if each.bins.points]
    if not shown:
        return None
    low = min(float(np.nanmin(each.low)) for each in shown)
    high = max(float(np.nanmax(each.high)) for each in shown)
    same = previous and (previous.rows, previous.down) == (rows, marks.down)
    before = YScale(previous.y0, previous.y1, previous.y_step) if previous and same else None
    return (log_scale if log_y else y_scale)(low, high, rows, marks.down, before)


def _heights(values: Floats, axis: YScale) -> Floats:
    """Return values as parts 0…1 of the height of the axis."""
    with np.errstate(over="ignore"):  # the few values beyond the largest axis go to its edge
        return (values - axis.y0) / (axis.y1 - axis.y0)


def _y_labels(axis: YScale | None, rows: int, log_y: bool, marks: Marks) -> list[FrameTick]:
    if axis is None:
        return []
    dots = rows * marks.down
    cells: dict[int, str] = {}
    for position, label in log_y_ticks(axis, rows) if log_y else y_ticks(axis):
        dot = round((position - axis.y0) / (axis.y1 - axis.y0) * (dots - 1))
        cells.setdefault(min(max(dots - 1 - dot, 0), dots - 1) // marks.down, label)
    return [FrameTick(*item) for item in cells.items()]


def _plot(
    binned: Sequence[_Binned],
    y_axis: YScale | None,
    columns: int,
    rows: int,
    options: ChartOptions,
    marks: Marks,
) -> list[list[Span]]:
    """Return the rows of spans inside the frame."""
    axis = y_axis or YScale(0, 1, 1)
    shapes = [
        Shape(
            each.colour,
            _heights(each.low, axis),
            _heights(each.high, axis),
            bridge(_heights(each.line, axis), each.bins.taken),
            each.smoothed and not (each.past or each.faded),
            dense=each.bins.points > columns * marks.across,
            past=each.past,
            faded=each.faded,
        )
        for each in binned
    ]
    above = _any([each.bins.above for each in binned], columns, marks)
    below = _any([each.bins.below for each in binned], columns, marks)
    plot = paint(shapes, above, below, rows, marks, options.band)
    if y_axis is None:
        anything = any(each.bins.taken.any() for each in binned)
        message = "no values to draw" if anything else "no data yet"
        plot[rows // 2] = [Span(cut(message, columns, marks, "center"), roles.DIM)]
    return plot


def _any(flags: Sequence[Flags], columns: int, marks: Marks) -> Flags:
    """Return the cells of so many columns that hold a flagged column of dots of any curve."""
    some = np.zeros(columns * marks.across, dtype=np.bool_)
    for each in flags:
        some |= each
    return np.asarray(some.reshape(columns, marks.across).any(axis=1))


def _compose(frame: Frame, plot: Sequence[list[Span]], nan: Flags, marks: Marks) -> list[Row]:
    """Return the rows of plot and frame, with NaN marked on the x axis."""
    axis_rows = [
        _framed(label, axis, row)
        for label, axis, row in zip(frame.labels, frame.y_axis, plot, strict=True)
    ]
    x_axis = np.array(list(frame.x_axis))
    flags = np.concatenate(([False], nan))
    x_axis[flags] = marks.nan
    margin = " " * len(frame.labels[0])
    bottom = [
        (
            Span(margin, roles.BLANK),
            *spans(x_axis, flags.astype(np.int64), (roles.AXIS, roles.MARK)),
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


def _warnings(binned: Sequence[_Binned], marks: Marks) -> list[str]:
    """Return what was not drawn as a curve, counted over all curves."""
    names = ("NaN", "+Inf", "-Inf", "<= 0" if marks.ascii else "≤ 0")
    totals = np.sum([each.bins.counts for each in binned], axis=0) if binned else ()
    return [f"{format_step(int(n))} {name}" for n, name in zip(totals, names, strict=False) if n]


def _notes(curves: Sequence[Curve], binned: Sequence[_Binned], options: ChartOptions) -> list[str]:
    """Return how the curves are drawn."""
    superseded = sum(len(curve.superseded.steps) for curve in curves if curve.superseded)
    notes = [f"{format_step(superseded)} superseded"] if superseded else []
    if superseded and options.superseded:
        notes[0] += " shown"
    notes += ["log y"] if options.log_y else []
    if any(each.smoothed for each in binned):
        notes.append(f"smoothing {options.smoothing:g}")
    return notes
