"""What is inside the frame of a chart: curves, marks at the edges, labels, best values."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.axis import Axis
from tuimon.charts.canvas import CurveShape, Flags, Plot, paint
from tuimon.charts.content import ChartContent
from tuimon.charts.fit import PlotLayout
from tuimon.charts.heading import cut
from tuimon.charts.labels import row_of
from tuimon.charts.marks import Marks
from tuimon.charts.scales import YScale
from tuimon.charts.style import CurveStyle
from tuimon.charts.traces import Trace

Floats = NDArray[np.float64]
# More curves than this do not each get a mark at their best value.
_MOST_BEST = 4


def draw_plot(content: ChartContent, fitted: PlotLayout) -> Plot:
    """Return what is inside the frame."""
    style, marks, options = content.style, content.marks, content.options
    traces, columns, rows = fitted.traces, fitted.columns, fitted.rows
    scale = fitted.y_axis or YScale(0, 1, 1)
    shapes = [_shape(trace, scale, columns * marks.across, style) for trace in traces]
    plot = paint(shapes, columns, rows, marks, options.band)
    if options.clip or content.view.y != (None, None):
        half = 0.5 / max(1, rows * marks.down - 1)
        with np.errstate(invalid="ignore"):
            over = any_of([shape.high > 1 + half for shape in shapes], columns, marks)
            under = any_of([shape.low < -half for shape in shapes], columns, marks)
        plot.mark(0, over, marks.over, roles.MARK)
        plot.mark(rows - 1, under, marks.under, roles.MARK)
    bins = [trace.bins for trace in fitted.in_force]
    above = any_of([each.above for each in bins], columns, marks)
    below = any_of([each.below for each in bins], columns, marks)
    plot.mark(0, above, marks.above, roles.MARK)
    plot.mark(rows - 1, below, marks.below, roles.MARK)
    if fitted.y_axis is None:
        plot.put(rows // 2, 0, cut(_why_empty(traces), columns, marks, "center"), roles.DIM)
    elif options.labels:
        _put_best(plot, traces, content.axis, scale, style)
    return plot


def _why_empty(traces: Sequence[Trace]) -> str:
    """Return why there is no line."""
    if any(trace.bins.taken.any() for trace in traces):
        return "no values to draw"
    if any(len(trace.track.x) for trace in traces):
        return "no points in this window"
    if any(trace.track.absurd for trace in traces):
        return "no time a clock has"
    return "x was not logged" if any(len(one.curve.values) for one in traces) else "no data yet"


def _shape(trace: Trace, scale: YScale, dots: int, style: CurveStyle) -> CurveShape:
    curve = trace.curve
    faded = curve.faded and not trace.past
    grouped = trace.members > 1
    role = roles.past(curve.colour) if trace.past and not curve.faded else style.role(curve)
    return CurveShape(
        role,
        roles.SHADE if curve.faded else roles.band(curve.colour),
        _heights(trace.low, scale),
        _heights(trace.high, scale),
        _heights(trace.line, scale),
        smoothed=trace.smoothed and (grouped or not (trace.past or faded)),
        dense=trace.bins.points > dots,
        behind=trace.past or faded,
        letter=style.number(curve),
        pattern=0 if trace.past else style.pattern(curve),
    )


def _put_best(
    plot: Plot, traces: Sequence[Trace], axis: Axis, scale: YScale, style: CurveStyle
) -> None:
    """Mark the best value of each curve, or the best one of all where there are many."""
    found: list[tuple[float, int, Trace]] = []
    for trace in traces:
        best = trace.curve.best
        if best is None or trace.past or trace.curve.faded or trace.curve.group:
            continue
        index = trace.track.best(best)
        if index is not None:
            value = float(trace.track.values[index])
            found.append((value if best == "min" else -value, index, trace))
    if len(found) > _MOST_BEST:
        found = [min(found, key=lambda each: each[0])]
    for _, index, trace in found:
        value = float(trace.track.values[index])
        if style.options.log_y:
            if value <= 0:
                continue
            value = float(np.log10(value))
        height = (value - scale.y0) / (scale.y1 - scale.y0)
        position = axis.position(trace.track, index)
        if 0 <= height <= 1 and axis.limits[0] <= position <= axis.limits[1]:
            row, cell = row_of(height, plot, style.marks), axis.cell(position, plot.width)
            plot.put(row, cell, style.marks.best, roles.end(trace.curve.colour))


def _heights(values: Floats, axis: YScale) -> Floats:
    """Return values as parts 0…1 of the height of the axis."""
    with np.errstate(over="ignore"):
        return (values - axis.y0) / (axis.y1 - axis.y0)


def any_of(flags: Sequence[Flags], columns: int, marks: Marks) -> Flags:
    """Return the cells of so many columns that hold a flagged column of dots of any curve."""
    some = np.zeros(columns * marks.across, dtype=np.bool_)
    for each in flags:
        some |= each
    return np.asarray(some.reshape(columns, marks.across).any(axis=1))
