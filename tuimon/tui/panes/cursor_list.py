"""A list of which one item is under the cursor: what all lists have in common."""

from collections.abc import Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.list_cursor import ListCursor
from tuimon.text import width
from tuimon.tui.panes.cells import CellView

T = TypeVar("T")


class CursorList(CellView, Generic[T], can_focus=True):
    """Items below each other, a row each; scrolled so that the cursor stays in view.

    A click moves the cursor, one on the row under it opens; so does Enter, by `action_choose`.
    """

    HEAD_ROWS: ClassVar[int] = 0
    """Rows above the items."""
    NOTCH: ClassVar[int] = 3
    """Rows that the wheel moves the cursor by."""
    OPENS_AT_ONCE: ClassVar[bool] = False
    """A click opens, wherever the cursor is."""
    LIT_ALWAYS: ClassVar[bool] = False
    """The cursor is seen while something else has the focus, too."""
    HAS_BAR: ClassVar[bool] = False
    """The last cell of each row is kept for a bar, which tells which part of the list is in view.
    """

    class Moved(Message):
        """Another item is under the cursor, or none any more."""

    class Opened(Message):
        """The item under the cursor is to be opened."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.items: Sequence[T] = ()
        """All of them, headings too."""
        self._cursor = ListCursor()

    # What a kind of list says of its own

    def key_of(self, item: T) -> Hashable:
        """What an item is known by when there are others."""
        return item

    def is_heading(self, item: T) -> bool:
        """Whether the cursor passes over it; what comes next in the list is none."""
        return False

    def head(self, cells: int) -> Sequence[Row]:
        """The `HEAD_ROWS` rows above the items, of so many cells.

        They are asked for when it is known which items are in view, and before those.
        """
        return ()

    def foot(self, cells: int, height: int) -> Sequence[Row]:
        """Rows at the bottom of a list of this size."""
        return ()

    def item_row(self, item: T, cells: int, *, selected: bool) -> Row:
        """An item; `selected` when the cursor is to be seen on it."""
        raise NotImplementedError

    # What all of them do

    @property
    def chosen(self) -> T | None:
        """The item under the cursor."""
        return self.items[self._cursor.at] if self.items else None

    @property
    def place(self) -> tuple[int, int]:
        """Number of the row under the cursor, from 1 on, and of rows."""
        return min(self._cursor.at + 1, len(self.items)), len(self.items)

    @property
    def below(self) -> int:
        """How many items are below those in view."""
        return max(0, len(self.items) - self._cursor.top - self._cursor.room)

    def set_items(self, items: Sequence[T], *, keep: bool = True) -> None:
        """Show these; the cursor stays on its item, else beside where that was.

        Without `keep` it goes to the first one.
        """
        before = self._chosen_key
        self.items = items
        if not keep:
            self._cursor.at = 0
        elif before is not None:
            keys = map(self.key_of, items)
            at = next((at for at, key in enumerate(keys) if key == before), self._cursor.at)
            self._cursor.at = at
        self._cursor.limit(len(items))
        self._leave_heading(1)
        if self._chosen_key != before:
            self.post_message(self.Moved())
        self.draw()

    def move_cursor(self, rows: int) -> bool:
        """Move the cursor down by so many rows (up when negative); whether it moved."""
        before = self._cursor.at
        self._cursor.move(rows)
        self._leave_heading(rows)
        moved = self._cursor.at != before
        if moved:
            self.post_message(self.Moved())
            self.draw()
        return moved

    def move_to(self, key: Hashable) -> None:
        """Move the cursor to the item that is known by `key`, if there is one."""
        at = next((at for at, one in enumerate(self.items) if self.key_of(one) == key), None)
        if at is not None:
            self.move_cursor(at - self._cursor.at)

    @property
    def page_rows(self) -> int:
        """Rows from page to page: those in view but one."""
        return max(1, self._cursor.room - 1)

    def action_choose(self) -> None:
        """Ask for what is under the cursor."""
        if self.items:
            self.post_message(self.Opened())

    def rows(self, cells: int, height: int) -> list[Row]:
        """The items in view between head and foot."""
        foot = self.foot(cells, height)
        room = height - self.HEAD_ROWS - len(foot)
        at = self._cursor.at
        lead = int(at > 0 and self.is_heading(self.items[at - 1]))
        seen = self._cursor.fit(len(self.items), room, lead=lead)
        lit = at if self.LIT_ALWAYS or self.has_focus else None
        cells -= self.HAS_BAR
        rows = [*self.head(cells)]
        shown = [self.item_row(self.items[i], cells, selected=i == lit) for i in seen]
        rows += self._barred(shown, cells) if self.HAS_BAR else shown
        rows += [()] * (height - len(rows) - len(foot) if foot else 0)
        return [*rows, *foot]

    def on_click(self, event: events.Click) -> None:
        index = self._cursor.top + event.y - self.HEAD_ROWS
        if event.y < self.HEAD_ROWS or index >= len(self.items):
            return
        if self.is_heading(self.items[index]):
            return
        moved = self.move_cursor(index - self._cursor.at)
        if self.OPENS_AT_ONCE or not moved:
            self.action_choose()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move_cursor(self.NOTCH)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move_cursor(-self.NOTCH)

    def _barred(self, rows: Sequence[Row], cells: int) -> list[Row]:
        """Rows of so many cells, each with its cell of the bar where there are more than these."""
        count, room = len(self.items), len(rows)
        if room >= count:
            return [*rows]
        size = max(1, room * room // count)
        begin = round(self._cursor.top * (room - size) / (count - room))
        bar = [begin <= at < begin + size for at in range(room)]
        return [
            (
                *row,
                Span(" " * (cells - sum(width(span.text) for span in row)), roles.BLANK),
                Span("▐", roles.THUMB) if is_thumb else Span("│", roles.TRACK),
            )
            for row, is_thumb in zip(rows, bar, strict=True)
        ]

    @property
    def _chosen_key(self) -> Hashable | None:
        chosen = self.chosen
        return None if chosen is None else self.key_of(chosen)

    def _leave_heading(self, rows: int) -> None:
        """On from a heading in the direction of a movement, or back below the first one."""
        if self.items and self.is_heading(self.items[self._cursor.at]):
            self._cursor.at += -1 if rows < 0 and self._cursor.at > 0 else 1
