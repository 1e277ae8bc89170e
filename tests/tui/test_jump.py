"""Letters on everything that can have the focus."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from support.event_files import scalar, version, write
from support.screens import settle
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.dialogs.jump import JumpScreen, labels
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.screens.monitor import MonitorScreen


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    points = [scalar(tag, step, step) for step in range(9) for tag in ("loss", "lr", "acc")]
    for run in ("one", "two"):
        write(tmp_path / run, [version(), *points])
    session = Session.of_logdirs([tmp_path])
    session.start()
    yield session
    session.stop()


async def test_a_letter_focuses_what_it_stands_on(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 40)) as pilot:
        screen = await settle(pilot)
        await pilot.press("apostrophe", "d")
        await pilot.pause()
        assert screen.query_one(ChartPane).focused_chart.metric.title == "lr"
        await pilot.press("apostrophe")
        await pilot.pause()
        jump = pilot.app.screen
        assert isinstance(jump, JumpScreen)
        assert len(jump.targets) == 3 + 2 + 3
        (label, last) = [*jump.targets.items()][-1]
        sign = next(sign for sign in jump.query(Static) if str(sign.content) == label)
        assert (sign.region.x, sign.region.y) == (last.x, last.y)
        charts = [t for t in jump.targets.values() if t.is_before]
        signs = [sign for sign in jump.query(Static) if str(sign.content) in "asd"]
        assert [sign.region.right for sign in signs] == [target.x for target in charts]
        await pilot.press(label)
        while (focused := screen.query_one(ChartPane).focused_chart) is None:
            await pilot.pause(0.02)
        assert focused.metric.title in ("loss", "lr", "acc")
        await pilot.press("apostrophe", "escape")
        assert isinstance(pilot.app.screen, MonitorScreen)


def test_labels_are_never_the_beginning_of_others() -> None:
    for count in (1, 26, 27, 100, 600):
        found = labels(count)
        assert len(set(found)) == count
        assert len({len(label) for label in found}) == 1
