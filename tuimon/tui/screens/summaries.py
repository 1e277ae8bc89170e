"""What is no scalar: a list of tags, and the selected one's summary at a step."""

import logging
import time
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from tuimon.charts.model import Span
from tuimon.store.run import Run
from tuimon.store.series import RefSeries
from tuimon.store.session import Session
from tuimon.summaries.reader import SummaryReader
from tuimon.tui.facts import header_facts
from tuimon.tui.keymap import SUMMARY_KEYS, bindings
from tuimon.tui.screens.text import SummaryHelpScreen
from tuimon.tui.summaries import Shown, Wanted, items, place_of, view
from tuimon.tui.widgets.key_bar import KeyBar
from tuimon.tui.widgets.notice import MIN_WIDTH, Notice
from tuimon.tui.widgets.rows_view import RowsView
from tuimon.tui.widgets.run_header import RunHeader
from tuimon.tui.widgets.summary_list import SummaryList

_log = logging.getLogger(__name__)

_TICK = 0.1
_HEADER_EVERY = 0.25
_FOLLOW_EVERY = 0.5
"""A picture is some 50 KB for the terminal; keys are answered at once."""
_SAY_READING_AFTER = 0.3
_LIST_SHARE = 0.35
"""Of the width of the screen, at most."""
_COLOURS_FROM = ("256", "truecolor", "windows")
_NOTHING = (
    "Nothing but scalars in these event files yet.",
    "Histograms, images, text and all else that the script logs",
    "(add_histogram, add_image, add_text …) appears here.",
)


class SummariesScreen(Screen[None]):
    """Watches a session's summaries. They are read and laid out in a thread, one at a time."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SUMMARY_KEYS)]

    @dataclass
    class Ready(Message):
        """What was wanted can be shown."""

        wanted: Wanted
        shown: Shown

    def __init__(self, session: Session, reader: SummaryReader) -> None:
        super().__init__()
        self._session = session
        self._reader = reader
        self._header = RunHeader(id="header")
        self._list = SummaryList(id="list")
        self._notice = Notice(id="notice")
        self._view = RowsView(id="view")
        self._keys = KeyBar(SUMMARY_KEYS, id="keys")
        self._step: int | None = None
        """That was chosen; the newest one when None."""
        self._top = 0
        self._last_top = 0
        self._listed_version = -1
        self._next_header = 0.0
        self._next_follow = 0.0
        self._reading: Wanted | None = None
        self._more_wanted = False
        self._began = 0.0
        self._shown: Wanted | None = None

    def compose(self) -> ComposeResult:
        yield self._header
        with Horizontal(id="body"):
            yield self._list
            yield self._notice
            yield self._view
        yield self._keys

    def on_mount(self) -> None:
        self._show_list()  # before the first key
        self.set_interval(_TICK, self._tick)
        self.call_after_refresh(self._tick)

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()
        self.call_after_refresh(self._want)

    # What is shown

    def _tick(self) -> None:
        if not self.is_current:
            return
        self._session.poll()
        now = time.monotonic()
        self._show_list()
        if now >= self._next_header:
            self._next_header = now + _HEADER_EVERY
            self._header.tell(header_facts(self._session, None))
            loading = self._session.follower.loading
            self._notice.say(["Reading event files…"] if loading else _NOTHING)
        if now >= self._next_follow:
            self._next_follow = now + _FOLLOW_EVERY
            self._want()
        if self._reading is not None and now - self._began > _SAY_READING_AFTER:
            self._view.show([(Span("reading …", "dim"),)])

    def _show_list(self) -> None:
        version = self._session.store.version
        if version != self._listed_version:
            self._listed_version = version
            self._list.set_items(items(self._session.store))
            self._arrange()

    def _arrange(self) -> None:
        found = bool(self._list.items)
        self._notice.display = not found
        self._view.display = found
        self._list.display = found and self.size.width >= MIN_WIDTH
        self._list.styles.width = self._list.wanted_width(int(self.size.width * _LIST_SHARE))
        hidden = set() if found else {"summary-down", "summary-right", "summary-first"}
        if not self._last_top:
            hidden.add("summary-page")
        self._keys.offer(hidden, {})

    @property
    def _selected(self) -> tuple[Run, RefSeries] | None:
        item = self._list.selected
        run = self._session.store.runs.get(item.run) if item else None
        series = run.refs.get(item.tag) if item and run else None
        return (run, series) if run and series else None

    @on(SummaryList.Selected)
    def _want(self) -> None:
        """Have what is selected read, unless it is shown or something else is being read."""
        width, height = self._view.content_size
        selected = self._selected
        if selected is None or width < 1 or height < 1:
            return
        if self._reading is not None:
            self._more_wanted = True
            return
        run, series = selected
        plain = self.app.has_class("-ascii") or self.app.console.color_system not in _COLOURS_FROM
        wanted = Wanted(run, series, series.version, self._step, self._top, width, height, plain)
        if wanted == self._shown:
            return
        self._reading, self._began = wanted, time.monotonic()
        self.run_worker(lambda: self._read(wanted), thread=True, group="summaries")

    def _read(self, wanted: Wanted) -> None:
        """For the thread."""
        try:
            shown = view(wanted, self._reader)
        except Exception:
            # A fault of ours with one summary must not end the viewer.
            _log.exception("showing %s of %s failed", wanted.series.tag, wanted.run.name)
            shown = Shown([(Span("cannot be shown; viewer.log tells why", "error"),)])
        self.post_message(self.Ready(wanted, shown))

    @on(Ready)
    def _show(self, message: Ready) -> None:
        shown = message.shown
        self._reading, self._shown = None, message.wanted
        self._view.show(shown.rows)
        if bool(shown.last_top) != bool(self._last_top):
            self._last_top = shown.last_top
            self._arrange()
        self._last_top = shown.last_top
        if self._more_wanted:
            self._more_wanted = False
            self._want()

    # Keys

    def action_back(self) -> None:
        self.dismiss()

    def action_help(self) -> None:
        self.app.push_screen(SummaryHelpScreen())

    def action_select(self, items: int) -> None:
        self._top = 0
        self._list.move_cursor(items)

    def action_scrub(self, steps: int) -> None:
        if self._selected is None:
            return
        found = self._selected[1].snapshot().steps
        if not len(found):
            return
        index = max(0, place_of(found, self._step) + steps)
        self._step = int(found[index]) if index < len(found) - 1 else None
        self._want()

    def action_first(self) -> None:
        if self._selected is not None and len(found := self._selected[1].snapshot().steps):
            self._step = int(found[0]) if len(found) > 1 else None
            self._want()

    def action_newest(self) -> None:
        self._step = None
        self._want()

    def action_page(self, pages: int) -> None:
        room = max(1, self._view.content_size.height - 4)
        self._top = min(max(0, self._top + pages * room), self._last_top)
        self._want()
