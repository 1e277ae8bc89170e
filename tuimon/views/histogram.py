"""Histograms of a tag over its steps: a heatmap, a ridgeline, or the bands of its percentiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.summaries.histograms import Histogram
from tuimon.text import format_value
from tuimon.views.base import Arrows, View, ViewDrawing, ViewOptions, arrow_keys, view_key
from tuimon.views.buckets import (
    CumulativeShares,
    HistogramStatistics,
    bucket_at,
    cumulate,
    next_bucket,
    percentiles,
    sampled,
    statistics,
    value_limits,
)
from tuimon.views.colour_bar import bar_of_bands, bars_of_shares
from tuimon.views.grid import (
    LEAST_GUTTER,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    LEVELS,
    Grid,
    grid_of,
    picture,
)
from tuimon.views.layout import HEAD_ROWS, Piece, StepPlace, head, message
from tuimon.views.ridgeline import Ridges, most_ridges, ridgeline, steps_bar
from tuimon.views.subject import ItemContext

Mode = Literal["heatmap", "ridgeline", "bands"]
MODES: tuple[Mode, ...] = ("heatmap", "ridgeline", "bands")
_MOST_COLUMN_BYTES = 32 << 20
"""Of the records that one picture is made of."""
_BANDS = ((0, 8, 2), (1, 7, 5), (2, 6, 8), (3, 5, 11))
"""Which percentiles a band lies between, and its level of the ramp."""
_BAND_NAMES = (("100%", 2), ("87%", 5), ("68%", 8), ("38%", 11), ("median", LEVELS))
_MEDIAN = 4


class HistogramDrawing(NamedTuple):
    """A picture of histograms, and where its values are."""

    rows: list[Row]
    grid: Grid | None = None


class _HistogramColumns(NamedTuple):
    """Histograms side by side; None where one cannot be read."""

    steps: Sequence[int]
    """Ascending."""
    histograms: Sequence[Histogram | None]
    cumulated: Sequence[CumulativeShares | None]
    selected: int
    """Index of the one whose numbers are told."""

    def thinned(self, most: int) -> _HistogramColumns:
        """At most so many of them, the selected one included."""
        if len(self.steps) <= most:
            return self
        kept = sampled(len(self.steps), most, self.selected)
        return _HistogramColumns(
            [self.steps[index] for index in kept],
            [self.histograms[index] for index in kept],
            [self.cumulated[index] for index in kept],
            kept.index(self.selected),
        )


class HistogramView(View):
    """The steps of a tag beside each other."""

    kind = "histogram"
    name = "histograms"
    plugins = frozenset({"histograms"})
    about = (
        "A histogram is a column of a heatmap: values upwards, steps to the right, the denser the "
        'brighter; ▲ marks the step whose numbers are told. "clipped": up to 1% of the values '
        "lie beyond the axis, and are drawn at its ends. m shows a ridgeline, the latest step in "
        "front, then TensorBoard's distributions: the median, and bands that hold 38, 68, 87 and "
        "100% of the values. The arrows ↑ ↓ after Enter, or a click, read single buckets."
    )
    keys = (
        view_key("histogram-mode", "m", "Mode", "Switch: heatmap, ridgeline, bands", "mode", 84),
        *arrow_keys(
            "histogram",
            along=Arrows("Value above", "Value below", "Read the buckets", "bucket", 87),
        ),
        view_key("histogram-no-cursor", "c", "No cursor", "Remove the cursor", "", 0),
    )

    def __init__(self) -> None:
        self._mode: Mode = "heatmap"
        self._value: float | None = None
        """That the cursor is at."""
        self._histogram: Histogram | None = None
        self._grid: Grid | None = None
        self._steps: list[int] = []
        self._pointed: tuple[int, int | None] | None = None
        """The step that was clicked, and the one that was wanted at that time."""

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        refs = subject.refs
        wanted = look.step
        if self._pointed is not None and self._pointed[1] == look.step:
            wanted = self._pointed[0]
        else:
            self._pointed = None
        place, self._histogram = subject.summary(wanted, Histogram)
        most = look.width - LEAST_GUTTER
        if self._mode == "ridgeline":
            most = most_ridges(look.height - HEAD_ROWS)
        while True:
            indices = sampled(place.count, most, place.index)
            if len(indices) == 1 or int(refs.lengths[indices].sum()) <= _MOST_COLUMN_BYTES:
                break
            most = len(indices) // 2
        columns = [subject.known(Histogram, refs, index) for index in indices]
        self._steps = refs.steps[indices].tolist()
        rows, self._grid = draw(
            place, self._steps, columns, look, mode=self._mode, cursor=self._value
        )
        return ViewDrawing(rows)

    def press(self, key: str, text: str = "") -> None:
        match key:
            case "histogram-mode":
                self._mode = MODES[(MODES.index(self._mode) + 1) % len(MODES)]
            case "histogram-up":
                self._move(1)
            case "histogram-down":
                self._move(-1)
            case "histogram-no-cursor":
                self._value = self._pointed = None

    def point(self, x: int, y: int) -> None:
        grid = self._grid
        row = y - HEAD_ROWS
        if grid is None or self._mode == "ridgeline" or not 0 <= row < grid.plot_rows:
            return
        self._value = grid.value_at(row)
        column = x - grid.gutter - 1
        if 0 <= column < grid.columns:
            step = self._steps[grid.places(len(self._steps))[column]]
            self._pointed = step, self._pointed[1] if self._pointed else None

    def _move(self, rows: int) -> None:
        if self._histogram is None or self._grid is None:
            return
        if self._value is None:
            self._value = float(percentiles(self._histogram)[4])
        else:
            apart = rows * self._grid.dot * self._grid.down
            self._value = next_bucket(self._histogram, self._value, apart)


def draw(
    place: StepPlace,
    steps: Sequence[int],
    histograms: Sequence[Histogram | None],
    look: ViewOptions,
    *,
    mode: Mode = "heatmap",
    cursor: float | None = None,
) -> HistogramDrawing:
    """Draw the histograms of some ascending steps, that of `place` among them, in the look's cells.

    A histogram is None where it cannot be read. `cursor` is a value: the bucket of the selected
    step that holds it is told.
    """
    width, height = look.width, look.height
    selected = list(steps).index(place.step)
    shown = histograms[selected]
    if shown is None:
        why = ("This histogram cannot be read.", roles.WARN)
        return HistogramDrawing(message(place, [], why, width, height))
    told = statistics(shown)
    facts = _facts(shown, told, mode, cursor)
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return HistogramDrawing(list(head(place, facts, width))[: max(0, height)])
    cumulated = [None if one is None else cumulate(one) for one in histograms]
    limits = value_limits(_filled(cumulated))
    if limits is None:
        why = ("No values in these histograms.", roles.DIM)
        return HistogramDrawing(message(place, facts, why, width, height))
    if any(one.edges[0] < limits[0] or one.edges[-1] > limits[1] for one in _filled(cumulated)):
        facts.insert(1, ("clipped", roles.NOTE))
    grid = grid_of(limits, width, height, ramp=look.ramp)
    columns = _HistogramColumns(steps, histograms, cumulated, selected)
    if mode == "ridgeline":
        below = look._replace(height=height - HEAD_ROWS)
        columns = columns.thinned(most_ridges(below.height))
        top = head(place, facts, width, [steps_bar(columns.steps, look.ramp)])
        ridges = Ridges(columns.cumulated, columns.steps, columns.selected, _apart(limits))
        return HistogramDrawing([*top, *ridgeline(ridges, below, cursor)], grid)
    columns = columns.thinned(grid.columns)
    if mode == "bands":
        found = [None if one is None else percentiles(one) for one in columns.histograms]
        levels, keys = bands(found, grid.edges), [bar_of_bands(_BAND_NAMES, look.ramp)]
    else:
        shares = dot_shares(columns.cumulated, grid.edges)
        levels, keys = heat(shares), bars_of_shares(densest(shares), look.ramp)
    top = head(place, facts, width, keys)
    return HistogramDrawing(
        [*top, *picture(grid, levels, place, columns.steps, cursor=cursor)], grid
    )


def _filled(cumulated: Iterable[CumulativeShares | None]) -> list[CumulativeShares]:
    return [one for one in cumulated if one is not None and len(one.edges)]


def _apart(limits: tuple[float, float]) -> tuple[float, float]:
    """Limits that differ."""
    low, high = limits
    if high > low:
        return limits
    margin = abs(low) / 10 or 1.0
    return low - margin, high + margin


def _facts(
    shown: Histogram, told: HistogramStatistics, mode: Mode, cursor: float | None
) -> list[Piece]:
    if not told.total:
        return [("empty", roles.WARN)]
    values = (f"{format_value(told.total)} values", roles.NOTE)
    if cursor is not None and (bucket := bucket_at(shown, cursor)) is not None:
        share = bucket.held / told.total
        bounds = f"{_short(bucket.left)} … {_short(bucket.right)}"
        return [(bounds, roles.ACCENT), (f"{bucket.held:,.6g} ({share:.2%})", roles.VALUE), values]
    if mode == "bands":
        points = percentiles(shown)
        return [
            (f"median {_short(points[4])}", roles.LEGEND),
            (f"68%: {_short(points[2])} … {_short(points[6])}", roles.LEGEND),
            (f"87%: {_short(points[1])} … {_short(points[7])}", roles.LEGEND),
            (f"all: {_short(points[0])} … {_short(points[8])}", roles.LEGEND),
            values,
        ]
    return [
        (f"{format_value(told.least)} … {format_value(told.most)}", roles.LEGEND),
        (f"mean ≈{format_value(float(f'{told.mean:.3g}'))}", roles.LEGEND),
        values,
    ]


def _short(value: float) -> str:
    return format_value(float(f"{value:.4g}"))


def bands(columns: Sequence[NDArray[np.float64] | None], edges: NDArray[np.float64]) -> np.ndarray:
    """Levels of the ramp [dots from the top, columns] of percentiles [9]; None where is nothing.

    The dots lie between the values `edges`, from the lowest one up.
    """
    levels = np.zeros((len(edges) - 1, len(columns)), np.int64)
    lower, upper = edges[:-1], edges[1:]
    for index, values in enumerate(columns):
        if values is None:
            continue
        for low, high, level in _BANDS:
            levels[(upper > values[low]) & (lower <= values[high]), index] = level
        # The median is always seen, at an edge where it lies beyond.
        dot = min(max(int(np.searchsorted(edges, values[_MEDIAN], "right")) - 1, 0), len(lower) - 1)
        levels[dot, index] = LEVELS
    return levels[::-1]


def dot_shares(
    columns: Sequence[CumulativeShares | None], edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The share of the values that is in a dot, [dots from the top, columns].

    A column is None, or without buckets, where there is nothing. The dots lie between the values
    `edges`, from the lowest one up.
    """
    shares = np.zeros((len(edges) - 1, len(columns)))
    for index, one in enumerate(columns):
        if one is None or not len(one.edges):
            continue
        below = np.interp(edges, one.edges, one.shares)
        below[0], below[-1] = 0.0, 1.0  # what lies beyond stands at the edge
        shares[::-1, index] = np.diff(below)
    return shares


def densest(shares: NDArray[np.float64]) -> float:
    """The share that is brightest: columns denser than a usual one are no brighter."""
    peaks = shares.max(axis=0)
    return float(np.median(peaks[peaks > 0])) if (peaks > 0).any() else 1.0


def heat(shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Levels of the ramp for shares, by their roots."""
    bright: NDArray[np.float64] = np.sqrt(np.minimum(shares / densest(shares), 1.0))
    return np.ceil(bright * LEVELS).astype(np.int64)
