"""Histograms of some steps one before the other, as TensorBoard's offset mode shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import spans
from tuimon.charts.marks import MARKS, Marks, fill, join
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.charts.ticks import multiples, nice_steps, value_labels
from tuimon.text import fit, format_step
from tuimon.views.base import ViewOptions
from tuimon.views.buckets import CumulativeShares
from tuimon.views.colour_bar import colour_bar
from tuimon.views.grid import LEVELS
from tuimon.views.layout import Piece, clip

ROWS_APART, _MOST_APART = 2, 4
"""Of the ground lines of two steps."""
_HIGHEST = 5
"""Rows that the densest place of all is high."""
_STEP_CELLS = 7
_TICK_CELLS = 9


def most_ridges(height: int) -> int:
    """How many steps have room in so many rows."""
    return max(1, (height - 2 - _HIGHEST) // ROWS_APART + 1)


class Ridges(NamedTuple):
    """Histograms that are drawn one before the other."""

    columns: Sequence[CumulativeShares | None]
    """One a step, at most `most_ridges`; None where there is nothing."""
    steps: Sequence[int]
    """Ascending."""
    selected: int
    """Index of the one that stands out."""
    limits: tuple[float, float]
    """Of the values."""


def ridgeline(ridges: Ridges, look: ViewOptions, cursor: float | None = None) -> list[Row]:
    """Draw ridges, the latest in front, in all rows of the look with the axis of values below.

    The look has at least 16 by 4 cells; `cursor` is a value that is pointed at.
    """
    marks = MARKS["ascii" if look.ascii_only else "braille"]
    count, selected = len(ridges.columns), ridges.selected
    cells, lines = look.width - _STEP_CELLS - 1, look.height - 2
    density = _densities(ridges, cells * marks.across)
    density *= (min(_HIGHEST, lines) * marks.down - 1) / (density.max() or 1.0)
    ground = _ground_lines(count, lines)
    heights = np.rint(density).astype(np.int64)
    masks, owners = _one_before_another(heights, ground * marks.down, marks, lines)
    names = [roles.BLANK, *(_role(index, selected, count) for index in range(count))]
    letters = np.array([" ", *("*" if index == selected else "." for index in range(count))])
    glyphs = letters[owners + 1] if marks.glyphs is None else marks.glyphs[masks]
    base = {lines - 1 - row: index for index, row in enumerate(ground.tolist())}
    result = []
    for row in range(lines):
        ridge = base.get(row)
        step = "" if ridge is None else format_step(ridges.steps[ridge])
        role = roles.ACCENT if ridge == selected else roles.TICK
        label = Span(fit(f" {step}", _STEP_CELLS + 1, "left"), role)
        result.append((*spans(glyphs[row], owners[row] + 1, names), label))
    return [*result, *_value_axis(ridges.limits, cells, look.width, cursor)]


def _densities(ridges: Ridges, dots: int) -> NDArray[np.float64]:
    """The share [ridges, dots] of its values that each histogram has in each column of dots."""
    edges = np.linspace(*ridges.limits, dots + 1)
    density = np.zeros((len(ridges.columns), dots))
    for index, one in enumerate(ridges.columns):
        if one is not None and len(one.edges):
            below = np.interp(edges, one.edges, one.shares)
            below[0], below[-1] = 0.0, 1.0
            density[index] = np.diff(below)
    return density


def _one_before_another(
    heights: NDArray[np.int64], ground: NDArray[np.int64], marks: Marks, lines: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw lines of so many dots [ridges, dots] above their grounds, from the back.

    Returns the dots of each cell [lines, cells], and which ridge they are of; -1 without any.
    """
    cells = heights.shape[1] // marks.across
    masks = np.zeros((lines, cells), np.uint8)
    owners = np.full((lines, cells), -1)
    for index, bottom in enumerate(ground.tolist()):
        extent = join(heights[index] + bottom)
        # What is behind a ridge cannot be seen.
        hidden = fill(extent._replace(low=np.full(heights.shape[1], bottom)), marks, lines)
        line = fill(extent, marks, lines)
        masks = (masks & ~hidden) | line
        owners[hidden > 0] = np.where(line[hidden > 0] > 0, index, owners[hidden > 0])
        owners[line > 0] = index
    owners[masks == 0] = -1
    return masks, owners


def _ground_lines(count: int, lines: int) -> NDArray[np.int64]:
    """Rows from the bottom of the ground lines, the first one at the back."""
    room = max(0, lines - _HIGHEST)
    apart = min(_MOST_APART, room / max(1, count - 1))
    return np.array([round((count - 1 - index) * apart) for index in range(count)], np.int64)


def _role(index: int, selected: int, count: int) -> Role:
    return roles.ACCENT if index == selected else roles.heat(_level(index, count), 0)


def _level(index: int, count: int) -> int:
    return 3 + (LEVELS - 5) * (index + 1) // max(1, count)


def steps_bar(steps: Sequence[int], ramp: str | None) -> list[Piece]:
    """In which colour which step is drawn."""
    if ramp or len(steps) < 2:
        return []
    levels = _level(0, len(steps)), _level(len(steps) - 1, len(steps))
    return colour_bar([f"step {format_step(steps[0])}", format_step(steps[-1])], ramp, levels)


def _value_axis(
    limits: tuple[float, float], cells: int, width: int, cursor: float | None
) -> list[Row]:
    low, high = limits
    span = high - low or 1.0
    step = next(nice_steps(span * _TICK_CELLS / cells))
    values = multiples(step, low, high)
    axis, below = ["─"] * cells, [" "] * cells
    for value, label in zip(values, value_labels(values, step), strict=True):
        at = min(int((value - low) / span * cells), cells - 1)
        axis[at] = "┬"
        start = max(0, min(at - len(label) // 2, cells - len(label)))
        around = "".join(below[max(0, start - 1) : start + len(label)])
        if len(label) <= cells and not around.strip():
            below[start : start + len(label)] = label
    pieces: list[Piece] = [("".join(axis), roles.AXIS)]
    if cursor is not None:
        at = min(int((min(max(cursor, low), high) - low) / span * cells), cells - 1)
        before, behind = "".join(axis[:at]), "".join(axis[at + 1 :])
        pieces = [(before, roles.AXIS), ("▲", roles.ACCENT), (behind, roles.AXIS)]
    return [clip(pieces, width), clip([("".join(below), roles.TICK)], width)]
