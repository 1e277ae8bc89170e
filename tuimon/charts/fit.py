"""Curves, y axis and the labels beside it, fitted to each other and to the width of a chart.

What a line shows in a column of dots depends on how many columns there are, so on how wide the
labels of the y axis are; those depend on its limits, and these on what the lines show.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.charts.content import ChartContent
from tuimon.charts.frame import FrameTick
from tuimon.charts.model import Scales
from tuimon.charts.outliers import limits_without_outliers
from tuimon.charts.scales import YScale, fitted_scale, fixed_scale, log_scale, y_scale
from tuimon.charts.traces import Trace, extremes, make_traces, superseded_traces
from tuimon.charts.y_labels import y_labels

# Y labels take at least this, so that the axes of charts above each other stand in line.
_LABEL_WIDTH = 5
# Labels keep the room they have had while it is at most this much more than they need.
_SPARE = 2


class PlotLayout(NamedTuple):
    """Curves in so many cells as the labels of their y axis leave."""

    traces: list[Trace]
    """Curves over the columns of dots, superseded points last."""
    y_axis: YScale | None
    """Limits that hold what the traces show; None with nothing to draw."""
    labels: list[FrameTick]
    """Of the y axis, as wide as they are."""
    label_width: int
    """Cells for them."""
    columns: int
    rows: int
    """Cells inside the axes."""

    @property
    def needed(self) -> int:
        """How many cells the labels need."""
        return max((len(label) for _, label in self.labels), default=0)

    @property
    def in_force(self) -> list[Trace]:
        """The traces that do not show superseded points."""
        return [trace for trace in self.traces if not trace.past]


def fit(content: ChartContent, width: int, rows: int, previous: Scales | None) -> PlotLayout:
    """Fit curves into a chart of `width` cells, without a gutter, whose y axis has `rows`.

    The scales of the drawing before are kept while they suit; what it settles on, it settles on
    again.
    """
    axis, options, marks = content.axis, content.options, content.marks

    def fitted(label_width: int, before: YScale | None) -> PlotLayout:
        columns = width - label_width - 1
        traces = make_traces(content.tracks, axis, columns, options, marks)
        traces += [part for trace in traces for part in trace.parts]
        traces += superseded_traces(content.past, axis, columns, options, marks)
        y_axis = _y_axis(content, traces, rows, before)
        labels = (
            y_labels(y_axis, rows, marks.down, log_y=options.log_y, unit=content.unit)
            if y_axis
            else []
        )
        return PlotLayout(traces, y_axis, labels, label_width, columns, rows)

    same = previous and (previous.rows, previous.down) == (rows, marks.down)
    before = YScale(previous.y0, previous.y1, previous.y_step) if previous and same else None
    most = width // 2
    found = fitted(previous.label_width if previous else _LABEL_WIDTH, before)
    while found.label_width < min(found.needed, most):
        found = fitted(min(found.needed, most), found.y_axis)
    while found.label_width > max(_LABEL_WIDTH, found.needed + _SPARE):
        narrower = fitted(max(_LABEL_WIDTH, found.needed), found.y_axis)
        if narrower.needed > narrower.label_width:
            break
        found = narrower
    return found


def _y_axis(
    content: ChartContent, traces: Sequence[Trace], rows: int, before: YScale | None
) -> YScale | None:
    """Return the y axis that shows all points, or what is asked for; None with nothing to draw."""
    options, view = content.options, content.view
    limits = extremes(traces)
    if limits is None:
        return None
    if options.clip:
        limits = limits_without_outliers(limits, traces, content.tracks, content.axis, options)
    if content.unit.is_share and not options.log_y:
        limits = min(0.0, limits[0]), max(100.0, limits[1])
    # In the unit of the labels, so that their steps are round.
    size = 1.0 if options.log_y else content.unit.of(max(map(abs, limits))).size
    low, high = (limit / size for limit in limits)
    if view.y != (None, None):
        bottom, top = (None if limit is None else limit / size for limit in view.y)
        scale = fixed_scale((low, high), (bottom, top), rows, log_y=options.log_y)
    elif not options.growing:
        scale = fitted_scale(low, high, rows, log_y=options.log_y)
    else:
        kept = before and YScale(*(value / size for value in before))
        grown = log_scale if options.log_y else y_scale
        scale = grown(low, high, rows, content.marks.down, kept)
    return YScale(*(value * size for value in scale))
