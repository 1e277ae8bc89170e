"""The table of values: sorted, filtered, scrolled, copied from, with a hundred runs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorboardX import SummaryWriter
from textual.pilot import Pilot

from support.event_files import append, scalar, version, write
from support.screens import settle, shown
from tuimon.present.selection import Selection
from tuimon.session.session import Session
from tuimon.summaries.reader import SummaryReader
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.table_view import TableView
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.screens.value_screen import TableScreen
from tuimon.tui.viewer_app import ViewerApp


def records(level: float) -> list[bytes]:
    found = [version()]
    for step in range(50):
        found.append(scalar("loss", step, level + abs(step - 30)))
        found.append(scalar("val/acc", step, level + step / 50 if step != 9 else float("nan")))
    return found


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    for level, name in enumerate(("adam_1", "adam_2", "sgd")):
        write(tmp_path / name, records(level))
    session = Session.of_logdirs([tmp_path])
    session.start()
    yield session
    session.stop()


async def table(pilot: Pilot[None]) -> TableScreen:
    """The table, once it shows what is on disk and wanted."""
    await settle(pilot)
    if not isinstance(pilot.app.screen, TableScreen):
        await pilot.press("T")
    screen = pilot.app.screen
    assert isinstance(screen, TableScreen)
    for _ in range(200):
        await pilot.pause(0.02)
        if screen.up_to_date:
            break
    await pilot.pause()
    return screen


def lines(screen: TableScreen) -> list[list[str]]:
    return [line.split() for line in shown(screen.query_one(TableView)).splitlines()]


async def test_each_tag_of_each_run_has_a_row(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(120, 24)) as pilot:
        head, *rows = lines(await table(pilot))
        assert head == ["TAG", "RUN", "LAST", "MIN", "MAX", "BEST", "AT", "STEP", "POINTS"]
        assert rows[1] == ["loss", "adam_2", "20", "1", "31", "30", "49", "50"]
        assert rows[3] == ["val/acc", "adam_1", "0.98", "0", "0.98", "49", "49", "50"]
        assert len(rows) == 6


async def test_any_column_sorts_and_again_the_other_way(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(120, 24)) as pilot:
        await table(pilot)
        await pilot.press("right", "right", "right", "s")
        screen = await table(pilot)
        assert [row[3] for row in lines(screen)[1:]] == ["0", "0", "1", "1", "2", "2"]
        assert "MIN↑" in shown(screen.query_one(TableView))
        await pilot.press("s")
        screen = await table(pilot)
        assert [row[3] for row in lines(screen)[1:]] == ["2", "2", "1", "1", "0", "0"]
        await pilot.click(screen.query_one(TableView), offset=(2, 0))
        assert [row[0] for row in lines(await table(pilot))[1:]] == ["loss"] * 3 + ["val/acc"] * 3


async def test_the_filter_is_that_of_the_charts_and_enter_opens_one(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(120, 30)) as pilot:
        await table(pilot)
        await pilot.press("slash", *"acc run:sgd", "enter")
        screen = await table(pilot)
        assert [row[:1] for row in lines(screen)[1:]] == [["val/acc"]]
        assert "RUN" not in lines(screen)[0]
        await pilot.press("enter")
        main = await settle(pilot)
        assert isinstance(pilot.app.screen, MonitorScreen)
        assert main.query_one(ChartPane).focused_chart.metric.title == "val/acc"
        assert main.look.filter == "acc run:sgd"


async def test_cells_and_rows_are_copied_in_full(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(120, 24)) as pilot:
        await table(pilot)
        await pilot.press("right", "right", "down", "y")
        assert pilot.app.clipboard == "20.0"
        await pilot.press("Y")
        head, row = pilot.app.clipboard.splitlines()
        assert head.split("\t")[:4] == ["tag", "run", "last", "min"]
        assert row == "loss\tadam_2\t20.0\t1.0\t31.0\t30\t49\t50"
        await pilot.press("ctrl+y")
        assert len(pilot.app.clipboard.splitlines()) == 7


async def test_narrow_screens_scroll_sideways(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(56, 16)) as pilot:
        screen = await table(pilot)
        assert "POINTS" not in shown(screen.query_one(TableView))
        assert lines(screen)[0][-1] == "›"
        await pilot.press(*["right"] * 7)
        assert "POINTS" in shown(screen.query_one(TableView))
        assert "adam_1" in shown(screen.query_one(TableView))
        await pilot.press(*["left"] * 5)
        assert "LAST" in shown(screen.query_one(TableView))


async def test_new_points_are_in_the_table(session: Session, tmp_path: Path) -> None:
    async with TuimonApp(session).run_test(size=(120, 24)) as pilot:
        screen = await table(pilot)
        append(next((tmp_path / "sgd").iterdir()), scalar("loss", 50, -7.0))
        for _ in range(100):
            await pilot.pause(0.05)
            if "-7" in shown(screen.query_one(TableView)):
                break
        assert lines(screen)[3] == ["loss", "sgd", "-7", "-7", "32", "50", "50", "51"]


@pytest.mark.long
async def test_a_hundred_runs_of_three_hundred_tags_are_all_there(tmp_path: Path) -> None:
    tags = [f"group{index % 12}/metric_{index}" for index in range(300)]
    same = [version(), *(scalar(tag, 0, 1.0) for tag in tags)]
    for run in range(100):
        write(tmp_path / f"run{run}", same)
    session = Session.of_logdirs([tmp_path])
    session.start()
    while session.follower.loading:
        await asyncio.sleep(0.02)
    app = ViewerApp[None]()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = TableScreen(session, Selection(), [], SummaryReader())
        await app.push_screen(screen)
        for _ in range(500):
            await pilot.pause(0.02)
            if screen.query_one(TableView).items:
                break
        assert len(screen.query_one(TableView).items) == 30_000
        await pilot.press("s", *["down"] * 20)
        assert "row 21/30000" in shown(screen.query_one(KeyBar))
    session.stop()


async def test_hyperparameters_that_differ_have_columns(tmp_path: Path) -> None:
    for lr, name in ((0.1, "one"), (0.003, "two")):
        writer = SummaryWriter(str(tmp_path / name))
        writer.add_scalar("loss", lr, 0)
        writer.add_hparams({"lr": lr, "batch": 8}, {"best": lr}, name=f"{1.7e9 + lr}")
        writer.close()
    session = Session.of_logdirs([tmp_path])
    session.start()
    async with TuimonApp(session).run_test(size=(120, 24)) as pilot:
        screen = await table(pilot)
        head, *rows = lines(screen)
        assert head[-1] == "lr"
        assert {(row[0], row[1], row[-1]) for row in rows} >= {
            ("loss", "one", "0.1"),
            ("loss", "two", "0.003"),
        }
    session.stop()
