"""What the app has to say: a line at the bottom for a while, and a list to read it again."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from textual.notifications import SeverityLevel

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.charts.roles import Role
from tuimon.text import fit, safe, width
from tuimon.tui.panes.cells import line
from tuimon.tui.panes.passing_line import PassingLine

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
    def told(self) -> tuple[str, str]:
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
    text = fit(f"{sign}{message.text}", room)
    return line((" ", role), (text, role), (key, roles.KEY), (label, roles.DIM))


class MessageLine(PassingLine):
    """Shows a message; a click lists all."""

    async def on_click(self) -> None:
        await self.app.run_action("app.messages")
