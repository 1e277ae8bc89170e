"""What a chart shows: curves and their superseded points along an x axis."""

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.charts.axis import Axis, make_axis
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions, Curve, Scales
from tuimon.charts.style import CurveStyle, style_of
from tuimon.charts.traces import superseded_tracks
from tuimon.charts.track import Track, make_track
from tuimon.charts.viewport import Viewport

# Cells for the newest value behind a line, in charts of at least so many.
_END_LABEL, _ROOMY = 10, 70


class ChartContent(NamedTuple):
    """What a chart shows, before it is known how many cells there are for it."""

    tracks: Sequence[Track]
    """The curves, those that stand out first."""
    past: Sequence[Track]
    """Their superseded points, where they are shown."""
    axis: Axis
    """The x axis."""
    style: CurveStyle
    """How the curves are told apart."""
    view: Viewport
    """What part is shown."""

    @property
    def options(self) -> ChartOptions:
        """How the chart is drawn."""
        return self.style.options

    @property
    def marks(self) -> Marks:
        """What it is drawn with."""
        return self.style.marks


def content_of(
    curves: Sequence[Curve],
    options: ChartOptions,
    view: Viewport,
    width: int,
    previous: Scales | None,
) -> ChartContent:
    """Lay curves along an x axis.

    Args:
        curves: in the order of the legend.
        options: how to draw.
        view: what part to show.
        width: cells of the chart.
        previous: scales of the drawing before; they are kept while they suit.
    """
    curves = sorted(curves, key=lambda curve: (curve.faded, not curve.pinned))
    style = style_of(curves, options)
    tracks = [make_track(curve, options.x_axis) for curve in curves]
    past = superseded_tracks(curves, options)
    room = _room_behind(width, style)
    axis = make_axis(options.x_axis, [*tracks, *past], previous, view, room)
    return ChartContent(tracks, past, axis, style, view)


def _room_behind(width: int, style: CurveStyle) -> float:
    """The share of the x axis that labels at the ends of lines take."""
    if not style.options.labels or width < _ROOMY:
        return 0.0
    label = _END_LABEL + 2 * style.lettered
    return label / (width - label)
