"""Rows that someone else has laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from tuimon.charts.model import Row
from tuimon.tui.panes.cells import CellView


class RowsView(CellView):
    """Shows rows; what is longer or wider than the widget is cut off. Tells of the mouse."""

    DEFAULT_CSS = "RowsView { width: 1fr; height: 1fr; }"

    @dataclass
    class Pointed(Message):
        """A cell was clicked."""

        x: int
        y: int

    @dataclass
    class Dragged(Message):
        """The mouse moved by so many cells, a button held."""

        dx: int
        dy: int
        x: int
        """Where it is now."""
        start: tuple[int, int]
        """The cell where the button went down."""

    @dataclass
    class Turned(Message):
        """The wheel was turned down by so many notches."""

        notches: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: Sequence[Row] = ()
        self._held: tuple[int, int] | None = None
        """Where the mouse button went down."""
        self._at: tuple[int, int] | None = None
        """Where the mouse is, the button held."""
        self._dragged = False

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        self._shown = rows
        self.draw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """As many rows as there is room for."""
        return self._shown[:height]

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
        self.post_message(self.Dragged(x - self._at[0], y - self._at[1], x, self._held))
        self._at = x, y

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._held = self._at = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is not None and not self._dragged:
            self.post_message(self.Pointed(place.x, place.y))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.post_message(self.Turned(1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.post_message(self.Turned(-1))
