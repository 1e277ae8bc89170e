"""What goes into a chart and what comes out of it."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.detail import DrawingCache
from tuimon.charts.roles import Role
from tuimon.charts.units import PLAIN, Unit
from tuimon.charts.viewport import Area
from tuimon.metrics import Best
from tuimon.store.spread import SpreadKind

XAxis = Literal["step", "relative", "wall", "metric"]
X_AXES: tuple[XAxis, ...] = ("step", "relative", "wall")
"""Those that every log has."""


def x_axis_after(axis: XAxis, formula: str) -> XAxis:
    """The one that a key switches to; `formula` is what `metric` stands for, if anything."""
    axes: tuple[XAxis, ...] = (*X_AXES, "metric") if formula else X_AXES
    return axes[(axes.index(axis) + 1) % len(axes)]


MarkStyle = Literal["braille", "hd", "ascii"]


class Span(NamedTuple):
    """A piece of a row in one role; safe text, no line breaks."""

    text: str
    role: Role


Row = tuple[Span, ...]


class SupersededPoints(NamedTuple):
    """Points of a series that later ones took the place of, as a resumed training leaves them."""

    steps: NDArray[np.int64]
    """int64[n], in the order in which they were logged."""
    wall_times: NDArray[np.float64]
    """float64[n], unix seconds."""
    values: NDArray[np.float64]
    """float64[n]."""
    starts: NDArray[np.int64]
    """int64[m], where each stretch of points begins that were logged without a break."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Curve:
    """One series of a chart."""

    label: str
    """Its name in the legend; any text."""
    steps: NDArray[np.int64]
    """int64[n], any order."""
    wall_times: NDArray[np.float64]
    """float64[n], unix seconds."""
    values: NDArray[np.float64]
    """float64[n], NaN and infinities included."""
    x: NDArray[np.float64] | None = None
    """float64[n], where the points are along an axis that was logged, in any order; those that are
    not finite are nowhere. None where it was not."""
    colour: int = 0
    """Number of the colour role."""
    pattern: int = 0
    """Number of the dashes of its line, 0 for none."""
    number: int | None = None
    """Which letter draws it in ASCII, and names it where colours do not; by default that of its
    colour."""
    best: Best | None = None
    """Which value is marked as its best one."""
    unit: Unit = PLAIN
    """What its values are told in, where all curves of the chart have the same."""
    noisy: bool = True
    """Whether its line is smoothed where that is asked for."""
    group: str = ""
    """Curves of a group are drawn as one, named after it: the median of their lines in the range of
    their values."""
    spread: SpreadKind | None = None
    """Those of one are runs of which this is told: their line is dim where not all of them are."""
    is_member: bool = False
    """It is drawn below the line of its group as well."""
    pinned: bool = False
    """Drawn on top of the others, and first in the legend."""
    start: float | None = None
    """Unix seconds that relative time counts from; by default, and where that is another clock's,
    those of the first point."""
    detail: DrawingCache = field(default_factory=DrawingCache)
    """A cache that every drawing of the same series changes; one that only grows is then drawn
    without looking at all of it again."""
    superseded: SupersededPoints | None = None
    """Points besides those of the curve, None where there are none."""
    faded: bool = False
    """Others stand out: drawn in grey below them, and last in the legend."""
    kind: str | None = None
    """Where its colour is named beside the chart: what tells it from others of that colour, for
    the legend; empty for nothing. None where the colour is not."""
    notes: tuple[str, ...] = ()
    """What is unusual about its points, for the chart's title."""
    reference: "Curve | None" = None
    """What its values are compared with, step by step; in ascending order of steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartOptions:
    """How a chart is drawn."""

    smoothing: float = 0.0
    """Weight of TensorBoard's moving average, 0 (off) … 1."""
    log_y: bool = False
    """Logarithmic y axis; values that are not positive are left out and counted."""
    x_axis: XAxis = "step"
    """Step, time since the start of each run, local wall clock time, or what was logged."""
    x_formula: str = ""
    """What is logged, where that is the x axis."""
    marks: MarkStyle = "braille"
    """Braille dots, quarter blocks (``hd``, for fonts without braille), or ASCII."""
    band: bool = True
    """Draw the range of the raw values behind a smoothed line."""
    superseded: bool = False
    """Draw superseded points as a dim line; they are counted either way."""
    clip: bool = True
    """Leave values that would flatten all others out of the limits of y; they are counted."""
    growing: bool = False
    """Points are still to come: limits leave room for them, and stay while they suit."""
    palette: int = 8
    """How many colours there are to tell curves apart; 1 is none."""
    labels: bool = True
    """Write the newest value at the end of each line, and mark the best one."""


class Cursor(NamedTuple):
    """Where values are read: positions in the units of `View.x`; `mark` is compared with."""

    at: float
    mark: float | None = None


class GroupReading(NamedTuple):
    """What the runs of a group come to at a cursor, each between the points beside it."""

    label: str
    low: float
    high: float
    """How far they spread; NaN where that is not known."""
    half: bool
    """Whether that is as far up as down from the middle."""
    runs: int
    """Of how many: those that have a number there."""
    members: int
    """How many there are."""


class RangeReading(NamedTuple):
    """What a curve comes to between a cursor and its mark, the points there included."""

    points: int
    """How many, also those that are no numbers."""
    min: float
    max: float
    mean: float
    """Of the values that are finite; NaN where none is."""


class CursorReading(NamedTuple):
    """The point of a curve that is nearest to a cursor."""

    curve: Curve
    step: int
    wall_time: float
    value: float
    smoothed: float | None
    """None where the line shows the values as they are."""

    start: float
    """Unix seconds that relative time counts from."""
    x: float | None = None
    """Its position along an axis that was logged."""
    range: RangeReading | None = None
    """From here to the mark; None without one."""
    group: GroupReading | None = None
    """Where values are those of a group, of which the curve is the first: how far they spread."""

    @property
    def label(self) -> str:
        """What is read."""
        return self.group.label if self.group else self.curve.label

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the run."""
        return self.wall_time - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """The limits of a drawing: hand them back for the next one, so that little of it changes."""

    x_axis: XAxis
    log_y: bool
    """The options that the limits belong to."""
    origin: int
    """Step that x counts from; not 0 only where steps exceed what a float can tell apart."""
    x0: float
    x1: float
    """Limits of x: steps after `origin`, seconds since the start, or unix seconds."""
    y0: float
    y1: float
    """Limits of y: values, or their decimal logarithms with `log_y`."""
    y_step: float
    """From one y tick to the next; 0 for the uneven ticks within a few decades."""
    rows: int
    down: int
    """Cells of the y axis, and dots in a cell, that `y_step` was made for."""
    label_width: int
    """Cells left of the y axis."""
    gutter: int
    """Cells right of the plot, for the values at the ends of lines."""


class Drawing(NamedTuple):
    """A chart of exactly the size asked for: `height` rows whose spans fill `width` cells."""

    rows: tuple[Row, ...]
    scales: Scales | None
    area: Area | None = None
    """None where there is no plot."""
    readings: tuple[tuple[CursorReading, CursorReading | None], ...] = ()
    """At the cursor and at its mark, in the order of the legend."""
    clipped: bool = False
    """Whether outliers lie beyond the limits of y."""
    decades: int = 0
    """Over how many powers of ten the values of a curve fall along a linear axis."""
