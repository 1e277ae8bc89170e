"""All tags as sparklines: sections, the way to a chart, the filter."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.event_files import scalar, version, write
from support.screens import settle, shown, visible
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.sparkline_grid import SparklineGrid

TAGS = ("loss", "lr", *(f"model/norm_{n}" for n in range(7)), *(f"eval/task_{n}" for n in range(3)))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    points = [scalar(tag, step, step + n) for step in range(9) for n, tag in enumerate(TAGS)]
    write(tmp_path, [version(), *points])
    session = Session.of_logdirs([tmp_path])
    session.start()
    yield session
    session.stop()


async def test_tags_are_found_by_their_sections_and_open_their_charts(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        await pilot.press("O")
        await pilot.pause()
        grid = pilot.app.screen.query_one(SparklineGrid)
        lines = shown(grid).splitlines()
        assert [line.split()[:2] for line in lines if "──" in line] == [
            ["metrics", "2"],
            ["model", "7"],
            ["eval", "3"],
        ]
        assert re.fullmatch("loss +⣀[⠀-⣿]+ +8 +lr +⣀[⠀-⣿]+ +9", lines[1].strip())
        await pilot.press("right_curly_bracket")
        assert grid.chosen == "model/norm_0"
        assert "section model" in shown(pilot.app.screen.query_one(KeyBar))
        for key, chosen in (("down", 3), ("right", 4), ("down", 6), ("up", 3), ("left", 2)):
            await pilot.press(key)
            assert grid.chosen == f"model/norm_{chosen}"
        await pilot.press("left_curly_bracket", "left_curly_bracket", "enter")
        assert pilot.app.screen is screen
        await settle(pilot)
        assert screen.query_one("#charts").focused_chart.metric.title == "eval/task_0"


async def test_the_filter_takes_a_section_and_goes_with_one(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        await pilot.press("O", "slash", *"eval/", "enter")
        await pilot.pause()
        grid = pilot.app.screen.query_one(SparklineGrid)
        assert shown(grid).count("task_") == 3
        assert "norm" not in shown(grid)
        await pilot.press("escape")
        await settle(pilot)
        assert visible(screen) == [f"eval/task_{n}" for n in range(3)]


async def test_the_charts_jump_from_section_to_section(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        charts = screen.query_one("#charts")
        for key, title in (("}", "model/norm_0"), ("}", "eval/task_0"), ("}", "loss")):
            await press(pilot, key)
            assert charts.focused_chart.metric.title == title
        await press(pilot, "{")
        assert charts.focused_chart.metric.title == "eval/task_0"


async def press(pilot: Pilot[None], character: str) -> None:
    await pilot.press({"}": "right_curly_bracket", "{": "left_curly_bracket"}[character])
    await settle(pilot)
