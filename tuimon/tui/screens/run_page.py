"""The page on what is watched: all that is known of a run, as it becomes known."""

import time
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tuimon.abandoned import Aside
from tuimon.charts.model import Row
from tuimon.present.fact_sheet import fact_rows
from tuimon.present.run_details import RunDetails, read_details
from tuimon.present.run_facts import FactSection, run_sections
from tuimon.session.session import Session
from tuimon.summaries.reader import SummaryReader
from tuimon.tui.keys.key_tables import Key, bindings
from tuimon.tui.panes.cells import CellView, text_of
from tuimon.tui.screens.pages import TEXT_KEYS

RUN_KEYS = (
    Key("run-copy", "Y", "copy", "Copy", "Copy all of it"),
    Key("run-down", "j", "scroll(1)", "Scroll down", "Scroll down, up"),
    Key("run-up", "k", "scroll(-1)", "Scroll up"),
)

_LOOK_EVERY = 1.0
_READ_SHARE = 20
"""What takes reading is read again after so many times as long as it took."""
_COPIED_CELLS = 100


class FactSheet(CellView):
    """The facts, as high as they are long."""

    DEFAULT_CSS = "FactSheet { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._sections: Sequence[FactSection] = ()
        self._patch: Sequence[str] = ()
        self._laid_out: tuple[int, list[Row]] = (-1, [])
        """Rows for a width."""

    def show(self, sections: Sequence[FactSection], patch: Sequence[str]) -> None:
        """Tell these facts from now on."""
        if (sections, patch) != (self._sections, self._patch):
            self._sections, self._patch = sections, patch
            self._laid_out = -1, []
            self._fit()

    def whole_text(self) -> str:
        """All of it in one column."""
        return text_of(fact_rows(self._sections, self._patch, _COPIED_CELLS))

    def rows(self, width: int, height: int) -> list[Row]:
        if self._laid_out[0] != width:
            self._laid_out = width, fact_rows(self._sections, self._patch, width)
        return self._laid_out[1]

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if cells := self.content_size.width:
            self.styles.height = max(1, len(self.rows(cells, 1)))
            self.draw()


class RunPage(ModalScreen[None]):
    """Everything about a run, over the main screen; scrolls, and can be copied."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings((*TEXT_KEYS[:1], *RUN_KEYS))]
    DEFAULT_CSS = """
    RunPage { align: center top; background: $background 60%; }
    RunPage VerticalScroll {
        width: 100%; max-width: 200; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 0 1;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        border-title-color: $primary; border-subtitle-color: $foreground-muted;
    }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._sheet = FactSheet()
        self._details = RunDetails()
        self._reading = Aside(partial(read_details, session, SummaryReader()))
        self._read_version = -1
        self._began = self._next_reading = 0.0

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "this run" if self._session.status else "what is watched"
            box.border_subtitle = "Y copies   Esc closes"
            yield self._sheet

    def on_mount(self) -> None:
        if self._session.system is not None:
            self._session.system.start()
        self._look()
        self.set_interval(_LOOK_EVERY, self._look)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._sheet.whole_text())
        self.notify("copied what the page tells")

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def _look(self) -> None:
        self._read()
        sections = run_sections(self._session, self._details)
        self._sheet.show(sections, self._details.patch)

    def _read(self) -> None:
        """Begin to read what is new, or take in what was read."""
        now = time.monotonic()
        if not self._reading.pending:
            version = self._session.store.version
            if version == self._read_version or now < self._next_reading:
                return
            self._read_version, self._began = version, now
        if (details := self._reading.ask()) is not None:
            self._details = details
            now = time.monotonic()
            self._next_reading = now + _READ_SHARE * (now - self._began)
