"""What is written into a plot: newest values at the ends of lines, best values, the cursor."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import Plot
from tuimon.charts.marks import Marks

_REACH = (0, -1, 1, -2, 2, -3, 3)
"""Rows from the end of a line where its label may stand, the nearest first."""


class End(NamedTuple):
    """The end of a line.

    Attributes:
        cell, row: of the plot.
        label: one cell a character.
        role: of the line.
    """

    cell: int
    row: int
    label: str
    role: str


def put_labels(plot: Plot, ends: Sequence[End]) -> None:
    """Write labels beside the ends of lines, or above or below them at the edge of the plot.

    Only blank cells are written on: labels that find none near their line are left out, those of
    later lines first.
    """
    for end in ends:
        size = len(end.label)
        beside = end.cell + 2
        room = beside + size <= plot.width
        start = beside if room else plot.width - size
        # One blank cell around it keeps a label apart from what it does not belong to.
        left = start - 1 if room else max(0, start - 1)
        if start < 0:
            continue
        for offset in _REACH if room else _REACH[1:]:
            row = end.row + offset
            if 0 <= row < plot.height and plot.blank(row, left, start + size):
                plot.put(row, start, end.label, end.role)
                break


def end_of_line(line: NDArray[np.float64], plot: Plot, marks: Marks) -> tuple[int, int] | None:
    """The cell and the row where a line of heights ends; None where that is not in the plot."""
    known = np.flatnonzero(np.isfinite(line))
    if not len(known):
        return None
    column = int(known[-1])
    height = float(line[column])
    if not 0 <= height <= 1:
        return None
    return column // marks.across, row_of(height, plot, marks)


def row_of(height: float, plot: Plot, marks: Marks) -> int:
    """The row of the plot, from the top, that holds a height 0…1."""
    dots: int = plot.height * marks.down
    dot = round(height * (dots - 1))
    return (dots - 1 - dot) // marks.down


def put_cursor(plot: Plot, cell: int | None, mark: int | None, marks: Marks) -> None:
    """Draw the upright lines of a cursor and of its mark; they show where nothing else does."""
    if mark is not None and mark != cell:
        plot.stand_upright(mark, "┊" if not marks.ascii else ":", roles.CURSOR)
    if cell is not None:
        plot.stand_upright(cell, marks.upright, roles.CURSOR)
