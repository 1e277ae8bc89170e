"""Keys that are typed ahead of what the keys before them bring about."""

import asyncio
from typing import ClassVar

import pytest
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from tuimon.terminal import type_ahead
from tuimon.tui.viewer_app import ViewerApp


class FocusNext(Message):
    """Asks whoever gets it to move the focus."""


class Taker(Widget, can_focus=True):
    """Takes keys and pastes."""

    def on_paste(self, event: events.Paste) -> None:
        assert isinstance(self.app, Keys)
        self.app.taken.append((str(self.id), event.text))

    async def on_key(self, event: events.Key) -> None:
        assert isinstance(self.app, Keys)
        assert self.parent is not None
        event.stop()
        self.app.taken.append((str(self.id), event.key))
        self.app.limits.append(self.app.type_ahead._limit)
        match event.key:
            case "p":
                self.parent.post_message(FocusNext())
            case "s":
                self.screen.call_later(self.app.focus_next, self.screen)
            case "h":
                await self.app.released.wait()


class Box(Widget):
    def compose(self) -> ComposeResult:
        yield Taker(id="first")
        yield Taker(id="second")

    @on(FocusNext)
    async def _focus_next(self) -> None:
        assert isinstance(self.app, Keys)
        await self.app.focus_next(self.screen)


class Keys(ViewerApp):
    CSS_PATH = None
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "note", priority=True)]

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[str, str]] = []
        self.limits: list[asyncio.TimerHandle | None] = []
        self.released = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Box()

    async def focus_next(self, screen: object) -> None:
        await asyncio.sleep(0.05)
        self.query_one("#second").focus()

    def action_note(self) -> None:
        self.taken.append(("app", "x"))

    async def take(self, *typed: str) -> list[tuple[str, str]]:
        """What takes these, keys or pastes, that come all at once."""
        assert self._driver is not None
        for text in typed:
            event = events.Key(text, text) if len(text) == 1 else events.Paste(text)
            event.set_sender(self)
            self._driver.send_message(event)
        async with asyncio.timeout(10):
            while len(self.taken) < len(typed):
                await asyncio.sleep(0.01)  # a pilot would wait for what is stuck
        return self.taken


@pytest.mark.parametrize("asks", ["p", "s"])
async def test_what_is_typed_goes_where_the_key_before_has_moved_the_focus(asks: str) -> None:
    app = Keys()
    async with app.run_test():
        taken = await app.take("a", asks, "b", "pasted", "c")
    first, second = [("first", "a"), ("first", asks)], ["b", "pasted", "c"]
    assert taken == first + [("second", text) for text in second]


async def test_a_key_that_takes_too_long_keeps_none_of_the_app_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(type_ahead, "_PATIENCE", 0.1)
    app = Keys()
    async with app.run_test():
        try:
            assert await app.take("h", "x") == [("first", "h"), ("app", "x")]
        finally:
            app.released.set()


async def test_no_limit_of_a_key_that_is_done_lets_later_ones_through() -> None:
    app = Keys()
    async with app.run_test() as pilot:
        await app.take("a", "b")
        async with asyncio.timeout(10):
            while app.type_ahead.busy:
                await pilot.pause(0.01)
        assert all(limit is not None and limit.cancelled() for limit in app.limits)
