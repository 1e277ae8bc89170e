"""Which part of a chart is shown, and how zooming and panning change it."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from tuimon.charts.ticks import nice_step
from tuimon.decoding import Rule, within

Limits = tuple[float, float]
Mode = Literal["all", "live tail", "frozen"]

_LARGEST = 2.0**62
_RESOLUTION = 1e-12
_TAIL_STEPS = 8
_HUGE = 1e300
_Number = Annotated[float, within(-_HUGE, _HUGE)]
_ASCENDING = Rule(lambda limits: limits[0] < limits[1], "must ascend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """The part of a chart that is shown; by default all of it."""

    x: Annotated[tuple[_Number, _Number], _ASCENDING] | None = None
    """Limits of x that stay where they are: steps (after the origin of the axis, if it has one),
    seconds since the start, or unix seconds."""
    tail: Annotated[float, Rule(lambda tail: 0 < tail < _HUGE, "must be more than 0")] | None = None
    """How much of x, up to the newest point, is shown and follows it; not with `x`."""
    y: tuple[_Number | None, _Number | None] = (None, None)
    """Lowest and highest value; None where the points decide."""

    @property
    def mode(self) -> Mode:
        """What becomes of the view when points are added."""
        if self.x is not None:
            return "frozen"
        return "all" if self.tail is None else "live tail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where the plot of a drawing lies, and what its x axis shows."""

    left: int
    top: int
    columns: int
    rows: int
    """Cells of the drawing that the plot takes."""
    x0: float
    x1: float
    """Limits of x, in the units of `Viewport.x`."""
    first: float
    last: float
    """Extremes of x over all points."""
    least: float
    """The smallest part of x that makes sense."""

    @property
    def column(self) -> float:
        """How much of x a column of cells shows."""
        return (self.x1 - self.x0) / self.columns

    def position(self, cell: float) -> float:
        """The position of the middle of a cell, counted from the left one of the plot."""
        return self.x0 + (cell + 0.5) * self.column

    def cell(self, position: float) -> int | None:
        """The cell of the plot that holds a position; None outside."""
        share = (position - self.x0) / (self.x1 - self.x0)
        if not 0 <= share <= 1:
            return None
        return min(int(share * self.columns), self.columns - 1)


def zoomed(view: Viewport, area: Area, factor: float, around: float | None = None) -> Viewport:
    """Show `factor` of what is shown now: below 1 to see less in more detail.

    The position `around` stays where it is; by default the newest point does, or the middle where
    that is out of sight.
    """
    everything = area.last - area.first
    span = max((area.x1 - area.x0) * factor, area.least)
    follows = area.x0 <= area.last <= area.x1
    if view.mode == "all":
        span = max(everything * factor, area.least)
    if around is None and view.mode != "frozen" and follows:
        return replace(view, x=None, tail=span if span < everything else None)
    if around is None:
        around = (area.x0 + area.x1) / 2
    share = (around - area.x0) / (area.x1 - area.x0)
    span = max((area.x1 - area.x0) * factor, area.least)
    return _settled(view, area, around - share * span, span)


def panned(view: Viewport, area: Area, share: float) -> Viewport:
    """Move by a share of what is shown, to later points where it is positive."""
    span = area.x1 - area.x0
    return _settled(view, area, area.x0 + share * span, span, forth=share > 0)


def tailed(view: Viewport, area: Area) -> Viewport:
    """Follow the newest quarter of the points; show all if the view follows already."""
    if view.mode == "live tail":
        return replace(view, x=None, tail=None)
    span = max(nice_step(max((area.last - area.first) / 4, area.least)), area.least)
    return replace(view, x=None, tail=span)


def _settled(
    view: Viewport, area: Area, low: float, span: float, *, forth: bool = False
) -> Viewport:
    """Return a view from `low` on: all of x where it holds all, the tail where it ends with it."""
    everything = area.last - area.first
    if low <= area.first and low + span >= area.last:
        return replace(view, x=None, tail=None)
    if forth and low + span >= area.last:
        return replace(view, x=None, tail=span if span < everything else None)
    # Some of the points stay in sight.
    low = min(max(low, area.first - span / 2), area.last - span / 4)
    return replace(view, x=(low, low + span), tail=None)


def window_of(view: Viewport, first: float, last: float, *, least: float) -> Limits | None:
    """The limits of x that a view asks for; None for all of it.

    `first` and `last` are the extremes of x over all points, `least` is the smallest tail that
    makes sense.
    """
    if view.x is not None:
        low, high = (min(max(limit, -_LARGEST), _LARGEST) for limit in view.x)
        return (low, high) if high - low > max(abs(low), abs(high)) * _RESOLUTION else None
    if view.tail is None or not view.tail < last - first:
        return None
    span = max(view.tail, least)
    # It moves in steps, so that most columns stay as they are.
    step = nice_step(span / _TAIL_STEPS)
    high = math.ceil(last / step) * step
    return (high - span, high) if span > abs(high) * _RESOLUTION else None
