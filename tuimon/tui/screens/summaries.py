"""What is no scalar: a list of items, and the view of the selected one."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from tuimon.present.facts import header_facts
from tuimon.session.session import Session
from tuimon.store.filters import FilterError, parse_filter
from tuimon.summaries.reader import SummaryReader
from tuimon.terminal.driver import (
    ask_for_graphics,
    picture_cell,
    picture_protocol,
    place_pictures,
    round_trip,
)
from tuimon.terminal.graphics import PictureEncoder, TerminalPicture
from tuimon.terminal.memory import give_large_blocks_back
from tuimon.text import safe, shorten
from tuimon.tui.item_views import Deed, DrawRequest, ItemViews
from tuimon.tui.keys.key import Key, bindings
from tuimon.tui.keys.summaries import SUMMARY_KEYS, VIEW_KEYS, beside, offered
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import MIN_WIDTH, Notice
from tuimon.tui.panes.prompt import Prompt
from tuimon.tui.panes.rows_view import RowsView
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.summary_list import SummaryList
from tuimon.tui.screens.pages import SummaryHelpScreen
from tuimon.tui.themes.styles import palette_of
from tuimon.tui.viewer_app import keys_of
from tuimon.views.base import ViewDrawing, ViewOptions
from tuimon.views.kinds import items, kind_of, waiting
from tuimon.views.slider import find_track
from tuimon.views.subject import Item, place_of

_TICK = 0.1
_HEADER_EVERY = 0.25
_FOLLOW_EVERY = 0.5
"""A picture is some 50 KB for the terminal; keys are answered at once."""
_OPENS_WITHIN, _STEPS_WITHIN = 0.08, 0.3
"""Seconds after which it is told that a view is still being read, or another step of it."""
_PARTIAL_AGAIN = 0.05
"""Seconds until more of a view is looked for that is read piece by piece."""
_MOVES_WITHIN = 0.3
"""Seconds to the terminal and back that are too many for what moves."""
_LIST_SHARE = 0.35
"""Of the width of the screen, at most."""
_FILTER_CELLS = 20
"""Of a filter, in the footer."""
_COLOURS_FROM = ("256", "truecolor", "windows")
_NOTHING = (
    "Nothing but scalars in these event files yet.",
    "Histograms, images, text and all else that the script logs",
    "(add_histogram, add_image, add_text …) appears here.",
)
_NO_MATCH = ("No run or tag is like that.", "/ changes the filter; Esc there takes it back.")
_NOT_WITHOUT_ITEMS = {
    "summary-down",
    "summary-right",
    "summary-first",
    "summary-newest",
    "summary-enter",
    "summary-page",
}


class SummariesScreen(Screen[None]):
    """Watches a session's summaries. They are read and laid out in a thread, one at a time."""

    AUTO_FOCUS = ""
    # The keys of a kind come first: where it has one that the screen has too, its own counts.
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(VIEW_KEYS), *bindings(SUMMARY_KEYS)]

    @dataclass
    class Ready(Message):
        """What was wanted can be shown."""

        wanted: DrawRequest
        shown: ViewDrawing
        pictures: list[TerminalPicture]

    def __init__(self, session: Session, reader: SummaryReader) -> None:
        super().__init__()
        self._session = session
        self._views = ItemViews(session.store, reader)
        self._encoder = PictureEncoder()
        self._header = RunHeader(id="header")
        self._list = SummaryList(id="list")
        self._notice = Notice(id="notice")
        self._view = RowsView(id="view")
        self._prompt = Prompt(id="prompt")
        self._keys = KeyBar(SUMMARY_KEYS, id="keys")
        self._step: int | None = None
        """That was chosen; the newest one when None."""
        self._inside = False
        """The view was entered."""
        self._asking: tuple[Item, Key] | None = None
        """What a view asks for."""
        self._filter = ""
        """Of the list."""
        self._filtering = False
        """It is being typed."""
        self._listed_version = -1
        self._next_header = 0.0
        self._next_follow = 0.0
        self._reading: DrawRequest | None = None
        self._more_wanted = False
        self._shown: DrawRequest | None = None
        self._found = ViewDrawing(())

    def compose(self) -> ComposeResult:
        yield self._header
        with Horizontal(id="body"):
            yield self._list
            yield self._notice
            yield self._view
        yield self._prompt
        yield self._keys

    def on_mount(self) -> None:
        give_large_blocks_back()
        self._show_list()  # before the first key
        ask_for_graphics(self.app)
        self.set_interval(_TICK, self._tick)
        self.call_after_refresh(self._tick)

    def on_screen_suspend(self) -> None:
        place_pictures(self.app, [])
        self._shown = None

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._want)

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
            self._header.tell(header_facts(self._session))
            loading = self._session.follower.loading
            nothing = _NO_MATCH if self._filter else _NOTHING
            self._notice.say(["Reading event files…"] if loading else nothing)
        if now >= self._next_follow:
            self._next_follow = now + _FOLLOW_EVERY
            self._want()

    def _say_reading(self, wanted: DrawRequest) -> None:
        """Tell what is being read, if it still is."""
        if self._reading is wanted:
            self._view.show(waiting(self._views.subject(wanted.item), wanted.look))
            place_pictures(self.app, [])

    def _show_list(self) -> None:
        version = self._session.store.version
        if version != self._listed_version:
            self._listed_version = version
            found = items(self._session.store)
            self._change_list(lambda: self._list.set_items(found))

    def _change_list(self, change: Callable[[], None]) -> None:
        before = self._list.selected
        change()
        after = self._list.selected
        if before is not None and (after is None or after.key != before.key):
            self._inside = False  # what was entered is gone
        self._arrange()

    def _arrange(self) -> None:
        found = bool(self._list.items)
        self._inside = self._inside and found
        self._notice.display = not found
        self._view.display = found
        self._list.display = found and self.size.width >= MIN_WIDTH and not self._inside
        self._list.styles.width = self._list.wanted_width(int(self.size.width * _LIST_SHARE))
        self._offer()

    def _offer(self) -> None:
        """Tell in the footer which keys do something now."""
        item = self._list.selected
        if item is None:
            self._keys.offer(_NOT_WITHOUT_ITEMS, {})
            return
        kind = kind_of(item)
        hidden, keys = offered(
            kind,
            self._found.idle,
            inside=self._inside,
            scrolls=self._found.scrolls,
            steps=len(kind.steps(self._views.subject(item))),
        )
        labels = {"summary-back": "list"} if self._inside else {}
        if self._filter:  # why so few are listed
            labels["summary-filter"] = f"filter: {shorten(safe(self._filter), _FILTER_CELLS)}"
            keys = [key._replace(footer=95) if key.id == "summary-filter" else key for key in keys]
        self._keys.offer(hidden, labels, keys)

    @on(SummaryList.Selected)
    def _select(self) -> None:
        if not self._filtering:
            self._prompt.close()
        self._found = ViewDrawing(())
        self._offer()
        self._want()

    def _want(self) -> None:
        """Have what is selected drawn, unless it is shown or something else is being drawn."""
        width, height = self._view.content_size
        item = self._list.selected
        if item is None or width < 1 or height < 1:
            return
        if self._reading is not None:
            self._more_wanted = True
            return
        ascii_only = self.app.has_class("-ascii")
        coloured = self.app.console.color_system in _COLOURS_FROM and not self.app.no_color
        cell = picture_cell(self.app) if self.is_current else None
        look = ViewOptions(
            self._step,
            width,
            height,
            ascii_only,
            coloured,
            palette=palette_of(self.app),
            inside=self._inside,
            cell=cell,
        )
        wanted = self._views.wanted(item, look)
        if wanted == self._shown:
            return
        self._reading = wanted
        self.run_worker(lambda: self._draw(wanted), thread=True, group="summaries")
        shown = self._shown
        if shown is None or shown.item.key != item.key:
            self.set_timer(_OPENS_WITHIN, partial(self._say_reading, wanted))
        elif shown.look.step != look.step:  # else what is seen stays until there is more
            self.set_timer(_STEPS_WITHIN, partial(self._say_reading, wanted))

    def _draw(self, wanted: DrawRequest) -> None:
        """For the thread."""
        shown = self._views.draw(wanted)
        pictures = self._encoder.encode(picture_protocol(self.app), shown.pictures)
        self.post_message(self.Ready(wanted, shown, pictures))

    @on(Ready)
    def _show(self, message: Ready) -> None:
        self._reading, self._shown = None, message.wanted
        if self._more_wanted:
            self._more_wanted = False
            self._want()
        item = self._list.selected
        if item is None or item.key != message.wanted.item.key:
            return
        found = self._found = message.shown
        self._view.show(found.rows)
        left, top = self._view.content_region.offset
        place_pictures(
            self.app,
            [
                one._replace(area=one.area._replace(x=one.area.x + left, y=one.area.y + top))
                for one in (message.pictures if self.is_current else [])
            ],
        )
        self._offer()
        again = found.again if (round_trip(self.app) or 0) < _MOVES_WITHIN else None
        if found.partial:
            again = _PARTIAL_AGAIN
        if again is not None:
            self.set_timer(again, lambda: self._do(lambda _: None, item))

    def _do(self, deed: Deed, to: Item | None = None) -> None:
        """Have something done to the selected view, if that is the one that is meant."""
        item = self._list.selected
        if item is not None and (to is None or to.key == item.key):
            self._views.do(item, deed)
            self._want()

    # Keys

    @property
    def keys(self) -> list[Key]:
        """Those that work now, as the user has them."""
        item = self._list.selected
        own = kind_of(item).keys if item else ()
        working = [key for key in own if self._inside or not key.inside]
        return list(keys_of(self.app, [*working, *SUMMARY_KEYS]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self._asking is not None or self._filtering:
            return False  # keys are for the line alone
        if action != "view_key":
            return True
        return self._view_key(str(parameters[0])) is not None

    def _view_key(self, id: str) -> Key | None:
        """The key if the selected kind has it now."""
        item = self._list.selected
        keys = kind_of(item).keys if item else ()
        return next(
            (key for key in keys if key.id == id and (self._inside or not key.inside)), None
        )

    def action_view_key(self, id: str) -> None:
        item, key = self._list.selected, self._view_key(id)
        if item is None or key is None:
            return
        if key.asks:
            self._asking = item, key
            self._prompt.open(asked=key.asks)
        else:
            self._do(lambda view: view.press(id))

    def action_filter(self) -> None:
        self._filtering = True
        self._prompt.open(self._filter, asked="filter the list")

    @on(Prompt.Changed)
    def _answer(self, message: Prompt.Changed) -> None:
        self._prompt.say("")
        if self._filtering:
            try:
                shows = parse_filter(message.text)
            except FilterError as error:
                self._prompt.say(str(error), wrong=True)
                return
            self._filter = message.text
            self._change_list(lambda: self._list.filter(shows))
        elif self._asking is not None:
            item, key = self._asking
            self._do(lambda view: view.press(key.id, message.text), item)

    @on(Prompt.Closed)
    def _asked(self) -> None:
        self._asking, self._filtering = None, False
        self.set_focus(None)
        self._next_header = 0.0  # a list without items says why

    def action_back(self) -> None:
        if self._inside:
            self._enter(False)
        else:
            self.dismiss()

    def action_charts(self) -> None:
        self.dismiss()

    def action_enter(self) -> None:
        self._enter(True)

    def _enter(self, inside: bool) -> None:
        self._inside = inside
        self._arrange()
        self.call_after_refresh(self._want)

    def action_help(self) -> None:
        item = self._list.selected
        kind = kind_of(item) if item else None
        own = kind.keys if kind else ()
        keys = keys_of(self.app, [*own, *beside(own)])
        self.app.push_screen(SummaryHelpScreen(kind, keys))

    def action_select(self, items: int) -> None:
        self._list.move_cursor(items)

    def _steps(self) -> list[int]:
        item = self._list.selected
        return kind_of(item).steps(self._views.subject(item)).tolist() if item else []

    def _go(self, index: int) -> None:
        """Show one of the steps; the last one is followed."""
        found = self._steps()
        if found:
            index = max(0, index)
            self._step = found[index] if index < len(found) - 1 else None
            self._want()

    def action_scrub(self, steps: int) -> None:
        found = self._steps()
        if found:
            self._go(place_of(found, self._step) + steps)

    def action_first(self) -> None:
        self._go(0)

    def action_newest(self) -> None:
        self._step = None
        self._want()

    def action_page(self, pages: int) -> None:
        self._do(lambda view: view.page(pages))

    # Mouse

    @on(RowsView.Pointed)
    def _point(self, message: RowsView.Pointed) -> None:
        if not self._slide(message.x, (message.x, message.y)):
            self._do(lambda view: view.point(message.x, message.y))

    @on(RowsView.Dragged)
    def _drag(self, message: RowsView.Dragged) -> None:
        if not self._slide(message.x, message.start):
            self._do(lambda view: view.drag(message.dx, message.dy))

    def _slide(self, x: int, start: tuple[int, int]) -> bool:
        """Go to the step at a column of the slider, if the mouse was pressed on that."""
        track = find_track(self._found.rows)
        if track is None or not track.holds(*start):
            return False
        self._go(track.step_at(x, len(self._steps())))
        return True

    @on(RowsView.Turned)
    def _turn(self, message: RowsView.Turned) -> None:
        self._do(lambda view: view.wheel(message.notches))
