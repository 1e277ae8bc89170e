"""What is no scalar: a list of items, and the view of the selected one."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tuimon.charts.model import ChartOptions
from tuimon.present.facts import header_facts
from tuimon.session.session import Session
from tuimon.store.filters import FilterError, parse_filter
from tuimon.summaries.reader import SummaryReader
from tuimon.terminal.driver import ask_for_graphics
from tuimon.terminal.memory import give_large_blocks_back
from tuimon.text import safe, shorten
from tuimon.tui.item_views import ItemViews
from tuimon.tui.keys.key_owner import KeyScreen
from tuimon.tui.keys.key_tables import Key, Topics, beside, bindings, everywhere, help_rows
from tuimon.tui.panes.cursor_list import CursorList
from tuimon.tui.panes.item_pane import ITEM_KEYS, ItemPane
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import MIN_WIDTH, Notice
from tuimon.tui.panes.prompt import Prompt
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.summary_list import SummaryList
from tuimon.tui.screens.pages import TextScreen, TextSection
from tuimon.tui.viewer_app import keys_of
from tuimon.views.kinds import items, kind_of

_BACK = "Go back: to the list, to the charts"
_FILTER = "List only some runs and tags: loss -val, run:adam"

SUMMARY_KEYS = (
    Key("summary-back", "escape", "back", "Back", _BACK, "back", 100),
    Key("summary-help", "question_mark,f1", "help", "Help", "Show this help", "help", 90),
    Key("summary-down", "down,j", "select(1)", "Next tag", "Choose a tag", "tag", 80),
    Key("summary-up", "up,k", "select(-1)", "Previous tag"),
    Key("summary-filter", "slash,F", "filter", "Filter the list", _FILTER, "filter", 58),
    Key("summary-charts", "q,v,ctrl+c", "charts", "Charts", "Go to the charts at once"),
    *everywhere("summary-"),
)

_ABOUT = """\
What the script logs besides scalars. The newest step is followed until you choose another one; \
End follows again."""

_TICK = 0.1
_HEADER_EVERY = 0.25
_FOLLOW_EVERY = 0.5
"""A picture is some 50 KB for the terminal; keys are answered at once."""
_LIST_SHARE = 0.35
"""Of the width of the screen, at most."""
_FILTER_CELLS = 20
"""Of a filter, in the footer."""
_FILTER_FOOTER = 95
"""Importance of a filter that is in force: it says why so few are listed."""
_NOTHING = (
    "Nothing but scalars in these event files yet.",
    "Histograms, images, text and all else that the script logs",
    "(add_histogram, add_image, add_text …) appears here.",
)
_NO_MATCH = ("No run or tag is like that.", "/ changes the filter; Esc there takes it back.")


class SummariesScreen(KeyScreen[None]):
    """Watches a session's summaries."""

    AUTO_FOCUS = "ItemPane"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SUMMARY_KEYS)]

    def __init__(self, session: Session, reader: SummaryReader, charts: ChartOptions) -> None:
        """`charts` is how those of scalars are drawn."""
        super().__init__()
        self._session = session
        self._header = RunHeader(id="header")
        self._list = SummaryList(id="list")
        self._notice = Notice(id="notice")
        self._pane = ItemPane(ItemViews(session.store, reader), charts, id="view")
        self._prompt = Prompt(self._answer, self._end_typing, id="prompt")
        self._question: ItemPane.Question | None = None
        """What the view asks for; None while the filter of the list is typed."""
        self._filter = ""
        """Of the list."""
        self._listed_version = -1
        self._next_header = 0.0
        self._next_follow = 0.0

    def compose(self) -> ComposeResult:
        yield self._header
        with Horizontal(id="body"):
            yield self._list
            yield self._notice
            yield self._pane
        yield KeyBar(id="keys")
        yield self._prompt

    def on_mount(self) -> None:
        give_large_blocks_back()
        self._show_list()  # before the first key
        ask_for_graphics(self.app)
        self.set_interval(_TICK, self._tick)
        self.call_after_refresh(self._tick)

    def on_screen_suspend(self) -> None:
        self._pane.leave_screen()

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._pane.follow)

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _tick(self) -> None:
        if not self.is_current:
            return
        self._session.poll()
        now = time.monotonic()
        self._show_list()
        if now >= self._next_header:
            self._next_header = now + _HEADER_EVERY
            self._header.tell(header_facts(self._session))
            loading = self._session.follower.loading
            nothing = _NO_MATCH if self._filter else _NOTHING
            self._notice.say(["Reading event files…"] if loading else nothing)
        if now >= self._next_follow:
            self._next_follow = now + _FOLLOW_EVERY
            self._pane.follow()

    # What is listed

    def _show_list(self) -> None:
        version = self._session.store.version
        if version != self._listed_version:
            self._listed_version = version
            found = items(self._session.store)
            self._change_list(lambda: self._list.set_summaries(found))

    def _change_list(self, change: Callable[[], None]) -> None:
        before = self._list.selected
        change()
        after = self._list.selected
        if before is not None and (after is None or after.key != before.key):
            self._pane.enter(False)  # what was entered is gone
        self._pane.show_item(after)
        self._arrange()

    @on(ItemPane.Changed)
    def _arrange(self) -> None:
        found = bool(self._list.items)
        self._notice.display = not found
        self._pane.display = found
        self._list.display = found and self.size.width >= MIN_WIDTH and not self._pane.inside
        self._list.styles.width = self._list.wanted_width(int(self.size.width * _LIST_SHARE))
        if found and self.focused is None:
            self.set_focus(self._pane)
        self.refresh_bindings()

    @on(CursorList.Moved)
    def _select(self) -> None:
        if self._question is not None:
            self._prompt.close()
        self._pane.show_item(self._list.selected)

    # Keys

    def topics(self) -> Topics:
        if not self._filter:
            return {"": SUMMARY_KEYS}
        lit = {"summary-filter": _FILTER_FOOTER}
        keys = [key._replace(footer=lit.get(key.id, key.footer)) for key in SUMMARY_KEYS]
        return {"": keys}

    def idle_keys(self) -> Collection[str]:
        return () if self._list.items else ("summary-down",)

    def key_labels(self) -> Mapping[str, str]:
        labels = {"summary-back": "list"} if self._pane.inside else {}
        if self._filter:
            labels["summary-filter"] = f"filter: {shorten(safe(self._filter), _FILTER_CELLS)}"
        return labels

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not self._prompt.display  # keys are for the line alone

    def action_back(self) -> None:
        if self._pane.inside:
            self._pane.enter(False)
        else:
            self.dismiss()

    def action_charts(self) -> None:
        self.dismiss()

    def action_select(self, items: int) -> None:
        self._list.move_cursor(items)

    def action_help(self) -> None:
        item = self._list.selected
        kind = kind_of(item) if item else None
        own = kind.keys if kind else ()
        outside = [key for key in own if not key.inside]
        keys = keys_of(self.app, [*own, *beside(outside, [*ITEM_KEYS, *SUMMARY_KEYS])])
        about = f"{kind.about}\n\n{_ABOUT}" if kind and kind.about else _ABOUT
        title = kind.name if kind else "media"
        self.app.push_screen(TextScreen(title, about, TextSection("", help_rows(keys))))

    # What is typed

    @on(ItemPane.Question)
    def _ask(self, message: ItemPane.Question) -> None:
        self._question = message
        self._prompt.open(asked=message.key.asks)

    def action_filter(self) -> None:
        self._prompt.open(self._filter, asked="filter the list")

    def _answer(self, text: str) -> None:
        self._prompt.say("")
        question = self._question
        if question is not None:
            if why := kind_of(question.item).fault(question.key.id, text):
                self._prompt.say(why, wrong=True)
            else:
                self._pane.answer(question, text)
            return
        try:
            shows = parse_filter(text)
        except FilterError as error:
            self._prompt.say(str(error), wrong=True)
            return
        self._filter = text
        self._change_list(lambda: self._list.filter(shows))

    def _end_typing(self) -> None:
        self._question = None
        self.set_focus(self._pane if self._pane.display else None)
        self._next_header = 0.0  # a list without items says why
