"""All values in a table: sort it, filter it, open the chart of a row, copy from it."""

import time
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from tuimon.present.facts import header_facts
from tuimon.present.selection import Selection
from tuimon.present.value_table import SortOrder, TableBuilder, ValueTable, exact, tsv
from tuimon.session.session import Session
from tuimon.store.filters import FilterError, parse_filter
from tuimon.summaries.reader import SummaryReader
from tuimon.text import safe
from tuimon.tui.keys.key_owner import KeyScreen
from tuimon.tui.keys.key_tables import Key, Topics, bindings, everywhere, help_rows
from tuimon.tui.panes.cursor_list import CursorList
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import Notice
from tuimon.tui.panes.prompt import filter_prompt
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.table_view import TableView
from tuimon.tui.screens.pages import TextScreen, TextSection

TABLE_KEYS = (
    Key("table-back", "escape,q,T,ctrl+c", "back", "Back", "Go back to the charts", "back", 100),
    Key("table-help", "question_mark,f1", "help", "Help", "Show this help", "help", 90),
    Key("table-open", "enter", "open", "Chart", "Open the chart of the row", "chart", 85),
    Key("table-sort", "s", "sort", "Sort", "Sort by the column; again: reversed", "sort", 80),
    Key("table-filter", "slash", "filter", "Filter", "Filter runs and tags", "filter", 75),
    Key("table-left", "left,h", "move(-1, 0)", "Column left", "Choose a cell"),
    Key("table-down", "down,j", "move(0, 1)", "Row down", label="row", footer=70),
    Key("table-up", "up,k", "move(0, -1)", "Row up"),
    Key("table-right", "right,l", "move(1, 0)", "Column right"),
    Key("table-page", "n,pagedown,space", "page(1)", "Page down", "Turn pages"),
    Key("table-page-up", "p,pageup", "page(-1)", "Page up"),
    Key("table-first", "home,g", "jump(-1)", "First row", "Go to the first, last row"),
    Key("table-last", "end,G", "jump(1)", "Last row"),
    Key("table-copy", "y", "copy('cell')", "Copy the cell", "Copy the cell, the row", "copy", 60),
    Key("table-copy-row", "Y", "copy('row')", "Copy the row"),
    Key("table-copy-all", "ctrl+y", "copy('all')", "Copy all rows", "Copy all rows"),
    *everywhere("table-"),
)

_ABOUT = """\
A row per tag and run: the last value, the lowest and highest one, the step of the best: the \
lowest of losses and errors, the highest of accuracies, scores and rewards, none where the name of \
a tag does not tell. Hyperparameters that differ between the runs have columns of their own. What \
is copied is tab-separated, numbers in full."""
_TICK = 0.25
_BUILD_SHARE = 6
"""Tables that take long to make leave most of the time to the keys."""


class TableResult(NamedTuple):
    """How the table was left: what is selected, and the tag whose chart is to be shown."""

    selection: Selection
    tag: str | None = None


class _TableVersion(NamedTuple):
    """What a table depends on."""

    data: tuple[int, object]
    selection: Selection
    order: SortOrder


class TableScreen(KeyScreen[TableResult]):
    """Tables are made in a thread; what is on the screen stays until the next one is there."""

    AUTO_FOCUS = "TableView"
    TOPICS: ClassVar[Topics] = {"": TABLE_KEYS}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TABLE_KEYS)]

    @dataclass
    class Built(Message):
        """A table has been made."""

        table: ValueTable
        version: _TableVersion
        seconds: float

    def __init__(
        self,
        session: Session,
        selection: Selection,
        filters: list[str],
        reader: SummaryReader,
    ) -> None:
        """`filters` are those of before; what is typed here comes to them."""
        super().__init__()
        self._session = session
        self._selection = selection
        self._order = SortOrder()
        self._builder = TableBuilder(session.store, reader)
        self._header = RunHeader(id="header")
        self._notice = Notice(id="notice")
        self._view = TableView(id="table")
        self._filter = filter_prompt(self._apply_filter, self._end_filter, filters)
        self._shown_version: _TableVersion | None = None
        self._building = False
        self._next_build = 0.0

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._notice
        yield self._view
        yield KeyBar(id="keys")
        yield self._filter

    def on_mount(self) -> None:
        self._notice.display = False
        self.set_interval(_TICK, self._tick)
        self._tick()

    def _tick(self) -> None:
        self._session.poll()
        self._header.tell(header_facts(self._session))
        if time.monotonic() >= self._next_build:
            self._want()

    @property
    def up_to_date(self) -> bool:
        """Whether what is shown is what there is and is wanted."""
        return self._shown_version == self._version

    @property
    def _version(self) -> _TableVersion:
        store = self._session.store
        data = store.version, store.reference_version
        return _TableVersion(data, self._selection, self._order)

    def _want(self) -> None:
        if not self._building and not self.up_to_date:
            self._building = True
            self._build(self._version)

    @work(thread=True, group="table", exit_on_error=False)
    def _build(self, version: _TableVersion) -> None:
        began = time.monotonic()
        table = self._builder.build(version.selection, version.order)
        self.post_message(self.Built(table, version, time.monotonic() - began))

    @on(Built)
    def _show(self, message: Built) -> None:
        self._building = False
        self._shown_version = message.version
        self._next_build = time.monotonic() + _BUILD_SHARE * message.seconds
        self._view.set_table(message.table, message.version.order)
        empty = not message.table.rows
        self._notice.display, self._view.display = empty, not empty
        if empty:
            self._notice.say(["No scalar is selected.", "/ changes the filter, Esc returns."])
        self._offer_keys()
        if message.version[1:] != self._version[1:]:
            self._want()

    @on(CursorList.Moved)
    def _offer_keys(self) -> None:
        self.refresh_bindings()

    # Keys

    def key_labels(self) -> dict[str, str]:
        row, rows = self._view.place
        labels = {"table-down": f"row {row}/{rows}"}
        if column := self._view.column:
            labels["table-sort"] = f"sort by {safe(column.name).lower()}"
        return labels

    def action_back(self) -> None:
        self.dismiss(TableResult(self._selection))

    def action_help(self) -> None:
        self.app.push_screen(TextScreen("table", _ABOUT, TextSection("", help_rows(self.keys))))

    def action_move(self, columns: int, rows: int) -> None:
        if columns:
            self._view.move_column(columns)
        self._view.move_cursor(rows)

    def action_page(self, pages: int) -> None:
        self._view.move_cursor(pages * self._view.page_rows)

    def action_jump(self, to: int) -> None:
        self._view.move_cursor(to * len(self._view.items))

    @on(CursorList.Opened)
    def action_open(self) -> None:
        row = self._view.chosen
        if row is not None:
            self.dismiss(TableResult(self._selection, row.values.tag))

    def action_sort(self) -> None:
        if (column := self._view.column) is not None:
            self._sort(column.name)

    @on(TableView.Sort)
    def _sort_clicked(self, message: TableView.Sort) -> None:
        self._sort(message.column)

    def _sort(self, column: str) -> None:
        again = self._order.column == column
        self._order = SortOrder(column, descending=again and not self._order.descending)
        self._want()

    def action_copy(self, what: str) -> None:
        row, column, table = self._view.chosen, self._view.column, self._view.table
        if row is None or column is None:
            return
        match what:
            case "cell":
                text, said = exact(column, row), f"{safe(column.name).lower()}"
            case "row":
                text, said = tsv([row], table.columns), "the row"
            case _:
                text, said = tsv(table.rows, table.columns), f"{len(table.rows)} rows"
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {said}", markup=False)

    # Filter

    def action_filter(self) -> None:
        self._filter.open(self._selection.text)

    def _apply_filter(self, text: str) -> None:
        try:
            shows = parse_filter(text)
        except FilterError as error:
            self._filter.say(safe(str(error)), wrong=True)
            return
        self._filter.say("Enter keeps, Esc clears")
        self._selection = replace(self._selection, text=text.strip(), shows=shows)
        self._want()

    def _end_filter(self) -> None:
        self.set_focus(self._view)
