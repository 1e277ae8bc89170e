"""A table of any length: the names stay, other columns scroll, one cell is under the cursor."""

from dataclasses import dataclass

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.value_table import RUN, TAG, SortOrder, TableRow, ValueColumn, ValueTable
from tuimon.text import fit, shorten, width
from tuimon.tui.panes.cells import line
from tuimon.tui.panes.cursor_list import CursorList

_GAP = 2
_LEAST_NAME, _MOST_NAME = 12, 44
_NAMES_SHARE = 0.55
"""Of the width, at most, for the columns that stay."""
_LEAST_VALUE, _MOST_VALUE = 6, 24
_MEASURED = 400
"""Rows from the top that widths are taken of; later ones are cut where they are longer."""


class TableView(CursorList[TableRow]):
    """Draws the rows in view alone."""

    DEFAULT_CSS = "TableView { height: 1fr; padding: 0 1; }"
    HEAD_ROWS = 1
    LIT_ALWAYS = True

    @dataclass
    class Sort(Message):
        """A click on the head of a column."""

        column: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._table = ValueTable((), ())
        self._sorted = SortOrder()
        self._column = 0
        self._left = 0
        """Index of the first column that scrolls and is shown."""
        self._widths: list[int] = []
        self._starts: list[tuple[int, int, int]] = []
        """(x, end, index) of the columns that are shown."""

    @property
    def table(self) -> ValueTable:
        """What is shown."""
        return self._table

    @property
    def column(self) -> ValueColumn | None:
        """The column under the cursor."""
        return self._table.columns[self._column] if self._table.columns else None

    def set_table(self, table: ValueTable, order: SortOrder) -> None:
        """Show another table; the cursor stays on its run and tag, and on its column."""
        column, before = self.column, self._sorted
        self._table, self._sorted = table, order
        names = [one.name for one in table.columns]
        if column is not None and column.name in names:
            self._column = names.index(column.name)
        self._column = min(self._column, max(0, len(names) - 1))
        self._widths = [_natural_width(one, table) for one in table.columns]
        self.set_items(table.rows, keep=order == before)

    def key_of(self, item: TableRow) -> tuple[str, str]:
        return item.values.run, item.values.tag

    def move_column(self, columns: int) -> None:
        """Move the cursor to the right by so many columns (left when negative)."""
        self._column = min(max(self._column + columns, 0), max(0, len(self._table.columns) - 1))
        self.post_message(self.Moved(self))
        self.draw()

    def on_click(self, event: events.Click) -> None:
        x = event.x - 1
        found = next((index for start, end, index in self._starts if start <= x < end), None)
        if event.y == 0 and found is not None:
            self.post_message(self.Sort(self._table.columns[found].name))
        elif event.y and found is not None:
            self.move_column(found - self._column)

    def head(self, cells: int) -> list[Row]:
        self._starts = self._layout(cells)
        spans: list[tuple[str, str]] = []
        x = 0
        for start, end, index in self._starts:
            column = self._table.columns[index]
            name = column.name
            if name == self._sorted.column:
                name += "↓" if self._sorted.descending else "↑"
            role = roles.FOCUS if index == self._column else roles.DIM
            spans += [(" " * (start - x), roles.TEXT), (fit(name, end - start, column.align), role)]
            x = end
        last = self._starts[-1][2] if self._starts else len(self._table.columns)
        more = "›" if last < len(self._table.columns) - 1 and x < cells else ""
        return [line(*spans, (" " * max(0, cells - x - 1), roles.TEXT), (more, roles.ACCENT))]

    def item_row(self, item: TableRow, cells: int, *, selected: bool) -> Row:
        spans: list[tuple[str, str]] = []
        x = 0
        for start, end, index in self._starts:
            column = self._table.columns[index]
            text = column.text(item)
            if width(text) > end - start:
                text = shorten(text, end - start, head=(end - start) // 3)
            text = fit(text, end - start, column.align)
            role = roles.VALUE if index == self._fixed else roles.TEXT
            if column not in (TAG, RUN) and text.strip() == "NaN":
                role = roles.DIM
            if selected:
                role = roles.SELECTED if index == self._column else roles.PICKED
            gap = roles.PICKED if selected else roles.TEXT
            spans += [(" " * (start - x), gap), (text, role)]
            x = end
        if selected:
            spans.append((" " * (cells - x), roles.PICKED))
        return line(*spans) if spans else (Span("", roles.TEXT),)

    @property
    def _fixed(self) -> int:
        """How many columns stay where they are."""
        return sum(column in (TAG, RUN) for column in self._table.columns)

    def _layout(self, cells: int) -> list[tuple[int, int, int]]:
        """(x, end, index) of the columns in view; the one under the cursor is among them."""
        fixed = self._fixed
        widths = self._name_widths(cells) + self._widths[fixed:]
        names = sum(widths[:fixed]) + _GAP * fixed
        scrolled = self._column if self._column >= fixed else self._left
        self._left = min(max(self._left, fixed), max(scrolled, fixed))
        if self._column < fixed:
            self._left = fixed
        while (
            self._left < scrolled
            and names + sum(widths[i] + _GAP for i in range(self._left, scrolled + 1)) - _GAP
            > cells
        ):
            self._left += 1
        found: list[tuple[int, int, int]] = []
        x = 0
        for index in (*range(fixed), *range(self._left, len(widths))):
            end = x + widths[index]
            if index >= fixed and end > cells and found[-1][2] >= fixed:
                break
            found.append((x, min(end, cells), index))
            x = end + _GAP
        return [one for one in found if one[0] < one[1]]

    def _name_widths(self, cells: int) -> list[int]:
        wanted = [
            min(max(natural, _LEAST_NAME), _MOST_NAME) for natural in self._widths[: self._fixed]
        ]
        room = int(cells * _NAMES_SHARE) - _GAP * len(wanted)
        while sum(wanted) > max(room, _LEAST_NAME * len(wanted)):
            widest = max(range(len(wanted)), key=wanted.__getitem__)
            wanted[widest] -= 1
        return wanted


def _natural_width(column: ValueColumn, table: ValueTable) -> int:
    texts = max((width(column.text(row)) for row in table.rows[:_MEASURED]), default=0)
    most = _MOST_NAME if column in (TAG, RUN) else _MOST_VALUE
    return min(max(texts, width(column.name) + 1, _LEAST_VALUE), most)
