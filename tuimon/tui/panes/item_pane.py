"""What is no scalar, as one looks at it: the view of an item, with the keys of its kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.message import Message

from tuimon.charts.model import ChartOptions, Row
from tuimon.terminal.driver import picture_cell, picture_protocol, place_pictures, round_trip
from tuimon.terminal.graphics import PictureEncoder, TerminalPicture
from tuimon.tui.item_views import Deed, DrawRequest, ItemViews
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics, bindings
from tuimon.tui.panes.cells import CellView
from tuimon.tui.themes.styles import palette_of
from tuimon.views.base import ViewDrawing, ViewOptions
from tuimon.views.kinds import KINDS, kind_of, waiting
from tuimon.views.slider import find_track
from tuimon.views.subject import Item, place_of

_OPEN = "Open the view: the whole width, its own keys"
_SCROLL = "Scroll what is longer than the screen"

VIEW_KEYS = tuple(key for kind in KINDS for key in kind.keys)
"""Of all kinds of views; those of the kind that is shown work."""
_STEPPING = ("summary-right", "summary-first", "summary-newest")
ITEM_KEYS = (
    Key("summary-enter", "enter", "enter", "Open", _OPEN, "open", 86),
    Key("summary-left", "left,h", "scrub(-1)", "Step back", "Go back, on by one step; by ten"),
    Key("summary-right", "right,l", "scrub(1)", "Step on", label="step", footer=85),
    Key("summary-left-10", "H,shift+left", "scrub(-10)", "Ten steps back"),
    Key("summary-right-10", "L,shift+right", "scrub(10)", "Ten steps on"),
    Key("summary-first", "home,0", "first", "First step", "Go to the ends", "first", 60),
    Key("summary-newest", "end,dollar_sign", "newest", "Newest step", label="newest", footer=61),
    Key("summary-page", "n,pagedown,space", "page(1)", "Scroll", _SCROLL, "scroll", 70),
    Key("summary-page-up", "p,pageup", "page(-1)", "Scroll back"),
)

_OPENS_WITHIN, _STEPS_WITHIN = 0.08, 0.3
"""Seconds after which it is told that a view is still being read, or another step of it."""
_PARTIAL_AGAIN = 0.05
"""Seconds until more of a view is looked for that is read piece by piece."""
_MOVES_WITHIN = 0.3
"""Seconds to the terminal and back that are too many for what moves."""
_COLOURS_FROM = ("256", "truecolor", "windows")


class ItemPane(KeyOwner, CellView, can_focus=True):
    """Shows an item; drawings are read and laid out in a thread, one at a time.

    What is longer or wider than the widget is cut off.
    """

    DEFAULT_CSS = "ItemPane { width: 1fr; height: 1fr; padding: 0 1; }"
    # The keys of a kind come first: where it has one that others have too, its own counts.
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(VIEW_KEYS), *bindings(ITEM_KEYS)]

    @dataclass
    class Ready(Message):
        """What was wanted can be shown."""

        wanted: DrawRequest
        shown: ViewDrawing
        pictures: list[TerminalPicture]

    class Changed(Message):
        """Something else is shown, or the view was entered or left: other keys may work."""

    @dataclass
    class Question(Message):
        """A key asks for a text, which is to be passed on to `answer`."""

        item: Item
        key: Key

    def __init__(self, views: ItemViews, charts: ChartOptions, *, id: str | None = None) -> None:
        """`charts` is how those of scalars are drawn."""
        super().__init__(id=id)
        self._views = views
        self._charts = charts
        self._encoder = PictureEncoder()
        self.item: Item | None = None
        """What is shown, once it is drawn."""
        self.step: int | None = None
        """The step that was chosen; None while the newest one is followed."""
        self.inside = False
        """The view was entered."""
        self._reading: DrawRequest | None = None
        self._more_wanted = False
        self._drawn: DrawRequest | None = None
        """What is on the screen."""
        self._found = ViewDrawing(())
        self._shown: Sequence[Row] = ()
        self._held: tuple[int, int] | None = None
        """Where the mouse button went down."""
        self._at: tuple[int, int] | None = None
        """Where the mouse is, the button held."""
        self._dragged = False

    @property
    def busy(self) -> bool:
        """Whether something is being drawn, or is to be."""
        return self._reading is not None or self._more_wanted

    def show_item(self, item: Item | None) -> None:
        """Show another item, or none; one with the key of the last is that, as it is now."""
        before, self.item = self.item, item
        if item is None or before is None or item.key != before.key:
            self._found = ViewDrawing(())
            self.post_message(self.Changed())
            self.follow()

    def enter(self, inside: bool) -> None:
        """Enter the view, or leave it."""
        if inside != self.inside:
            self.inside = inside
            self.post_message(self.Changed())
            self.call_after_refresh(self.follow)

    def leave_screen(self) -> None:
        """Take pictures away: something else is shown for a while, until `follow` is called."""
        place_pictures(self.app, [])
        self._drawn = None

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.follow)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """As many rows as there is room for."""
        return self._shown[:height]

    def _show(self, rows: Sequence[Row]) -> None:
        self._shown = rows
        self.draw()

    # What is drawn, and when

    def follow(self) -> None:
        """Have the item drawn as it is now, unless it is shown or something is being drawn."""
        width, height = self.content_size
        item = self.item
        if item is None or width < 1 or height < 1:
            return
        if self._reading is not None:
            self._more_wanted = True
            return
        wanted = self._views.wanted(item, self._look(width, height))
        if wanted == self._drawn:
            return
        self._reading = wanted
        self.run_worker(lambda: self._draw(wanted), thread=True, group="summaries")
        shown = self._drawn
        if shown is None or shown.item.key != item.key:
            self.set_timer(_OPENS_WITHIN, partial(self._say_reading, wanted))
        elif shown.look.step != wanted.look.step:  # else what is seen stays until there is more
            self.set_timer(_STEPS_WITHIN, partial(self._say_reading, wanted))

    def _look(self, width: int, height: int) -> ViewOptions:
        return ViewOptions(
            self.step,
            width,
            height,
            self.app.has_class("-ascii"),
            self.app.console.color_system in _COLOURS_FROM and not self.app.no_color,
            palette=palette_of(self.app),
            inside=self.inside,
            cell=picture_cell(self.app) if self.screen.is_current else None,
            charts=self._charts,
        )

    def _draw(self, wanted: DrawRequest) -> None:
        """For the thread."""
        shown = self._views.draw(wanted)
        pictures = self._encoder.encode(picture_protocol(self.app), shown.pictures)
        self.post_message(self.Ready(wanted, shown, pictures))

    def _say_reading(self, wanted: DrawRequest) -> None:
        """Tell what is being read, if it still is."""
        if self._reading is wanted:
            self._show(waiting(self._views.subject(wanted.item), wanted.look))
            place_pictures(self.app, [])

    @on(Ready)
    def _show_drawing(self, message: Ready) -> None:
        self._reading, self._drawn = None, message.wanted
        if self._more_wanted:
            self._more_wanted = False
            self.follow()
        item = self.item
        if item is None or item.key != message.wanted.item.key:
            return
        found = self._found = message.shown
        self._show(found.rows)
        left, top = self.content_region.offset
        place_pictures(
            self.app,
            [
                one._replace(area=one.area._replace(x=one.area.x + left, y=one.area.y + top))
                for one in (message.pictures if self.screen.is_current else [])
            ],
        )
        self.post_message(self.Changed())
        again = found.again if (round_trip(self.app) or 0) < _MOVES_WITHIN else None
        if found.partial:
            again = _PARTIAL_AGAIN
        if again is not None:
            self.set_timer(again, lambda: self._do(lambda _: None, item))

    def _do(self, deed: Deed, to: Item | None = None) -> None:
        """Have something done to the view, if it is that of the item that is meant."""
        item = self.item
        if item is not None and (to is None or to.key == item.key):
            self._views.do(item, deed)
            self.follow()

    # Keys

    @property
    def own_keys(self) -> list[Key]:
        """Those of the item's kind that work now."""
        keys = kind_of(self.item).keys if self.item else ()
        return [key for key in keys if self.inside or not key.inside]

    def topics(self) -> Topics:
        return {"": (*self.own_keys, *ITEM_KEYS)}

    def idle_keys(self) -> set[str]:
        """Ids of the keys that do nothing as things are."""
        if self.item is None:
            return {key.id for key in ITEM_KEYS}
        does = {
            "summary-enter": not self.inside,
            "summary-page": self._found.scrolls,
            **dict.fromkeys(_STEPPING, len(self._steps()) > 1),
        }
        return {key for key, something in does.items() if not something} | {*self._found.idle}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "view_key" or any(key.id == parameters[0] for key in self.own_keys)

    def action_view_key(self, id: str) -> None:
        key = next((key for key in self.own_keys if key.id == id), None)
        if self.item is None or key is None:
            return
        if key.asks:
            self.post_message(self.Question(self.item, key))
        else:
            self._do(lambda view: view.press(id))

    def answer(self, question: Question, text: str) -> None:
        """Pass on what was typed, if the item is still shown."""
        self._do(lambda view: view.press(question.key.id, text), question.item)

    def action_enter(self) -> None:
        self.enter(True)

    def action_page(self, pages: int) -> None:
        self._do(lambda view: view.page(pages))

    def action_scrub(self, steps: int) -> None:
        found = self._steps()
        if found:
            self._go(place_of(found, self.step) + steps)

    def action_first(self) -> None:
        self._go(0)

    def action_newest(self) -> None:
        self.step = None
        self.follow()

    def _steps(self) -> list[int]:
        item = self.item
        return kind_of(item).steps(self._views.subject(item)).tolist() if item else []

    def _go(self, index: int) -> None:
        """Show one of the steps; the last one is followed."""
        found = self._steps()
        if found:
            index = max(0, index)
            self.step = found[index] if index < len(found) - 1 else None
            self.follow()

    # Mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        place = event.get_content_offset(self)
        self._held = self._at = (place.x, place.y) if place else None
        self._dragged = False
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        x, y = event.get_content_offset_capture(self)
        if self._held is None or self._at is None or self._at == (x, y):
            return
        self._dragged = True
        dx, dy = x - self._at[0], y - self._at[1]
        self._at = x, y
        if not self._slide(x, self._held):
            self._do(lambda view: view.drag(dx, dy))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._held = self._at = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is not None and not self._dragged and not self._slide(place.x, place):
            self._do(lambda view: view.point(place.x, place.y))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._do(lambda view: view.wheel(1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._do(lambda view: view.wheel(-1))

    def _slide(self, x: int, start: tuple[int, int]) -> bool:
        """Go to the step at a column of the slider, if the mouse was pressed on that."""
        track = find_track(self._found.rows)
        if track is None or not track.holds(*start):
            return False
        self._go(track.step_at(x, len(self._steps())))
        return True
