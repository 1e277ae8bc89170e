"""Tables of text: how wide columns are, which of them find room, and their cells in rows."""

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.text import Align, fit_name, width


class TableColumn(NamedTuple):
    """A column of any width; names that are longer lose their middles."""

    head: Row
    cells: Sequence[Row]
    """The last span of a cell is aligned, and cut, in the room that those before it leave."""
    align: Align = "left"
    gap: int = 2
    """Blank cells before it."""

    @property
    def natural(self) -> int:
        """Cells that it needs to show everything."""
        return max(sum(width(span.text) for span in cell) for cell in (self.head, *self.cells))


def squeeze(wanted: Sequence[int], room: int) -> list[int]:
    """Cells of columns that want so many: the widest give way until all have room, at least 1."""
    level, left, below = 0, room, sorted(wanted)
    for place, size in enumerate(below):
        level = left // (len(below) - place)
        if size > level:
            break
        left -= size
    else:
        return list(wanted)
    level = max(1, level)
    sizes = [min(size, level) for size in wanted]
    spare = room - sum(sizes)
    for index in reversed(range(len(sizes))):
        if spare > 0 and sizes[index] < wanted[index]:
            sizes[index] += 1
            spare -= 1
    return sizes


def in_view(sizes: Sequence[int], left: int, at: int | None, room: int, gap: int = 2) -> range:
    """The columns from `left` on that find room behind gaps, moved such that `at` is in view."""
    if at is not None:
        left = min(left, at)
        while left < at and sum(sizes[left : at + 1]) + gap * (at + 1 - left) > room:
            left += 1
    left = end = min(left, max(0, len(sizes) - 1))
    while end < len(sizes) and (room := room - sizes[end] - gap) >= 0:
        end += 1
    return range(left, end)


def lay_out(columns: Sequence[TableColumn], sizes: Sequence[int], ellipsis: str = "…") -> list[Row]:
    """The row of heads, and those of the cells; columns get so many cells each."""
    rows = zip(*((column.head, *column.cells) for column in columns), strict=True)
    return [
        tuple(
            span
            for cell, column, cells in zip(row, columns, sizes, strict=True)
            for span in (
                Span(" " * column.gap, roles.BLANK),
                *_fitted(cell, column, cells, ellipsis),
            )
            if span.text
        )
        for row in rows
    ]


def _fitted(cell: Row, column: TableColumn, cells: int, ellipsis: str) -> Row:
    *before, last = cell
    room = cells - sum(width(span.text) for span in before)
    return *before, Span(fit_name(last.text, room, column.align, ellipsis), last.role)
