"""The main screen driven by keys, over real event files; and how it looks, as pictures."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.event_files import append, scalar, version, write
from support.screens import settle, shown, visible
from tuimon.charts import roles
from tuimon.present.facts import file_rows
from tuimon.runs.sources import LogSource
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_grid import ChartGrid
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import Notice
from tuimon.tui.panes.page_line import PageLine
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.tag_pane import TagPane
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.screens.pages import HelpScreen

METRICS = ("Loss", "Accuracy", "GradNorm", "LearningRate")


def curve(metric: str, split: str, step: int) -> float:
    noise = math.sin(step * 12.9898 + len(split)) * 0.08
    return math.exp(-step / 120) + noise + 0.1 * (split == "test") + len(metric) / 10


def records(steps: int) -> list[bytes]:
    found = [version()]
    for step in range(steps):
        for metric in METRICS:
            found.append(scalar(f"{metric}/train", step, curve(metric, "train", step)))
            if step % 20 == 19 and metric in METRICS[:2]:
                found.append(scalar(f"{metric}/test", step, curve(metric, "test", step)))
    return found


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "runs", records(380))
    session = Session.of_logdirs([Path("runs")])
    session.start()
    yield session
    session.stop()


async def test_charts_come_in_pairs_loss_and_accuracy_first(session: Session):
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        assert visible(screen) == ["Loss", "Accuracy", "GradNorm/train", "LearningRate/train"]
        loss = screen.query(ChartView).first()
        assert "train" in shown(loss)
        assert "test" in shown(loss)
        assert "⠀" not in shown(loss)


async def test_arrows_enter_and_escape_choose_zoom_and_return(session: Session):
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        await pilot.press("right", "right")
        assert screen.query_one(ChartGrid).focused_chart.metric.title == "Accuracy"
        await pilot.press("enter")
        assert visible(screen) == ["Accuracy"]
        await pilot.press("right")
        assert visible(screen) == ["GradNorm/train"]
        await pilot.press("escape")
        assert len(visible(screen)) == 4


async def test_pages_hold_the_charts_that_do_not_fit(session: Session):
    async with TuimonApp(session).run_test(size=(80, 16)) as pilot:
        screen = await settle(pilot)
        assert visible(screen) == ["Loss", "Accuracy"]
        assert " n page " in shown(screen.query_one(KeyBar))
        assert shown(screen.query_one(PageLine)).endswith("page 1/2")
        await pilot.press("n")
        assert visible(screen) == ["GradNorm/train", "LearningRate/train"]
        assert shown(screen.query_one(PageLine)).endswith("page 2/2")
        await pilot.press("n")
        assert visible(screen) == ["Loss", "Accuracy"]
        await pilot.press("left", "right", "right")
        assert visible(screen) == ["GradNorm/train", "LearningRate/train"]


async def test_a_tag_is_found_by_its_name(session: Session):
    async with TuimonApp(session).run_test(size=(110, 30)) as pilot:
        screen = await settle(pilot)
        tags = screen.query_one(TagPane)
        assert "Accuracy/test" in shown(tags)
        tags.focus()
        await pilot.press("down", "down", "down", "down", "enter")
        assert screen.query_one(ChartGrid).focused_chart.metric.title == "GradNorm/train"


async def test_only_rows_that_changed_are_laid_out_again(
    session: Session, tmp_path: Path, monkeypatch
):
    refreshed = []
    async with TuimonApp(session).run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        loss = screen.query(ChartView).first()
        monkeypatch.setattr(loss, "refresh", lambda *regions, **_: refreshed.extend(regions))
        loss.draw()
        assert refreshed == []
        append(
            next((tmp_path / "runs").iterdir()),
            *(scalar("Loss/train", step, curve("Loss", "train", step)) for step in range(380, 384)),
        )
        session.follower.set_sources(session.sources)
        for _ in range(100):
            await pilot.pause(0.02)
            if refreshed:
                break
        assert all(region.height == 1 for region in refreshed)
        assert 0 < len(refreshed) < loss.size.height


async def test_new_points_and_new_tags_appear_while_it_runs(session: Session, tmp_path: Path):
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        file = next((tmp_path / "runs").iterdir())
        append(file, scalar("Loss/train", 380, 3.25), *(scalar("Extra", s, 1.0) for s in (0, 1)))
        for _ in range(100):
            await pilot.pause(0.05)
            loss = shown(screen.query(ChartView).first())
            if "Extra" in visible(screen) and "3.25" in loss:
                break
        assert "Extra" in visible(screen)
        assert "3.25" in loss


async def test_points_that_a_resumed_training_logged_again_are_shown_on_demand(
    session: Session, tmp_path: Path
):
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        loss = screen.query(ChartView).first()
        assert "overwritten" not in shown(screen.query_one(KeyBar))
        file = next((tmp_path / "runs").iterdir())
        append(file, *(scalar("Loss/train", step, 1.5) for step in range(200, 300)))
        for _ in range(100):
            await pilot.pause(0.05)
            if "180 overwritten" in shown(loss):
                break
        await settle(pilot)
        assert "180 overwritten" in shown(loss)
        assert "d overwritten" in shown(screen.query_one(KeyBar))
        await pilot.press("d")
        assert "overwritten shown" in shown(screen.query_one(PageLine))
        assert any(span.role == roles.past(0) for row in loss.shown_rows for span in row)


async def test_help_lists_every_key_and_closes(session: Session):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("q")
        assert isinstance(pilot.app.screen, MonitorScreen)


async def test_what_is_wrong_with_event_files_is_told_file_by_file(
    session: Session, tmp_path: Path
):
    whole = b"".join(records(9))
    run = tmp_path / "runs" / "damaged"
    cut = write(run, [whole[:300] + b"#" + whole[301:] + b"\0" * 7])
    async with TuimonApp(session).run_test(size=(120, 30)) as pilot:
        screen = await settle(pilot)
        session.follower.set_sources((*session.sources, LogSource(path=str(run), recursive=True)))
        await settle(pilot)
        rows = dict(file_rows(session))
        assert str(cut) in rows["damaged"]
        assert "1 record left out" in rows["damaged"]
        assert "its last 7 bytes" in rows["unfinished"]
        assert "1 damaged record  i: where" in shown(screen.query_one(RunHeader))


async def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path):
    write(tmp_path / "events", records(3)).chmod(0)
    if os.access(next((tmp_path / "events").iterdir()), os.R_OK):
        pytest.skip("this user may read everything")
    session = Session.of_logdirs([tmp_path])
    session.start()
    async with TuimonApp(session).run_test(size=(100, 24)) as pilot:
        screen = await settle(pilot)
        assert "Permission denied" in shown(screen.query_one("#notice", Notice))
        assert "1 unreadable file" in shown(screen.query_one(RunHeader))
    session.stop()


async def test_a_file_without_any_record_is_named(tmp_path: Path):
    garbage = tmp_path / "events.out.tfevents.0.host"
    garbage.write_bytes(b"#" * 100)
    session = Session.of_logdirs([tmp_path])
    session.start()
    async with TuimonApp(session).run_test(size=(100, 24)) as pilot:
        screen = await settle(pilot)
        assert f"No whole record in {garbage.name} yet" in shown(
            screen.query_one("#notice", Notice)
        )
        assert "its last 100 bytes" in dict(file_rows(session))["unfinished"]
    session.stop()


async def test_an_empty_log_directory_explains_itself(tmp_path: Path):
    session = Session.of_logdirs([tmp_path])
    session.start()
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        assert "No scalars in these log directories yet" in shown(
            screen.query_one("#notice", Notice)
        )
        assert shown(screen.query_one(KeyBar)).split() == ["q", "leave", "?", "help", "i", "info"]
    session.stop()


@pytest.mark.parametrize("size", [(1, 1), (5, 2), (49, 13), (50, 14), (400, 120)])
async def test_no_size_is_too_odd(session: Session, size: tuple[int, int]):
    async with TuimonApp(session).run_test(size=size) as pilot:
        screen = await settle(pilot)
        too_small = size[0] < 50 or size[1] < 14
        assert screen.has_class("-too-small") == too_small
        await pilot.resize_terminal(80, 16)
        await pilot.pause(0.2)
        assert visible(screen) == ["Loss", "Accuracy"]


async def test_a_storm_of_resizes_is_survived(session: Session):
    async with TuimonApp(session).run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        for columns in (30, 200, 55, 90, 51, 120):
            await pilot.resize_terminal(columns, columns // 3)
        await settle(pilot)
        assert visible(screen)[:2] == ["Loss", "Accuracy"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_main_screen_looks_as_ever(snap_compare, session: Session, size: tuple[int, int]):
    async def ready(pilot: Pilot[None]) -> None:
        await settle(pilot)

    assert snap_compare(TuimonApp(session), terminal_size=size, run_before=ready)


def test_the_help_looks_as_ever(snap_compare, session: Session):
    async def open_help(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.press("question_mark")

    assert snap_compare(TuimonApp(session), terminal_size=(80, 24), run_before=open_help)
