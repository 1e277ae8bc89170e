"""What is on the main screen that Textual's Pilot drives."""

from textual.pilot import Pilot

from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.widgets.cells import CellView
from tuimon.tui.widgets.chart_view import ChartView


async def settle(pilot: Pilot[None]) -> MonitorScreen:
    """Wait until everything that is on disk is on the screen; returns the main screen."""
    screen = next(s for s in pilot.app.screen_stack if isinstance(s, MonitorScreen))
    for _ in range(200):
        await pilot.pause(0.05)
        session = screen._session
        drawn = screen._drawn_version == session.store.version and not screen._charts.drawing
        if drawn and not session.follower.loading:
            break
    await pilot.pause()
    return screen


def shown(widget: CellView) -> str:
    return "\n".join("".join(span.text for span in row) for row in widget._rows)


def visible(screen: MonitorScreen) -> list[str]:
    return [chart.metric.title for chart in screen.query(ChartView) if chart.display]
