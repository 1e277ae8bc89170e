"""What is on the main screen that Textual's Pilot drives."""

import asyncio

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tuimon.tui.panes.cells import CellView
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.screens.monitor import MonitorScreen

_NAMES = {character: _character_to_key(character) for character in ".,;:=*<>[]+-/? "}


async def settle(pilot: Pilot[None]) -> MonitorScreen:
    """Wait until everything that is on disk is on the screen, or the app ends; the main screen."""
    screen = next(s for s in pilot.app.screen_stack if isinstance(s, MonitorScreen))
    session = screen.session
    for _ in range(200):
        await pilot.pause(0.05)
        if not pilot.app.is_running:
            return screen
        if session.follower.loading or pilot.app.type_ahead.busy:
            continue
        handled = asyncio.Event()  # a drawing that is being prepared has begun
        screen.call_later(handled.set)
        await handled.wait()
        if screen.at_rest:
            await pilot.pause()
            return screen
    raise AssertionError("the screen does not come to rest")


async def type_keys(pilot: Pilot[None], *keys: str) -> MonitorScreen:
    """Press keys one right behind the other, and wait until all of them show."""
    driver = pilot.app._driver
    assert driver is not None
    for key in keys:
        event = Key(_NAMES.get(key, key), key if len(key) == 1 else None)
        event.set_sender(pilot.app)
        driver.send_message(event)
    return await settle(pilot)


def shown(widget: CellView) -> str:
    return "\n".join("".join(span.text for span in row) for row in widget.shown_rows)


def visible(screen: MonitorScreen) -> list[str]:
    return [chart.metric.title for chart in screen.query(ChartView) if chart.display]
