"""All tags as sparklines on a page, to see where something happens and to go there."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from tuimon.charts.model import MarkStyle
from tuimon.present.facts import header_facts
from tuimon.present.screen_content import ScreenContent
from tuimon.present.selection import Selection
from tuimon.session.session import Session
from tuimon.store.filters import FilterError, parse_filter
from tuimon.store.series import Series
from tuimon.text import safe
from tuimon.tui.keys.key_owner import KeyScreen
from tuimon.tui.keys.key_tables import Key, Topics, bindings, everywhere, help_rows
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import Notice
from tuimon.tui.panes.prompt import filter_prompt
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.sparkline_grid import SparklineGrid
from tuimon.tui.screens.pages import TextScreen, TextSection
from tuimon.tui.screens.value_screen import TableResult

_SECTION = "right_curly_bracket"
_TURN = "Turn pages"
SPARKLINE_KEYS = (
    Key("spark-back", "escape,q,O,ctrl+c", "back", "Back", "Go back to the charts", "back", 100),
    Key("spark-help", "question_mark,f1", "help", "Help", "Show this help", "help", 90),
    Key("spark-open", "enter", "open", "Chart", "Open the chart of the tag", "chart", 85),
    Key("spark-next", _SECTION, "jump(1)", "Next section", "Jump to a section", "section", 80),
    Key("spark-previous", "left_curly_bracket", "jump(-1)", "Section before"),
    Key("spark-filter", "slash", "filter", "Filter", "Filter runs and tags", "filter", 75),
    Key("spark-left", "left,h", "move(-1, 0)", "Tag on the left", "Choose a tag"),
    Key("spark-down", "down,j", "move(0, 1)", "Tag below"),
    Key("spark-up", "up,k", "move(0, -1)", "Tag above"),
    Key("spark-right", "right,l", "move(1, 0)", "Tag on the right"),
    Key("spark-page", "n,pagedown,space", "page(1)", "Page down", _TURN, "page", 60),
    Key("spark-page-up", "p,pageup", "page(-1)", "Page up"),
    *everywhere("spark-"),
)
_ABOUT = """\
The course and the newest value of each tag, in the sections and the order of the charts; of \
several runs those of the highlighted one, else of the first of the list. Each course has a scale \
of its own."""
_TICK = 1.0


class SparklineScreen(KeyScreen[TableResult]):
    """Drawn again every second while there is news."""

    AUTO_FOCUS = "SparklineGrid"
    TOPICS: ClassVar[Topics] = {"": SPARKLINE_KEYS}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPARKLINE_KEYS)]

    def __init__(
        self,
        session: Session,
        selection: Selection,
        filters: list[str],
        make: Callable[[Selection], ScreenContent],
        series_of: Callable[[str, str, Selection], Series | None],
        marks: MarkStyle,
    ) -> None:
        """`make` tells what there is, `series_of` has a tag of a run, of any if that is empty.

        `filters` are those of before; what is typed here comes to them.
        """
        super().__init__()
        self._session = session
        self._selection = selection
        self._make, self._series_of = make, series_of
        self._header = RunHeader(id="header")
        self._notice = Notice(id="notice")
        self._grid = SparklineGrid(marks, id="sparklines")
        self._filter = filter_prompt(self._apply_filter, self._end_filter, filters)
        self._shown: object = None
        """What is drawn depends on."""

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._notice
        yield self._grid
        yield self._filter
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self.set_interval(_TICK, self._tick)
        self._tick()

    def _tick(self) -> None:
        self._session.poll()
        self._header.tell(header_facts(self._session))
        version = self._session.store.version, self._selection
        if version != self._shown:
            self._shown = version
            self._show()

    def _show(self) -> None:
        content, selection = self._make(self._selection), self._selection
        told = content.table.told if len(content.table.names) > 1 else None
        name = told.name if told else ""
        self._grid.set_sections(
            content.sections,
            lambda tag: self._series_of(tag, name, selection),
            told.role if told else None,
        )
        empty = not content.tags
        self._notice.display, self._grid.display = empty, not empty
        self._notice.say(["No tag is selected.", "/ changes the filter, Esc returns."])
        self.refresh_bindings()

    # Keys

    def key_labels(self) -> dict[str, str]:
        section = self._grid.section
        return {"spark-next": f"section {safe(section.name)}".strip()} if section else {}

    @on(SparklineGrid.Moved)
    def _offer_keys(self) -> None:
        self.refresh_bindings()

    def action_back(self) -> None:
        self.dismiss(TableResult(self._selection))

    def action_help(self) -> None:
        rows = TextSection("", help_rows(self.keys))
        self.app.push_screen(TextScreen("all tags", _ABOUT, rows))

    @on(SparklineGrid.Opened)
    def action_open(self) -> None:
        if (tag := self._grid.chosen) is not None:
            self.dismiss(TableResult(self._selection, tag))

    def action_jump(self, sections: int) -> None:
        self._grid.jump(sections)

    def action_move(self, columns: int, rows: int) -> None:
        self._grid.move(columns, rows)

    def action_page(self, pages: int) -> None:
        self._grid.turn(pages)

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
        self._tick()

    def _end_filter(self) -> None:
        self.set_focus(self._grid)
