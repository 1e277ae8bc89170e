"""What the app has to say: a line at the bottom for a while, and a list to read it again."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from textual.notifications import SeverityLevel
from textual.timer import Timer

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.charts.roles import Role
from tuimon.text import fit, safe, width
from tuimon.tui.panes.cells import CellView, line

SECONDS: Mapping[SeverityLevel, float] = {"information": 4, "warning": 8, "error": 8}
"""That a message stands there."""
_SIGNS: Mapping[SeverityLevel, tuple[str, Role]] = {
    "information": ("", roles.TEXT),
    "warning": ("⚠ ", roles.WARN),
    "error": ("✗ ", roles.ERROR),
}


class AppMessage(NamedTuple):
    """Something that was said."""

    text: str
    """In one line, safe."""
    severity: SeverityLevel
    said_at: float
    """Unix seconds."""

    @property
    def row(self) -> tuple[str, str]:
        """When, and what."""
        return time.strftime("%H:%M:%S", time.localtime(self.said_at)), self.text


def app_message(text: str, title: str, severity: SeverityLevel) -> AppMessage:
    """A message of now."""
    told = ": ".join(filter(None, (title, text)))
    return AppMessage(safe(" ".join(told.split())), severity, time.time())


def message_row(message: AppMessage, key: str, cells: int) -> Row:
    """As much of a message as there is room for, and the `key` that lists all of them, if any."""
    sign, role = _SIGNS[message.severity]
    label = " messages " if key else ""
    room = max(0, cells - width(f"{key}{label}") - 1)
    return line(
        (" ", role),
        (fit(f"{sign}{message.text}", room), role),
        (key, roles.KEY),
        (label, roles.DIM),
    )


class MessageLine(CellView):
    """In the place of the footer, so that it covers nothing else; gone after some seconds."""

    DEFAULT_CSS = """
    MessageLine { dock: bottom; height: 1; layer: _toastrack; background: $panel; }
    """

    def __init__(self, message: AppMessage, key: str, seconds: float | None = None) -> None:
        """`key` lists what was said, as people read it."""
        super().__init__()
        self._message, self._key, self._seconds = message, key, seconds
        self._ends: Timer | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.say(self._message, self._seconds)

    def say(self, message: AppMessage, seconds: float | None = None) -> None:
        """Show a message, in the place of one that still stands there."""
        self._message = message
        if self._ends is not None:
            self._ends.stop()
        self._ends = self.set_timer(seconds or SECONDS[message.severity], self.remove)
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        return [message_row(self._message, self._key, width)]
