"""What goes into a chart and what comes out of it."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.detail import DrawingCache
from tuimon.charts.viewport import Area
from tuimon.config.schema import ChartSettings
from tuimon.store.metric_names import Best

XAxis = Literal["step", "relative", "wall"]
MarkStyle = Literal["braille", "hd", "ascii"]


class Span(NamedTuple):
    """A piece of a row in one role (see :mod:`tuimon.charts.roles`); safe text, no line breaks."""

    text: str
    role: str


Row = tuple[Span, ...]


class SupersededPoints(NamedTuple):
    """Points of a series that later ones took the place of, as a resumed training leaves them.

    Attributes:
        steps: int64[n], in the order in which they were logged.
        wall_times: float64[n], unix seconds.
        values: float64[n].
        starts: int64[m], where each stretch of points begins that were logged without a break.
    """

    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Curve:
    """One series of a chart.

    Attributes:
        label: its name in the legend; any text.
        steps: int64[n], any order.
        wall_times: float64[n], unix seconds.
        values: float64[n], NaN and infinities included.
        colour: number of the colour role.
        pattern: number of the dashes of its line, 0 for none.
        number: which letter draws it in ASCII, and names it where colours do not; by default
            that of its colour.
        best: which value is marked as its best one.
        group: curves of a group are drawn as one, named after it: the median of their lines in
            the range of their values.
        pinned: drawn on top of the others, and first in the legend.
        start: unix seconds that relative time counts from; by default the first point's.
        detail: what the last drawing of the same series has found out; a series that only grows
            is then drawn without looking at all of it again.
        superseded: points besides those of the curve, None where there are none.
        faded: others stand out: drawn in grey below them, and last in the legend.
    """

    label: str
    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]
    colour: int = 0
    pattern: int = 0
    number: int | None = None
    best: Best | None = None
    group: str = ""
    pinned: bool = False
    start: float | None = None
    detail: DrawingCache = field(default_factory=DrawingCache)
    superseded: SupersededPoints | None = None
    faded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartOptions:
    """How a chart is drawn.

    Attributes:
        smoothing: weight of TensorBoard's moving average, 0 (off) … 1.
        log_y: logarithmic y axis; values that are not positive are left out and counted.
        x_axis: step, time since the start of each run, or local wall clock time.
        marks: braille dots, quarter blocks (``hd``, for fonts without braille), or ASCII.
        band: draw the range of the raw values behind a smoothed line.
        superseded: draw superseded points as a dim line; they are counted either way.
        clip: fit y to all but the lowest and highest hundredth of the values.
        palette: how many colours there are to tell curves apart; 1 is none.
        labels: write the newest value at the end of each line, and mark the best one.
    """

    smoothing: float = ChartSettings().smoothing
    log_y: bool = False
    x_axis: XAxis = "step"
    marks: MarkStyle = "braille"
    band: bool = True
    superseded: bool = False
    clip: bool = False
    palette: int = 8
    labels: bool = True


class Cursor(NamedTuple):
    """Where values are read: positions in the units of `View.x`; `mark` is compared with."""

    at: float
    mark: float | None = None


class CursorReading(NamedTuple):
    """The point of a curve that is nearest to a cursor."""

    curve: Curve
    step: int
    wall_time: float
    value: float
    smoothed: float | None
    """None where the line shows the values as they are."""

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the run."""
        start = self.curve.start
        return self.wall_time - (float(self.curve.wall_times[0]) if start is None else start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """The limits of a drawing: hand them back for the next one, so that little of it changes.

    Attributes:
        x_axis, log_y: the options that the limits belong to.
        origin: step that x counts from; not 0 only where steps exceed what a float can tell apart.
        x0, x1: limits of x: steps after `origin`, seconds since the start, or unix seconds.
        y0, y1: limits of y: values, or their decimal logarithms with `log_y`.
        y_step: from one y tick to the next; 0 for the uneven ticks within a few decades.
        rows, down: cells of the y axis, and dots in a cell, that `y_step` was made for.
        label_width: cells left of the y axis.
    """

    x_axis: XAxis
    log_y: bool
    origin: int
    x0: float
    x1: float
    y0: float
    y1: float
    y_step: float
    rows: int
    down: int
    label_width: int


class Drawing(NamedTuple):
    """A chart of exactly the size asked for: `height` rows whose spans fill `width` cells."""

    rows: tuple[Row, ...]
    scales: Scales | None
    area: Area | None = None
    """None where there is no plot."""
    readings: tuple[tuple[CursorReading, CursorReading | None], ...] = ()
    """At the cursor and at its mark, in the order of the legend."""
