"""Tags that hold summaries, under a heading for each kind; one of them is selected."""

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.store.filters import EVERYTHING, Predicate
from tuimon.text import fit, format_step, safe, shorten, width
from tuimon.tui.panes.cells import CellView, line
from tuimon.views.subject import Item

_COUNT_CELLS = 6
_LEAST_WIDTH = 18


class _Heading(NamedTuple):
    run: str
    """Empty when there is only one."""
    kind: str


class SummaryList(CellView):
    """A list with a cursor, kept in view; the cursor stays on its tag while others appear."""

    DEFAULT_CSS = "SummaryList { dock: left; width: 28; background: $surface; }"

    class Selected(Message):
        """Another tag is selected, or the first one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._all: Sequence[Item] = ()
        self._items: list[Item] = []
        """Those that are listed."""
        self._shows: Predicate = EVERYTHING
        self._cursor = 0
        self._top = 0
        self._lines: list[int | _Heading] = []
        """What the rows are: indices of items, or headings."""

    @property
    def selected(self) -> Item | None:
        """The item under the cursor."""
        return self._items[self._cursor] if self._items else None

    @property
    def items(self) -> Sequence[Item]:
        """All items that are listed, in their order."""
        return self._items

    def set_items(self, items: Sequence[Item]) -> None:
        """List these items; the cursor stays on the one that it is on, or beside where that was."""
        self._all = items
        self._list()

    def filter(self, shows: Predicate) -> None:
        """List only items of which run and tag are to be shown."""
        self._shows = shows
        self._list()

    def _list(self) -> None:
        items = [one for one in self._all if self._shows(one.run, one.label or one.tag)]
        before = self.selected
        self._items = items
        keys = [item.key for item in items]
        if before is not None and before.key in keys:
            self._cursor = keys.index(before.key)
        else:
            self._cursor = min(self._cursor, max(0, len(keys) - 1))
            self.post_message(self.Selected())
        several = len({item.run for item in items}) > 1
        self._lines = []
        heading = None
        for index, item in enumerate(items):
            new = _Heading(item.run if several else "", item.heading)
            if new != heading:
                heading = new
                self._lines.append(new)
            self._lines.append(index)
        self.draw()

    def move_cursor(self, items: int) -> None:
        """Move the cursor down by so many items (up when negative)."""
        before = self._cursor
        self._cursor = min(max(before + items, 0), max(0, len(self._items) - 1))
        if self._cursor != before:
            self.post_message(self.Selected())
        self.draw()

    def wanted_width(self, most: int) -> int:
        """Cells that show all tags in full, at most `most`."""
        longest = max((width(safe(item.label or item.tag)) for item in self._items), default=0)
        return max(_LEAST_WIDTH, min(longest + _COUNT_CELLS + 4, most))

    def rows(self, width: int, height: int) -> list[Row]:
        """The part of the list that holds the cursor."""
        if not self._items:
            return []
        at = self._lines.index(self._cursor)
        # The heading above the first tag comes into view with it.
        highest = at - 1 if isinstance(self._lines[at - 1], _Heading) else at
        self._top = min(max(self._top, at - height + 1), highest)
        shown = self._lines[self._top : self._top + height]
        return [
            self._item(one, width) if isinstance(one, int) else self._heading(one, width)
            for one in shown
        ]

    def on_click(self, event: events.Click) -> None:
        place = self._top + event.y
        found = self._lines[place] if place < len(self._lines) else None
        if isinstance(found, int):
            self.move_cursor(found - self._cursor)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.move_cursor(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.move_cursor(-1)

    def _heading(self, heading: _Heading, cells: int) -> Row:
        kind, run = safe(heading.kind), safe(heading.run)
        if run:
            room = cells - width(kind) - 6
            run = (run if width(run) <= room else fit(run, room)) + " · "
        rest = cells - width(run) - width(kind) - 3
        return line(
            (" ", roles.AXIS),
            (run, roles.DIM),
            (kind, roles.TITLE),
            (" " + "─" * max(0, rest) + " ", roles.AXIS),
        )

    def _item(self, index: int, cells: int) -> Row:
        item = self._items[index]
        room = max(1, cells - _COUNT_CELLS - 4)
        name = fit(shorten(safe(item.label or item.tag), room), room)
        count = fit(format_step(item.count), _COUNT_CELLS, "right")
        if index == self._cursor:
            return (Span(fit(f" › {name}{count} ", cells), roles.SELECTED),)
        return line(("   ", roles.TEXT), (name, roles.TEXT), (count + " ", roles.DIM))
