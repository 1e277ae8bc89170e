"""What a chart shows: curves and their superseded points along an x axis."""

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.charts.axis import Axis, make_axis
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions, Curve, Scales
from tuimon.charts.scales import Limits
from tuimon.charts.style import CurveStyle, style_of
from tuimon.charts.traces import superseded_tracks
from tuimon.charts.track import Track, make_track
from tuimon.charts.units import PLAIN, Unit
from tuimon.charts.viewport import Viewport


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
    def unit(self) -> Unit:
        """What values are told in."""
        units = {track.curve.unit for track in self.tracks}
        return units.pop() if len(units) == 1 else PLAIN

    @property
    def marks(self) -> Marks:
        """What it is drawn with."""
        return self.style.marks


def content_of(
    curves: Sequence[Curve],
    options: ChartOptions,
    view: Viewport,
    previous: Scales | None,
    shared: Limits | None = None,
) -> ChartContent:
    """Lay curves, in the order of the legend, along the x axis of a chart.

    The scales of the drawing before, `previous`, are kept while they suit; limits of x that are
    `shared` with other charts are taken as they are.
    """
    curves = sorted(curves, key=lambda curve: (curve.faded, not curve.pinned))
    style = style_of(curves, options)
    tracks = [make_track(curve, options.x_axis) for curve in curves]
    past = superseded_tracks(curves, options)
    axis = make_axis(
        options.x_axis, [*tracks, *past], previous, view, growing=options.growing, shared=shared
    )
    return ChartContent(tracks, past, axis, style, view)


def drawn_tracks(curves: Sequence[Curve], options: ChartOptions) -> list[Track]:
    """All that is drawn of curves along the x axis, superseded points too where they are shown."""
    tracks = [make_track(curve, options.x_axis) for curve in curves]
    return [*tracks, *superseded_tracks(curves, options)]
