"""The footer: the keys that work here, as many as fit, the important ones first."""

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.text import width
from tuimon.tui.keys.key_owner import focus_keys
from tuimon.tui.keys.key_tables import Key
from tuimon.tui.panes.cells import CellView, line


def key_row(keys: Iterable[Key], cells: int) -> Row:
    """Key hints in table order within `cells` columns; less important ones are left out."""
    wanted = [key for key in keys if key.footer]
    while wanted and sum(_width(key) for key in wanted) > cells:
        wanted.remove(min(wanted, key=lambda key: key.footer))
    spans = [
        span
        for key in wanted
        for span in ((f" {key.shown}", roles.KEY), (f" {key.label} ", roles.DIM))
    ]
    return line(*spans)


def _width(key: Key) -> int:
    return width(key.shown) + width(key.label) + 3


class KeyBar(CellView):
    """Those that do something where the focus is; docked at the bottom."""

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

    def rows(self, width: int, height: int) -> list[Row]:
        return [key_row(self._keys, width)]
