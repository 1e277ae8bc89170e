"""What the app has to say: a line at the bottom for a while, and a list to read it again."""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual.notifications import SeverityLevel

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.text import fit, safe, width
from tuimon.tui.keys.key_hints import key_row
from tuimon.tui.keys.key_tables import Key
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


def message_row(message: AppMessage, keys: Sequence[Key], cells: int) -> Row:
    """As much of a message as there is room for, and hints to keys in at most half of it."""
    sign, role = _SIGNS[message.severity]
    hints = key_row(keys, cells // 2)
    room = max(0, cells - 1 - sum(width(span.text) for span in hints))
    return (Span(" ", role), Span(fit(f"{sign}{message.text}", room), role), *hints)


class MessageLine(PassingLine):
    """Shows a message; a click lists all."""

    async def on_click(self) -> None:
        await self.app.run_action("app.messages")
