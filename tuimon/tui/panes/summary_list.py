"""Tags that hold summaries, under a heading for each kind; one of them is selected."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.store.filters import EVERYTHING, Predicate
from tuimon.text import fit, format_step, safe, shorten, width
from tuimon.tui.panes.cells import line
from tuimon.tui.panes.cursor_list import CursorList
from tuimon.views.subject import Item

_COUNT_CELLS = 6
_LEAST_WIDTH = 18


class _Heading(NamedTuple):
    run: str
    """Empty when there is only one."""
    kind: str


class SummaryList(CursorList[Item | _Heading], can_focus=False):
    """The cursor stays on its tag while others appear."""

    DEFAULT_CSS = "SummaryList { dock: left; width: 28; background: $surface; }"
    NOTCH = 1
    LIT_ALWAYS = True

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._all: Sequence[Item] = ()
        self.listed: list[Item] = []
        """All tags of the list, in their order."""
        self._shows: Predicate = EVERYTHING

    @property
    def selected(self) -> Item | None:
        """The tag under the cursor."""
        chosen = self.chosen
        return chosen if isinstance(chosen, Item) else None

    def set_summaries(self, items: Sequence[Item]) -> None:
        """List these."""
        self._all = items
        self._list()

    def filter(self, shows: Predicate) -> None:
        """List only items of which run and tag are to be shown."""
        self._shows = shows
        self._list()

    def _list(self) -> None:
        self.listed = [one for one in self._all if self._shows(one.run, one.label or one.tag)]
        several = len({item.run for item in self.listed if item.run}) > 1
        entries: list[Item | _Heading] = []
        heading = None
        for item in self.listed:
            new = _Heading(item.run if several else "", item.heading)
            if new != heading:
                heading = new
                entries.append(new)
            entries.append(item)
        self.set_items(entries)

    def wanted_width(self, most: int) -> int:
        """Cells that show all tags in full, at most `most`."""
        longest = max((width(safe(item.label or item.tag)) for item in self.listed), default=0)
        return max(_LEAST_WIDTH, min(longest + _COUNT_CELLS + 4, most))

    def key_of(self, item: Item | _Heading) -> Hashable:
        return item.key if isinstance(item, Item) else item

    def is_heading(self, item: Item | _Heading) -> bool:
        return isinstance(item, _Heading)

    def item_row(self, item: Item | _Heading, cells: int, *, selected: bool) -> Row:
        if isinstance(item, _Heading):
            return _heading_row(item, cells)
        room = max(1, cells - _COUNT_CELLS - 4)
        name = fit(shorten(safe(item.label or item.tag), room), room)
        count = fit(format_step(item.count), _COUNT_CELLS, "right")
        if selected:
            return (Span(fit(f" › {name}{count} ", cells), roles.SELECTED),)
        return line(("   ", roles.TEXT), (name, roles.TEXT), (count + " ", roles.DIM))


def _heading_row(heading: _Heading, cells: int) -> Row:
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
