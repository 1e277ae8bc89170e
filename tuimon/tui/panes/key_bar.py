"""The footer: the keys that work here, as many as fit, the important ones first."""

from collections.abc import Iterable
from typing import Any

from textual import events
from textual.screen import Screen

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.text import width
from tuimon.tui.keys.key_owner import focus_keys
from tuimon.tui.keys.key_tables import Key
from tuimon.tui.panes.cells import CellView, line


def fitting(keys: Iterable[Key], cells: int) -> list[Key]:
    """Keys that have a hint within `cells` columns, in their order; less important ones go."""
    wanted = [key for key in keys if key.footer]
    while wanted and sum(_width(key) for key in wanted) > cells:
        wanted.remove(min(wanted, key=lambda key: key.footer))
    return wanted


def key_row(keys: Iterable[Key], cells: int) -> Row:
    """Key hints within `cells` columns."""
    spans = [
        span
        for key in fitting(keys, cells)
        for span in ((f" {key.shown}", roles.KEY), (_label(key), roles.DIM))
    ]
    return line(*spans)


def key_at(keys: Iterable[Key], cells: int, x: int) -> Key | None:
    """The key whose hint is at a column of the row, if any."""
    for key in fitting(keys, cells):
        x -= _width(key)
        if x < 0:
            return key
    return None


def _width(key: Key) -> int:
    return width(key.shown) + width(_label(key)) + 1


def _label(key: Key) -> str:
    """What the hint tells behind the key; nothing where the key behind it tells that."""
    return f" {key.label} " if key.label else ""


class KeyBar(CellView):
    """Those that do something where the focus is, each also by a click; docked at the bottom."""

    DEFAULT_CSS = "KeyBar { dock: bottom; height: 1; background: $panel; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: list[Key] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._follow_focus)

    def _follow_focus(self, screen: Screen[Any]) -> None:
        keys = [each.key for each in focus_keys(screen, offered=True)]
        self._keys = sorted(keys, key=lambda key: -key.footer)
        self.draw()

    async def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        key = key_at(self._keys, self.size.width, event.x)
        if key is not None:
            await self.screen.run_action(key.action)

    def rows(self, width: int, height: int) -> list[Row]:
        return [key_row(self._keys, width)]
