"""Curves as a figure of plotext's, for scripts and notebooks: the bins and scales of a chart."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tuimon.charts.axis import Axis
from tuimon.charts.content import ChartContent, content_of
from tuimon.charts.fit import PlotLayout, fit
from tuimon.charts.heading import notes_of, option_notes, warnings_of
from tuimon.charts.model import ChartOptions, Curve
from tuimon.charts.outliers import NONE_BEYOND
from tuimon.charts.plotext_figure import new_figure
from tuimon.charts.scales import YScale, log_y_ticks, y_ticks
from tuimon.charts.ticks import Tick
from tuimon.charts.traces import Trace
from tuimon.charts.viewport import Viewport
from tuimon.text import safe, shorten

_LEAST_WIDTH, _LEAST_HEIGHT = 20, 8
_OTHER_ROWS = 5
"""Besides the plot: the title, both x axes, tick labels, the name of x."""
_LEGEND_ROWS = 3
"""Of a legend, besides two for each label."""


def line_figure(
    title: str, curves: Sequence[Curve], width: int, height: int, options: ChartOptions
) -> Any:
    """Curves over their steps, as a figure of plotext's with a legend; nothing is drawn yet.

    A curve has at most four points for each cell of the width: the lowest and the highest value of
    each half, or their mean where it is smoothed; decimal logarithms of them with `log_y`. What
    cannot be drawn is counted in the title.

    Args:
        title: any text.
        curves: in the order of the legend.
        width, height: cells, at least 20 × 8; smaller ones count as that.
        options: smoothing and log y count.

    Raises:
        ImportError: plotext is not installed.
    """
    width, height = max(width, _LEAST_WIDTH), max(height, _LEAST_HEIGHT)
    options = replace(options, labels=False, clip=False, growing=True)
    content = content_of(curves, options, Viewport(), None)
    layout = fit(content, width - 1, height - _OTHER_ROWS, None)
    figure = new_figure()
    figure.plot_size(width, height)
    notes = [
        *warnings_of(layout.traces, NONE_BEYOND, content.marks),
        *notes_of(content),
        *option_notes(options),
    ]
    told = "  ".join(["", *notes])
    figure.title(_short(title, max(width // 2, width - len(told))) + told)
    _set_rulers(figure, content, layout)
    y_axis = layout.y_axis
    if y_axis is None:
        return figure
    labelled = max(1, (layout.rows - _LEGEND_ROWS) // 2)
    if len(layout.traces) > labelled:
        labelled -= 1  # the last place tells how many there are besides
    for place, trace in enumerate(layout.traces):
        signal = _signal(figure, trace, content.axis, y_axis)
        if place < labelled:
            signal.label(_short(trace.curve.label, width // 3))
        elif place == labelled:
            signal.label(f"+{len(layout.traces) - labelled} more")
        figure.draw(signal)
    figure.legend(True, content.axis.limits[1], y_axis.y1, ha="right", relative=True)
    return figure


def _short(text: str, cells: int) -> str:
    return shorten(safe(text), cells)


def _set_rulers(figure: Any, content: ChartContent, layout: PlotLayout) -> None:
    axis, y_axis = content.axis, layout.y_axis
    figure.label(f"steps after {axis.origin}" if axis.origin else "step", axis="x")
    x = figure.ruler("x")
    x.lim(*axis.limits)
    _set_ticks(x, axis.placed(layout.columns))
    if y_axis is not None:
        # plotext leaves limits as they are where its own log scale has ticks that were set.
        log_y = content.options.log_y
        y = figure.ruler("y")
        y.lim(y_axis.y0, y_axis.y1)
        _set_ticks(y, log_y_ticks(y_axis, layout.rows) if log_y else y_ticks(y_axis))


def _set_ticks(ruler: Any, ticks: Sequence[Tick]) -> None:
    ruler.ticks([tick.position for tick in ticks], [tick.label for tick in ticks])


def _signal(figure: Any, trace: Trace, axis: Axis, y_axis: YScale) -> Any:
    """A curve as plotext has it: its finite points, joined except across gaps."""
    low, high = axis.limits
    columns = len(trace.line)
    middles = low + (high - low) * (np.arange(columns) + 0.5) / columns
    heights = [trace.line] if trace.smoothed else [trace.low, trace.high]
    x, y = np.repeat(middles, len(heights)), np.column_stack(heights).ravel()
    gaps = np.cumsum(np.repeat(trace.bins.taken & ~np.isfinite(trace.line), len(heights)))
    known = np.flatnonzero(np.isfinite(y))
    before, behind = known[:-1], known[1:]
    drawn = known[
        np.append(True, (x[behind] != x[before]) | (y[behind] != y[before]))[: len(known)]
    ]
    inside = np.clip(y[drawn], y_axis.y0, y_axis.y1)
    signal = figure.signal(x[drawn].tolist(), inside.tolist(), marker="braille").lines(True)
    for index in np.flatnonzero(np.diff(gaps[drawn])).tolist():
        signal.line(index + 1, False)
    return signal
