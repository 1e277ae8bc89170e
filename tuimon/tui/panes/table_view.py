"""A table of any length: the names stay, other columns scroll, one cell is under the cursor."""

from dataclasses import dataclass

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.value_table import RUN, TAG, SortOrder, TableRow, ValueColumn, ValueTable
from tuimon.text import fit, shorten, width
from tuimon.tui.panes.cells import CellView, line

_GAP = 2
_LEAST_NAME, _MOST_NAME = 12, 44
_NAMES_SHARE = 0.55
"""Of the width, at most, for the columns that stay."""
_LEAST_VALUE, _MOST_VALUE = 6, 24
_MEASURED = 400
"""Rows from the top that widths are taken of; later ones are cut where they are longer."""


class TableView(CellView, can_focus=True):
    """Draws the rows in view alone."""

    DEFAULT_CSS = "TableView { height: 1fr; padding: 0 1; }"

    @dataclass
    class Sort(Message):
        """A click on the head of a column."""

        column: str

    class Opened(Message):
        """A click on the row that the cursor is on."""

    class Moved(Message):
        """Another cell is under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._table = ValueTable((), ())
        self._sorted = SortOrder()
        self._row = self._top = 0
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
    def row(self) -> TableRow | None:
        """The row under the cursor."""
        return self._table.rows[self._row] if self._table.rows else None

    @property
    def column(self) -> ValueColumn | None:
        """The column under the cursor."""
        return self._table.columns[self._column] if self._table.columns else None

    @property
    def place(self) -> tuple[int, int]:
        """Number of the row under the cursor, from 1 on, and of rows."""
        return min(self._row + 1, len(self._table.rows)), len(self._table.rows)

    def set_table(self, table: ValueTable, order: SortOrder) -> None:
        """Show another table; the cursor stays on its run and tag, and on its column."""
        row, column = self.row, self.column
        moved = order != self._sorted
        self._table, self._sorted = table, order
        if row is not None and not moved:
            key = row.values.run, row.values.tag
            self._row = next(
                (
                    index
                    for index, one in enumerate(table.rows)
                    if (one.values.run, one.values.tag) == key
                ),
                self._row,
            )
        elif moved:
            self._row = 0
        names = [one.name for one in table.columns]
        if column is not None and column.name in names:
            self._column = names.index(column.name)
        self._row = min(self._row, max(0, len(table.rows) - 1))
        self._column = min(self._column, max(0, len(names) - 1))
        self._widths = [_natural_width(one, table) for one in table.columns]
        self.draw()

    def move_cursor(self, columns: int, rows: int) -> None:
        """Move the cursor by so many cells."""
        self._row = min(max(self._row + rows, 0), max(0, len(self._table.rows) - 1))
        self._column = min(max(self._column + columns, 0), max(0, len(self._table.columns) - 1))
        self.draw()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        x, y = event.x - 1, event.y
        found = next((index for start, end, index in self._starts if start <= x < end), None)
        if y == 0:
            if found is not None:
                self.post_message(self.Sort(self._table.columns[found].name))
            return
        row = self._top + y - 1
        if row >= len(self._table.rows):
            return
        if row == self._row:
            self.post_message(self.Opened())
        self.move_cursor(0 if found is None else found - self._column, row - self._row)

    def on_mouse_scroll_down(self) -> None:
        self.move_cursor(0, 3)

    def on_mouse_scroll_up(self) -> None:
        self.move_cursor(0, -3)

    def rows(self, width: int, height: int) -> list[Row]:
        """The head, and the rows around the cursor."""
        table = self._table
        if not table.columns:
            return []
        room = max(1, height - 1)
        self._top = min(max(self._top, self._row - room + 1), self._row)
        shown = self._layout(width)
        self._starts = shown
        rows = [self._head(shown, width)]
        for index, row in enumerate(table.rows[self._top : self._top + room], self._top):
            rows.append(self._line(row, shown, width, selected=index == self._row))
        return rows

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

    def _head(self, shown: list[tuple[int, int, int]], cells: int) -> Row:
        spans: list[tuple[str, str]] = []
        x = 0
        for start, end, index in shown:
            column = self._table.columns[index]
            name = column.name
            if name == self._sorted.column:
                name += "↓" if self._sorted.descending else "↑"
            role = roles.FOCUS if index == self._column else roles.DIM
            spans += [(" " * (start - x), roles.TEXT), (fit(name, end - start, column.align), role)]
            x = end
        more = "›" if shown and shown[-1][2] < len(self._table.columns) - 1 and x < cells else ""
        return line(*spans, (" " * max(0, cells - x - 1), roles.TEXT), (more, roles.ACCENT))

    def _line(
        self, row: TableRow, shown: list[tuple[int, int, int]], cells: int, *, selected: bool
    ) -> Row:
        spans: list[tuple[str, str]] = []
        x = 0
        for start, end, index in shown:
            column = self._table.columns[index]
            text = column.text(row)
            if width(text) > end - start:
                text = shorten(text, end - start, head=(end - start) // 3)
            text = fit(text, end - start, column.align)
            role = roles.VALUE if index == self._fixed else roles.TEXT
            if column in (TAG, RUN):
                role = roles.TEXT
            elif text.strip() == "NaN":
                role = roles.DIM
            if selected:
                role = roles.SELECTED if index == self._column else roles.PICKED
            gap = roles.PICKED if selected else roles.TEXT
            spans += [(" " * (start - x), gap), (text, role)]
            x = end
        if selected:
            spans.append((" " * (cells - x), roles.PICKED))
        return line(*spans) if spans else (Span("", roles.TEXT),)


def _natural_width(column: ValueColumn, table: ValueTable) -> int:
    texts = max((width(column.text(row)) for row in table.rows[:_MEASURED]), default=0)
    most = _MOST_NAME if column in (TAG, RUN) else _MOST_VALUE
    return min(max(texts, width(column.name) + 1, _LEAST_VALUE), most)
