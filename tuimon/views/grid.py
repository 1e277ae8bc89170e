"""Pictures of values over steps: levels of a ramp in half blocks, the axes, and the cursor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.scales import YScale, y_scale, y_ticks
from tuimon.charts.ticks import multiples, nice_step
from tuimon.text import format_step, width
from tuimon.views.layout import HEAD_ROWS, Piece, StepPlace, beside_axis, clip

LEVELS = 15
"""Of the ramp; 0 is for what is not there."""
LEAST_WIDTH, LEAST_HEIGHT = 16, HEAD_ROWS + 4
LEAST_GUTTER = 4
"""Cells beside the columns, about: there are never more columns than the rest of the width."""
_BELOW = 2
_TICKS = 4
_MOST_LABEL = 10

Levels = NDArray[np.int64]


class Grid(NamedTuple):
    """Where values and steps are in a picture."""

    scale: YScale
    plot_rows: int
    down: int
    """Dots in a cell."""
    gutter: int
    """Cells of the labels, left of the axis."""
    columns: int
    labels: dict[int, str]
    """By row from the top."""
    ramp: str | None
    """`Look.ramp`."""

    @property
    def dot(self) -> float:
        """What one dot stands for."""
        return (self.scale.y1 - self.scale.y0) / max(1, self.plot_rows * self.down - 1)

    @property
    def edges(self) -> NDArray[np.float64]:
        """Between what values the dots are, from the lowest one up."""
        dots = np.arange(self.plot_rows * self.down + 1, dtype=np.float64)
        return self.scale.y0 + (dots - 0.5) * self.dot

    def value_at(self, row: int) -> float:
        """The value in the middle of a row of the plot, from the top."""
        return self.scale.y1 - ((row + 0.5) * self.down - 0.5) * self.dot

    def row_of(self, value: float) -> int:
        """The row, of those that there are, that holds a value."""
        inside = min(max(value, self.scale.y0), self.scale.y1)
        dots = round((self.scale.y1 - inside) / self.dot)
        return min(dots // self.down, self.plot_rows - 1)

    def places(self, count: int) -> list[int]:
        """Which of `count` steps, no more than columns, each column shows."""
        return [column * count // self.columns for column in range(self.columns)]


def grid_of(limits: tuple[float, float], cells: int, height: int, *, ramp: str | None) -> Grid:
    """The grid of a view of so many cells, at least `LEAST_WIDTH` by `LEAST_HEIGHT`."""
    plot_rows = height - HEAD_ROWS - _BELOW
    down = 1 if ramp else 2
    scale = y_scale(*limits, plot_rows, down, None)
    labels = value_labels(scale, plot_rows)
    gutter = max((len(label) for label in labels.values()), default=0)
    return Grid(scale, plot_rows, down, gutter, cells - gutter - 1, labels, ramp)


def picture(
    grid: Grid,
    levels: Levels,
    place: StepPlace,
    steps: Sequence[int],
    *,
    cursor: float | None = None,
) -> list[Row]:
    """The rows below the head, of levels of the ramp [dots from the top, steps].

    `steps` ascend, and are no more than there are columns; that of `place` is one of them. `cursor`
    is a value that is pointed at.
    """
    places = grid.places(len(steps))
    wide = levels[:, places]
    pointed = None if cursor is None else grid.row_of(cursor)
    framed = beside_axis(grid.labels, ramp_rows(wide, grid.ramp), grid.gutter, pointed)
    return [*framed, *step_axis(place, steps, places, grid.gutter)]


def ramp_rows(levels: Levels, ramp: str | None) -> list[list[Span]]:
    """Rows of cells from levels [dots, columns]: in half blocks, or characters of a ramp."""
    if ramp:
        return [shade(row, ramp) for row in levels]
    return [halves(*pair) for pair in zip(levels[::2], levels[1::2], strict=True)]


def halves(upper: Levels, lower: Levels) -> list[Span]:
    """A row of cells from two rows of dots [columns]."""
    spans: list[Span] = []
    for (top, bottom), run in groupby(zip(upper.tolist(), lower.tolist(), strict=True)):
        cells = len(list(run))
        if not top and not bottom:
            spans.append(Span(" " * cells, roles.BLANK))
        elif not top:
            spans.append(Span("▄" * cells, roles.heat(bottom, 0)))
        else:
            spans.append(Span("▀" * cells, roles.heat(top, bottom)))
    return spans


def shade(levels: Levels, ramp: str) -> list[Span]:
    """A row of cells from one row of dots [columns], in the characters of a ramp."""
    most = len(ramp) - 1
    text = "".join(ramp[math.ceil(level * most / LEVELS)] for level in levels.tolist())
    return [Span(text, roles.LEGEND)]


def value_labels(scale: YScale, plot_rows: int) -> dict[int, str]:
    """Labels of the value axis by row from the top."""
    span = scale.y1 - scale.y0
    labels = {}
    for tick in y_ticks(scale):
        row = round((scale.y1 - tick.position) / span * (plot_rows - 1)) if plot_rows > 1 else 0
        if 0 <= row < plot_rows and len(tick.label) <= _MOST_LABEL:
            labels[row] = tick.label
    return labels


def step_axis(
    place: StepPlace, steps: Sequence[int], places: Sequence[int], gutter: int
) -> list[Row]:
    """The axis with the cursor below the selected column, and the labels of steps."""
    selected = list(steps).index(place.step)
    first = places.index(selected)
    cells = places.count(selected)
    cursor = [("└".rjust(gutter + 1), roles.AXIS), ("─" * first, roles.AXIS)]
    cursor += [("▲" * cells, roles.ACCENT), ("─" * (len(places) - first - cells), roles.AXIS)]
    middle = first + cells // 2
    labels = [(middle, format_step(place.step), roles.ACCENT)]
    labels += [(0, format_step(steps[0]), roles.TICK)]
    labels += [(len(places) - 1, format_step(steps[-1]), roles.TICK)]
    for index in _round_steps(steps):
        column = places.index(index)
        labels.append((column, format_step(steps[index]), roles.TICK))
    free = [True] * len(places)
    placed: list[tuple[int, str, str]] = []
    for column, text, role in labels:
        if any(text == other for _, other, _ in placed):
            continue
        start = min(max(0, column - width(text) // 2), len(places) - width(text))
        around = slice(max(0, start - 2), start + width(text) + 2)
        if start >= 0 and all(free[around]):
            free[start : start + width(text)] = [False] * width(text)
            placed.append((start, text, role))
    below: list[Piece] = [(" " * (gutter + 1), roles.BLANK)]
    at = 0
    for start, text, role in sorted(placed):
        below += [(" " * (start - at), roles.BLANK), (text, role)]
        at = start + width(text)
    total = gutter + 1 + len(places)
    return [clip(cursor, total), clip(below, total)]


def _round_steps(steps: Sequence[int]) -> list[int]:
    """Indices of those of ascending steps, each shown, that are nearest to round ones."""
    first, last = steps[0], steps[-1]
    if last == first:
        return []
    wanted = multiples(nice_step(max((last - first) / _TICKS, 1.0)), first, last)
    known = np.array(steps, np.float64)
    return list(dict.fromkeys(int(np.argmin(abs(known - each))) for each in wanted))
