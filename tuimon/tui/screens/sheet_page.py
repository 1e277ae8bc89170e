"""Pages over a screen that are as long as what they tell, scroll, and can be copied."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tuimon.charts.model import Row
from tuimon.tui.keys.key_tables import Key, bindings
from tuimon.tui.panes.cells import CellView, text_of
from tuimon.tui.screens.pages import TEXT_KEYS

SHEET_KEYS = (
    Key("run-copy", "Y", "copy", "Copy", "Copy all of it"),
    Key("run-down", "j", "scroll(1)", "Scroll down", "Scroll down, up"),
    Key("run-up", "k", "scroll(-1)", "Scroll up"),
)

_COPIED_CELLS = 100


class RowSheet(CellView):
    """Rows, as high as they are long."""

    DEFAULT_CSS = "RowSheet { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._told: object = None
        self._lay_out: Callable[[int], list[Row]] = lambda cells: []
        self._laid_out: tuple[int, list[Row]] = (-1, [])
        """Rows for a width."""

    def show(self, told: object, lay_out: Callable[[int], list[Row]]) -> None:
        """Show what is `told` from now on, laid out for a width."""
        if told != self._told:
            self._told, self._lay_out = told, lay_out
            self._laid_out = -1, []
            self._fit()

    def whole_text(self) -> str:
        """All of it in one column."""
        return text_of(self._lay_out(_COPIED_CELLS))

    def rows(self, width: int, height: int) -> list[Row]:
        if self._laid_out[0] != width:
            self._laid_out = width, self._lay_out(width)
        return self._laid_out[1]

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if cells := self.content_size.width:
            self.styles.height = max(1, len(self.rows(cells, 1)))
            self.draw()


class SheetPage(ModalScreen[None]):
    """A sheet in a box over the main screen."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings((*TEXT_KEYS[:1], *SHEET_KEYS))]
    DEFAULT_CSS = """
    SheetPage { align: center top; background: $background 60%; }
    SheetPage VerticalScroll {
        width: 100%; max-width: 200; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 0 1;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        border-title-color: $primary; border-subtitle-color: $foreground-muted;
    }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.sheet = RowSheet()

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = self._title
            box.border_subtitle = "Y copies   Esc closes"
            yield self.sheet

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.sheet.whole_text())
        self.notify("copied what the page tells")

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
