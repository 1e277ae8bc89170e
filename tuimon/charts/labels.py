"""What is written into a plot: newest values at the ends of lines, best values, the cursor."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import Plot
from tuimon.charts.marks import Marks
from tuimon.charts.roles import Role

_REACH = (0, -1, 1, -2, 2, -3, 3)
"""Rows from the end of a line where its label may stand, the nearest first."""


_LEFT_OUT = 1000
"""What a label that is left out costs, in rows between a label and its line."""


class _LabelCells(NamedTuple):
    """Cells of a row: `left` up to `stop` must be blank, the label begins at `start`."""

    left: int
    start: int
    stop: int
    beside: bool


class LineEnd(NamedTuple):
    """The end of a line."""

    cell: int
    """Of the plot."""
    height: float
    """0…1 of the plot."""
    label: str
    """One cell a character."""
    role: Role
    """Of the line."""


def put_labels(plot: Plot, ends: Sequence[LineEnd], marks: Marks) -> None:
    """Write labels beside the ends of lines, or above or below them at the edge of the plot.

    Only blank cells are written on, and labels are in the order of their lines: never beyond the
    label, or the bare end, of another line nearby. As many as possible are written, as near to
    their lines as possible; of more lines than could ever be told apart the later are left out.
    """
    for neighbours in _neighbourhoods(ends[: 2 * plot.height]):
        for row, end in _arranged(plot, neighbours, marks):
            plot.put(row, _place(end, plot).start, end.label, end.role)


def _neighbourhoods(ends: Sequence[LineEnd]) -> list[list[LineEnd]]:
    """Ends whose labels could be read as each other's."""
    found: list[list[LineEnd]] = []
    for end in sorted(ends, key=lambda end: end.cell):
        if found and end.cell - found[-1][-1].cell <= len(found[-1][-1].label) + 2:
            found[-1].append(end)
        else:
            found.append([end])
    return found


def _arranged(plot: Plot, ends: Sequence[LineEnd], marks: Marks) -> list[tuple[int, LineEnd]]:
    """Choose rows for labels, by dynamic programming from the highest line to the lowest.

    What is kept is the cheapest choice for each row from which the labels of lower lines may go on.
    """
    choices: dict[int, tuple[int, list[tuple[int, LineEnd]]]] = {0: (0, [])}
    for end in sorted(ends, key=lambda end: -end.height):
        own = row_of(end.height, plot, marks)
        rows = _blank_rows(plot, end, own)
        longer: dict[int, tuple[int, list[tuple[int, LineEnd]]]] = {}
        for first, (cost, chosen) in choices.items():
            options = [
                (row + 1, (cost + abs(row - own), [*chosen, (row, end)]))
                for row in rows
                if row >= first
            ]
            if first <= own + 1:
                options.append((max(first, own), (cost + _LEFT_OUT, chosen)))
            for following, option in options:
                if following not in longer or option[0] < longer[following][0]:
                    longer[following] = option
        choices = longer
    return min(choices.values(), key=lambda choice: choice[0])[1]


def _blank_rows(plot: Plot, end: LineEnd, own: int) -> list[int]:
    place = _place(end, plot)
    rows = (own + offset for offset in _REACH if offset or place.beside)
    return [
        row
        for row in rows
        if place.start >= 0 and 0 <= row < plot.height and plot.blank(row, place.left, place.stop)
    ]


def _place(end: LineEnd, plot: Plot) -> _LabelCells:
    """Where a label goes: one blank cell keeps it apart from what it does not belong to."""
    beside = end.cell + 2
    stop = beside + len(end.label)
    if stop <= plot.width:
        return _LabelCells(beside - 1, beside, stop, True)
    start = plot.width - len(end.label)
    return _LabelCells(max(0, start - 1), start, plot.width, False)


def end_of_line(line: NDArray[np.float64], marks: Marks) -> tuple[int, float] | None:
    """The cell and the height where a line of heights ends; None where that is not in the plot."""
    known = np.flatnonzero(np.isfinite(line))
    if not len(known):
        return None
    column = int(known[-1])
    height = float(line[column])
    return (column // marks.across, height) if 0 <= height <= 1 else None


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
