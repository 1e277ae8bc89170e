"""The footer: the keys that work here, as many as fit, the important ones first."""

from typing import Any

from textual import events
from textual.screen import Screen

from tuimon.charts.model import Row
from tuimon.tui.keys.key_hints import key_at, key_row
from tuimon.tui.keys.key_owner import focus_keys
from tuimon.tui.keys.key_tables import Key
from tuimon.tui.panes.cells import CellView


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
