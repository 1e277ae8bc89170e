"""Curves as lines and areas, and the marks of what is no line."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.content import ChartContent
from tuimon.charts.traces import Trace
from tuimon.vectors.plot_box import PlotBox
from tuimon.vectors.primitives import (
    DASHES,
    Label,
    Points,
    Polygon,
    Polyline,
    VectorDrawing,
    straight,
)
from tuimon.vectors.text_width import SMALL
from tuimon.vectors.vector_legend import best_point

_APART = 7.0
"""Between two marks of values that are not drawn."""
_MOST_BEST = 4
_BAND = 0.22
Flags = NDArray[np.bool_]


def draw_traces(
    drawing: VectorDrawing, content: ChartContent, traces: Sequence[Trace], box: PlotBox
) -> None:
    """Draw bands, then lines, those of what stands out last; then marks of what is no line."""
    style, put = content.style, drawing.shapes.append
    for trace in traces:
        if trace.smoothed and content.options.band and not trace.past:
            ink = roles.FADED if trace.curve.faded else roles.curve(trace.curve.colour)
            for area in _areas(trace, box):
                put(Polygon(area, ink, _BAND))
    below = [one for one in traces if one.past or one.curve.faded]
    above = [one for one in traces if not (one.past or one.curve.faded)]
    for trace in [*below[::-1], *above[::-1]]:
        curve = trace.curve
        role = roles.past(curve.colour) if trace.past and not curve.faded else style.role(curve)
        dash = () if trace.past else DASHES[style.pattern(curve) % len(DASHES)]
        thick = 1.0 if trace.past or curve.faded else 1.8
        for points in _lines(trace, box):
            put(Polyline(points, role, thick, dash))
        if (key := style.key(curve)) and not trace.past and (ends := list(_lines(trace, box))):
            x, y = ends[-1][-1].tolist()
            put(Label(min(x + 3, drawing.width - SMALL), y + 4, key, role, SMALL, bold=True))
    drawing.shapes += _marks(traces, box)
    found = [(one, place) for one in traces if (place := best_point(one, content.axis)) is not None]
    for trace, (position, value) in found if len(found) <= _MOST_BEST else ():
        height = np.log10(value) if content.options.log_y and value > 0 else value
        inside = box.x[0] <= position <= box.x[1] and box.y[0] <= height <= box.y[1]
        if inside:
            x, y = box.place_x(position), box.place_y(float(height))
            put(Polygon(_diamond(x, y), roles.curve(trace.curve.colour)))


def _runs(known: Flags) -> Iterator[slice]:
    """The stretches of an array that hold nothing but what is known."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        yield slice(first, last)


def _areas(trace: Trace, box: PlotBox) -> Iterator[Points]:
    """The range of the raw values, between its gaps."""
    x = box.columns(len(trace.low))
    known = np.isfinite(trace.low) & np.isfinite(trace.high)
    holes = trace.bins.taken & ~known
    places = np.flatnonzero(known)
    pieces = np.cumsum(holes)[places]
    for piece in np.unique(pieces).tolist():
        at = places[pieces == piece]
        upper = np.column_stack([x[at], box.heights(trace.high[at])])
        lower = np.column_stack([x[at], box.heights(trace.low[at])])
        if len(at) > 1:
            yield np.concatenate([upper, lower[::-1]])


def _lines(trace: Trace, box: PlotBox) -> Iterator[Points]:
    """The line, between its gaps, in as few points as show it."""
    line = trace.line
    x = box.columns(len(line))
    for part in _runs(np.isfinite(line)):
        # Between points the line is straight: what joins them says nothing more.
        at = np.arange(part.start, part.stop)
        at = at[trace.bins.taken[part] | (at == at[0]) | (at == at[-1])]
        heights = [line[at]]
        if not trace.smoothed:
            heights = [
                np.where(np.isfinite(each[at]), each[at], line[at])
                for each in (trace.low, trace.high)
            ]
        y = box.heights(np.column_stack(heights).ravel())
        points = np.column_stack([np.repeat(x[at], len(heights)), y])
        moved = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
        points = points[moved]
        if len(points) == 1:  # a lone point
            points = points + np.array([[-1.5, 0], [1.5, 0]])
        yield points


def _marks(traces: Sequence[Trace], box: PlotBox) -> Iterator[Polyline | Polygon]:
    """Crosses on the x axis where values are NaN, triangles at the edges where they lie beyond."""
    beyond = 0.5 / max(1.0, box.bottom - box.top) * (box.y[1] - box.y[0])
    for trace in traces:
        x = box.columns(len(trace.line))
        with np.errstate(invalid="ignore"):
            above = trace.bins.above | (trace.high > box.y[1] + beyond)
            below = trace.bins.below | (trace.low < box.y[0] - beyond)
        for at in _spread(x[trace.bins.nan]):
            for slope in (-3, 3):
                ends = straight(at - 3, box.bottom - slope, at + 3, box.bottom + slope)
                yield Polyline(ends, roles.MARK, 1.5)
        for places, y, tip in ((above, box.top, -6), (below, box.bottom, 6)):
            for at in _spread(x[places]):
                corners = [[at - 3.5, y - tip], [at + 3.5, y - tip], [at, y]]
                yield Polygon(np.array(corners), roles.MARK)


def _spread(places: NDArray[np.float64]) -> Iterator[float]:
    """Those of ascending places that marks have room at."""
    last = -np.inf
    for at in places.tolist():
        if at - last >= _APART:
            yield at
            last = at


def _diamond(x: float, y: float) -> Points:
    return np.array([[x - 4, y], [x, y - 4], [x + 4, y], [x, y + 4]])
