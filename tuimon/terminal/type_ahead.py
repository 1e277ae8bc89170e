"""Keys that are typed ahead: each waits until the one before it has done all that it does.

Textual hands keys on as they come. Of `/loss` sent in one burst, as slow links do, all five would
be with the charts before the first of them has opened the line that the others are meant for.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.widget import Widget

HandOn = Callable[[events.Event], Awaitable[None]]

_PATIENCE = 1.0
"""Seconds after which the next key goes on, whatever the one before it does."""


class KeyDone(Message, bubble=True):
    """Follows a key from widget to widget, and comes to the app behind it."""


class TypeAhead:
    """Holds back the keys and pastes of an app while one is under way."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._held: deque[events.Event] = deque()
        self._limit: asyncio.TimerHandle | None = None
        """While an event is under way."""
        self._target: Widget | None = None
        """What that event was handed to."""

    @property
    def busy(self) -> bool:
        """Whether an event is under way."""
        return self._limit is not None

    async def handle(self, event: events.Event, hand_on: HandOn) -> None:
        """Hand an event on to what has the focus, as soon as it is its turn."""
        if event.is_forwarded or not isinstance(event, events.Key | events.Paste):
            await hand_on(event)
        elif self.busy:
            self._held.append(event)
        else:
            loop = asyncio.get_running_loop()
            self._limit = loop.call_later(_PATIENCE, self._app.call_later, self._let_through)
            self._target = self._app.focused or self._app.screen
            await hand_on(event)
            self._target.post_message(KeyDone())

    def done(self) -> None:
        """The event has come through all widgets; what they sent each other may not have yet."""
        target = self._target
        if target is None:
            return
        path = [node for node in target.ancestors_with_self if node is not self._app]
        if any(node.message_queue_size for node in path):
            target.post_message(KeyDone())
        else:
            # Now what it has asked the app for: another focus, another screen.
            self._target = None
            self._app.call_later(self._let_screen_appear)

    def _let_screen_appear(self) -> None:
        # A screen handles nothing before it is composed and its first widget has the focus, and
        # lists have no rows to move by before it is laid out.
        screen = self._app.screen
        laid_out = screen.call_later if screen.size else screen.call_after_refresh
        laid_out(self._app.call_later, self._let_through)

    async def _let_through(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
        if self._held:
            await self._app.on_event(self._held.popleft())
