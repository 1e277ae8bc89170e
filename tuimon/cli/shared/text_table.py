"""Tables of text that fit a terminal: columns are cut, then left out."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tuimon.text import Align, fit, width

GAP = "  "


class TextColumn(NamedTuple):
    """A title, and a cell for each row, in safe text."""

    title: str
    cells: list[str]
    align: Align = "left"
    least: int | None = None
    """To how many cells it may be cut; None for a column that may not."""

    @property
    def room(self) -> int:
        """What its widest cell takes, or its title."""
        return max(map(width, [self.title, *self.cells]))


def fitted(
    columns: list[TextColumn], cells: int | None, leaving: Sequence[str], beside: int = 0
) -> list[TextColumn]:
    """What fits a terminal of `cells` (None: any) with `beside` cells behind it.

    Columns are cut, and then left out, those first whose titles come first in `leaving`.
    """
    for leaves in (None, *leaving):
        columns = [column for column in columns if column.title != leaves]
        taken = sum(column.room + len(GAP) for column in columns) + beside
        over = taken - (taken if cells is None else cells)
        for at, column in enumerate(columns):
            if over > 0 and column.least is not None:
                room = max(column.least, width(column.title), column.room - over)
                over -= column.room - room
                cut = [fit(text, room).rstrip() for text in column.cells]
                columns[at] = column._replace(cells=cut)
        if over <= 0:
            break
    return columns


def lines_of(columns: Sequence[TextColumn]) -> Iterator[str]:
    """The titles, then the rows, a text each."""
    rooms = [column.room for column in columns]
    yield _line([column.title for column in columns], columns, rooms)
    for cells in zip(*(column.cells for column in columns), strict=True):
        yield _line(cells, columns, rooms)


def _line(texts: Sequence[str], columns: Sequence[TextColumn], rooms: Sequence[int]) -> str:
    return GAP.join(
        fit(text, room, column.align)
        for text, column, room in zip(texts, columns, rooms, strict=True)
    )
