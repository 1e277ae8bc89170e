"""The home screen driven by keys: runs, log directories, removing."""

import shlex
import time
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Input, Static

from support.event_files import scalar, version, write
from support.screens import shown
from support.stored_runs import made
from tuimon.present import whereabouts
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.runs.annotation import Annotation, read_annotation
from tuimon.runs.baselines import Baseline, baseline_of
from tuimon.runs.record import RunRecord, RunState, read_record, write_record
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.home_app import HomeApp
from tuimon.tui.panes.cells import CellView
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.nearby_list import NearbyList
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.run_list import RunList
from tuimon.tui.panes.welcome import Welcome
from tuimon.tui.screens.home import HomeScreen
from tuimon.tui.screens.home_choice import Again, Together
from tuimon.tui.screens.pages import FactsScreen
from tuimon.tui.screens.sheet_page import RowSheet


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(whereabouts, "find_strays", lambda known: [])  # whatever else runs here
    write(tmp_path / "runs" / "a", [version(), scalar("loss", 0, 1.0)])
    write(tmp_path / "runs" / "b", [version(), scalar("loss", 0, 1.0)])
    return tmp_path


async def ready(pilot: Pilot[None]) -> HomeScreen:
    screen = pilot.app.screen
    assert isinstance(screen, HomeScreen)
    for _ in range(100):
        await pilot.pause(0.02)
        if "runs" in shown(screen.query_one(NearbyList)):
            return screen
    raise AssertionError("no log directory was found")


def everything(screen: HomeScreen) -> str:
    return "\n".join(shown(view) for view in screen.query(CellView))


async def test_a_log_directory_is_opened(place: Path) -> None:
    made("train")
    app = HomeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        assert "2 runs" in shown(screen.query_one(NearbyList))
        await pilot.press("down", "enter")
    assert app.return_value == place / "runs"


async def test_without_runs_the_log_directories_have_the_keys(place: Path) -> None:
    app = HomeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        assert "No runs on this host yet." in shown(screen.query_one(Welcome))
        await pilot.press("enter")
    assert app.return_value == place / "runs"


async def test_a_run_is_removed_after_a_question(place: Path) -> None:
    going, ended = made("going", ended=None), made("ended", ended=600.0)
    async with HomeApp().run_test(size=(100, 24)) as pilot:
        screen = await ready(pilot)
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        assert going.run_json.exists()
        await pilot.press("down", "d")
        await pilot.pause()
        await pilot.press("escape")
        assert ended.run_json.exists()
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("r")
        for _ in range(100):
            await pilot.pause(0.02)
            if "ended" not in shown(screen.query_one(RunList)):
                break
        assert not ended.directory.exists()
        assert "going" in shown(screen.query_one(RunList))


async def test_runs_are_filtered_marked_and_watched_together(place: Path) -> None:
    for lr in ("1", "2", "3"):
        made("train", argv=("train.py", "--lr", lr), logdir=str(place / "runs" / lr))
    app = HomeApp()
    async with app.run_test(size=(100, 24)) as pilot:
        screen = await ready(pilot)
        runs = screen.query_one(RunList)
        await pilot.press("slash", *"lr=[12]", "enter")
        assert "2 of 3 runs" in everything(screen)
        assert [line.told for line in runs.items] in (["lr=1", "lr=2"], ["lr=2", "lr=1"])
        await pilot.press("G", "space", "g", "space", "s", "s")
        assert "2 marked" in everything(screen)
        assert "by name" in everything(screen)
        await pilot.press("G", "down", "space")
        assert "3 marked" in everything(screen)
        assert "▌▪ runs" in shown(screen.query_one(NearbyList))
        await pilot.press("enter")
    assert isinstance(app.return_value, Together)
    assert sorted(source.label for source in app.return_value.sources) == [
        "",
        "train lr=1",
        "train lr=2",
    ]


async def test_what_differs_in_marked_runs_is_a_page(place: Path) -> None:
    for lr in ("1", "2"):
        argv = ("train.py", "--lr", lr)
        made("train", argv=argv, logdir=str(place / "runs" / "a"), started_at=float(lr))
    app = HomeApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("D", "space", "D")
        for _ in range(200):
            await pilot.pause(0.02)
            if any("command" in shown(sheet) for sheet in app.screen.query(RowSheet)):
                break
        rows = shown(app.screen.query_one(RowSheet)).splitlines()
        assert ["lr", "1", "2"] in [row.split() for row in rows]
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_what_is_said_of_a_run_is_kept_and_a_run_is_started_again(place: Path) -> None:
    paths = made("train", cwd=str(place))
    app = HomeApp()
    async with app.run_test(size=(100, 24)) as pilot:
        screen = await ready(pilot)
        await pilot.press("asterisk")
        for _ in range(200):
            await pilot.pause(0.02)
            if "★ train" in everything(screen):
                break
        await pilot.press("e")
        for _ in range(200):
            await pilot.pause(0.02)
            if isinstance(app.focused, Input):
                break
        await pilot.press(*"base", "down", *"a b", "down", *"ok", "enter")
        for _ in range(200):
            await pilot.pause(0.02)
            if "★ base" in everything(screen):
                break
        assert read_annotation(paths.annotation) == Annotation("base", "ok", ("a", "b"), True)
        assert "ok · #a · #b" in everything(screen)
        await pilot.press("B")
        for _ in range(200):
            await pilot.pause(0.02)
            if "Δ ★ base" in everything(screen):
                break
        assert baseline_of(str(place)) == Baseline(str(paths.directory), "base")
        await pilot.press("A")
        for _ in range(200):
            await pilot.pause(0.02)
            if read_annotation(paths.annotation).archived:
                break
        await pilot.press("slash", *"archived", "enter", "A")
        for _ in range(200):
            await pilot.pause(0.02)
            if not read_annotation(paths.annotation).archived:
                break
        assert not read_annotation(paths.annotation).archived
        await pilot.press("escape")
        for _ in range(200):
            await pilot.pause(0.02)
            if "Δ ★ base" in everything(screen):
                break
        await pilot.press("up", "r")
        await pilot.pause(0.1)
        await pilot.press("r")
        for _ in range(200):
            await pilot.pause(0.02)
            if not app.is_running:
                break
    assert isinstance(app.return_value, Again)
    assert app.return_value.run.paths == paths


async def test_the_footer_offers_what_can_be_done_with_what_is_chosen(place: Path) -> None:
    made("going", ended=None)
    made("ended", ended=600.0)
    async with HomeApp().run_test(size=(100, 24)) as pilot:
        screen = await ready(pilot)
        offered = [shown(screen.query_one(KeyBar))]
        for key in ("down", "down", "up", "up"):
            await pilot.press(key)
            offered.append(shown(screen.query_one(KeyBar)))
        keys = [[key for key in ("watch", "stop", "remove") if key in row] for row in offered]
        going, ended, logdir = ["watch", "stop"], ["watch", "remove"], ["watch"]
        assert keys == [going, ended, logdir, ended, going]


async def test_the_cursor_is_seen_in_the_list_that_has_the_keys(place: Path) -> None:
    made("train")
    async with HomeApp().run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        lists = screen.query_one(RunList), screen.query_one(NearbyList)
        for key, lit in ((None, [True, False]), ("down", [False, True]), ("up", [True, False])):
            await pilot.press(*([key] if key else []))
            spans = [[span for row in one.shown_rows for span in row] for one in lists]
            assert [any(span.role == "cursor" for span in found) for found in spans] == lit


async def test_a_click_on_the_chosen_run_opens_it(place: Path) -> None:
    made("one")
    made("two")
    app = HomeApp()
    async with app.run_test(size=(100, 24)) as pilot:
        screen = await ready(pilot)
        runs = screen.query_one(RunList)
        other = runs.items[1].run.name
        assert other in shown(runs).splitlines()[2]
        await pilot.click(runs, offset=(5, 2))
        assert app.is_running
        assert runs.line == runs.items[1]
        await pilot.click(runs, offset=(5, 2))
    assert app.return_value.record.name == other


async def test_a_paused_run_offers_to_go_on_and_its_alerts_come_while_they_are_read() -> None:
    paths = made("held", ended=None, paused_at=time.time() - 9)
    session = Session(paths)
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = pilot.app.screen
        for _ in range(200):  # until the first facts and keys are drawn
            await pilot.pause(0.05)
            if "P unpause" in shown(screen.query_one(KeyBar)):
                break
        assert shown(screen.query_one(RunHeader)).strip().startswith("⏸ held  paused")
        assert "P unpause" in shown(screen.query_one(KeyBar))
        await pilot.press("a")
        page = pilot.app.screen
        assert isinstance(page, FactsScreen)
        assert "No alerts" in str(page.query(Static).first().content)
        AlertLog(paths.alerts).add(
            Alert(key="k", level=AlertLevel.ERROR, title="loss is NaN", text="x", wall_time=0.0)
        )
        for _ in range(400):
            await pilot.pause(0.05)
            if session.alerts and not page._text:
                break
        assert page._text == ""
    session.stop()


async def test_the_page_on_a_run_follows_it_and_is_copied() -> None:
    paths = made("held", ended=None)
    record = read_record(RunRecord, paths.run_json)
    assert record is not None
    session = Session(paths)
    app = TuimonApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        sheet = app.screen.query_one(RowSheet)
        assert "state" in shown(sheet)
        assert f"tuimon attach {paths.id}" in shown(sheet)
        assert app.screen.query_one(VerticalScroll).max_scroll_y == 0
        ended = record._replace(state=RunState.FAILED, ended_at=record.started_at, cause="x" * 999)
        write_record(paths.run_json, ended)
        for _ in range(400):
            await pilot.pause(0.05)
            if "failed" in shown(sheet):
                break
        assert "running" not in shown(sheet)
        await pilot.pause()
        assert app.screen.query_one(VerticalScroll).max_scroll_y > 0
        await pilot.press("Y")
        assert app.clipboard == sheet.whole_text()
        assert f"tuimon run {shlex.join(record.argv)}" in app.clipboard
        await pilot.press("i")
        assert not app.screen.query(RowSheet)
    session.stop()
