"""Filters and the run that stands out, driven by keys."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.event_files import append, scalar, version, write
from support.screens import settle, shown, visible
from tuimon.charts import roles
from tuimon.session.session import Session
from tuimon.terminal.terminal_app import screen_strips
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import Notice
from tuimon.tui.panes.page_line import PageLine
from tuimon.tui.panes.prompt import Prompt
from tuimon.tui.panes.tag_pane import TagPane

RUNS = ("adam_1", "adam_2", "sgd")
TAGS = ("loss/train", "loss/val", "acc/train", "layer_1/grad")


def records(level: float) -> list[bytes]:
    return [
        version(),
        *(scalar(tag, step, level + step / 50) for step in range(50) for tag in TAGS),
    ]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    for level, name in enumerate(RUNS):
        write(tmp_path / name, records(level))
    session = Session.of_logdirs([tmp_path])
    session.start()
    yield session
    session.stop()


def curve_roles(chart: ChartView) -> set[str]:
    """Roles of the lines in the plot; the legend is the row below the title."""
    return {span.role for row in chart.shown_rows[3:-2] for span in row if span.text.strip()}


async def test_charts_follow_the_filter_while_it_is_typed(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        assert visible(screen) == ["loss/train", "loss/val", "acc/train", "layer_1/grad"]
        await pilot.press("slash", *"acc")
        await pilot.pause()
        await settle(pilot)
        assert visible(screen) == ["acc/train"]
        assert "1 of 4 tags" in screen.query_one("#filter", Prompt).said
        await pilot.press(*" or l*")
        await settle(pilot)
        assert visible(screen) == ["loss/train", "loss/val", "acc/train", "layer_1/grad"]
        await pilot.press("enter")
        await settle(pilot)
        assert not screen.query_one("#filter", Prompt).display
        assert "filter: acc or l*" in shown(screen.query_one(KeyBar))


async def test_escape_shows_everything_again(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        await pilot.press("slash", *"nothing like it")
        await settle(pilot)
        assert visible(screen) == []
        assert "No tag matches the filter" in shown(screen.query_one("#notice", Notice))
        await pilot.press("escape")
        await settle(pilot)
        assert visible(screen) == ["loss/train", "loss/val", "acc/train", "layer_1/grad"]
        await pilot.press("slash", *"acc", "enter", "escape")
        await settle(pilot)
        assert visible(screen) == ["loss/train", "loss/val", "acc/train", "layer_1/grad"]


async def test_what_is_no_filter_is_told_and_changes_nothing(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        await pilot.press("slash", *"acc", "space", "left_parenthesis")
        await settle(pilot)
        prompt = screen.query_one("#filter", Prompt)
        assert "missing at the end" in prompt.said
        await pilot.press("enter")
        await settle(pilot)
        assert prompt.display, "what is wrong is not kept"
        assert visible(screen) == ["acc/train"]
        assert "something is missing at the end" in screen_strips(screen)[-1].text
        await pilot.press("backspace", "enter")
        await settle(pilot)
        assert not prompt.display
        assert visible(screen) == ["acc/train"]


async def test_earlier_filters_come_back(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        await pilot.press("slash", *"acc", "enter", "slash")
        await pilot.press(*["backspace"] * 3, *"loss", "enter", "slash", "up", "up")
        await settle(pilot)
        assert visible(screen) == ["acc/train"]
        await pilot.press("down")
        await settle(pilot)
        assert visible(screen) == ["loss/train", "loss/val"]
        await pilot.press("backspace", *"ses", "enter")
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        await pilot.press("slash", *"x", "up", "up")
        assert screen.query_one("#filter", Prompt).text == "loss"
        await pilot.press("down", "down")
        assert screen.query_one("#filter", Prompt).text == "x"


async def test_runs_are_filtered_and_keep_their_colours(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        await pilot.press("slash", *"run:sgd", "space", *"acc", "enter")
        await settle(pilot)
        (chart,) = (chart for chart in screen.query(ChartView) if chart.display)
        assert roles.curve(2) in curve_roles(chart)
        assert "adam" not in shown(chart)


async def test_a_run_stands_out_among_the_others(session: Session, tmp_path: Path) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        await pilot.press("right_square_bracket", "right_square_bracket")
        await settle(pilot)
        pane, acc = screen.query_one(TagPane), screen.query(ChartView)[2]
        assert acc.metric.title == "acc/train"
        assert {roles.curve(1), "faded"} <= curve_roles(acc)
        assert not {roles.curve(0), roles.curve(2)} & curve_roles(acc)
        assert "›━ adam_2" in shown(pane)
        assert "] adam_2" in shown(screen.query_one(KeyBar))
        acc.focus()
        file = next((tmp_path / "adam_2").iterdir())
        append(file, scalar("acc/train", 50, 3.0))
        for _ in range(100):
            await pilot.pause(0.05)
            if re.search(r"adam_2 +3 ", shown(pane)):
                break
        assert "acc/train best" in shown(pane)
        assert re.search(r"adam_2 +3 ", shown(pane))
        await pilot.press("left_square_bracket", "left_square_bracket")
        await settle(pilot)
        assert "faded" not in curve_roles(acc)


async def test_train_and_val_of_runs_share_a_chart_where_that_is_wanted(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        await settle(pilot)
        await pilot.press("J")
        screen = await settle(pilot)
        assert visible(screen) == ["loss", "acc/train", "layer_1/grad"]
        assert "━ train  ╍ val" in shown(screen.query(ChartView)[0])


async def test_the_next_viewer_looks_as_the_last_one_did(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"acc", "enter", "plus", "1", "right_square_bracket")
        await settle(pilot)
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        assert visible(screen) == ["acc/train"]
        assert "smoothing 0.8" in shown(screen.query_one(PageLine))
        assert not screen.query_one(TagPane).display
        assert "] adam_1" in shown(screen.query_one(KeyBar))
