"""The console pane: all of the log, searched, followed, copied."""

import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pytest
from textual.events import MouseDown, MouseMove
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import WorkerFailed

from support.event_files import scalar, version, write
from support.screens import settle, shown
from tuimon.console.attributes import Attributes
from tuimon.console.rotation import address, times_path
from tuimon.runs.paths import RunPaths, new_run_directory
from tuimon.runs.record import RunRecord, RunState, read_record, rewrite_record, write_record
from tuimon.runs.sources import LogSource
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.palette import CommandIndex, Palette
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.console_pane import ConsolePane
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.screens.monitor import MonitorScreen

LINES = 30_000


@pytest.fixture
def log(home: Path) -> Path:
    """The console of a run that has ended."""
    paths = new_run_directory("train")
    record = RunRecord(
        id=paths.id,
        name="train",
        host="elsewhere",
        machine_id="m",
        boot_id="b",
        argv=("train.py",),
        command=("python", "train.py"),
        cwd="/",
        started_at=time.time(),
        ended_at=time.time(),
        state=RunState.FINISHED,
        exit_code=0,
    )
    write_record(paths.run_json, record)
    text = "".join(f"epoch {n} loss {1 / (n + 1):.5f}\r\n" for n in range(LINES))
    paths.console_log.write_text(text.replace("epoch 41 ", "epoch 41 NaN "))
    return paths.console_log


@pytest.fixture
def session(log: Path) -> Iterator[Session]:
    session = Session(RunPaths(log.parent))
    session.start()
    yield session
    session.stop()


async def ready(pilot: Pilot[None], text: str) -> MonitorScreen:
    """The main screen, once its console shows a text."""
    screen = await settle(pilot)
    for _ in range(200):
        if text in shown(screen.query_one(ConsolePane)):
            return screen
        await pilot.pause(0.02)
    raise AssertionError(f"{text} is not in\n{shown(screen.query_one(ConsolePane))}")


async def test_one_scrolls_up_through_all_of_the_log(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        screen.set_focus(screen.query_one(ConsolePane))
        await pilot.press("pageup")
        assert f"epoch {LINES - 1} " not in shown(screen.query_one(ConsolePane))
        assert "lines below, F follows" in shown(screen.query_one(ConsolePane))
        screen.query_one(ConsolePane).scroll_by(-LINES)
        assert "epoch 0 loss 1.0" in shown(screen.query_one(ConsolePane))
        await pilot.press("down")
        assert "epoch 0 loss" not in shown(screen.query_one(ConsolePane))
        await pilot.press("F")
        assert f"epoch {LINES - 1} " in shown(screen.query_one(ConsolePane))


async def test_what_is_searched_is_found_however_far_up(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        screen.set_focus(screen.query_one(ConsolePane))
        await pilot.press("slash", *"nan")
        await ready(pilot, "epoch 41 NaN")
        await pilot.press("enter")
        assert [
            span.text
            for row in screen.query_one(ConsolePane).shown_rows
            for span in row
            if span.role == "match"
        ] == ["NaN"]
        await pilot.press("escape")
        assert not screen.query_one(ConsolePane).window.wanted
        await pilot.press("slash", *"epoch 2990", "enter")
        await ready(pilot, "epoch 29909 ")
        await pilot.press("n")
        await pilot.press("n")
        for _ in range(100):
            await pilot.pause(0.02)
            if screen.query_one(ConsolePane).window.line.startswith("epoch 29907"):
                break
        await pilot.press("N")
        await pilot.pause(0.1)
        assert screen.query_one(ConsolePane).window.line.startswith("epoch 29908")


async def test_lines_in_view_and_marked_ones_are_copied(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        screen.set_focus(screen.query_one(ConsolePane))
        await pilot.press("Y")
        assert pilot.app.clipboard.splitlines()[-1].startswith(f"epoch {LINES - 1} ")
        assert (
            len(pilot.app.clipboard.splitlines()) == screen.query_one(ConsolePane).size.height - 1
        )
        await pilot.mouse_down(screen.query_one(ConsolePane), offset=(3, 2))
        console = screen.query_one(ConsolePane)
        console.post_message(MouseMove(console, 3, 3, 0, 1, 1, False, False, False))
        await pilot.pause()
        await pilot.press("Y")
        assert len(pilot.app.clipboard.splitlines()) == 2


async def test_lines_are_marked_by_keys(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        screen.set_focus(screen.query_one(ConsolePane))
        await pilot.pause()
        assert "Space mark lines" in shown(screen.query_one(KeyBar))
        await pilot.press("space", "up", "pageup", "pageup")
        assert "Space unmark" in shown(screen.query_one(KeyBar))
        await pilot.press("down", "Y")
        copied = pilot.app.clipboard.splitlines()
        page = screen.query_one(ConsolePane).size.height - 2
        assert len(copied) == 2 * page + 1
        assert copied[-1].startswith(f"epoch {LINES - 1} ")
        assert copied[0].startswith(f"epoch {LINES - 1 - 2 * page} ")
        assert not screen.query_one(ConsolePane).window.picked


async def led(pilot: Pilot[None], screen: MonitorScreen, text: str) -> None:
    """Wait until the console is at a line that begins so."""
    for _ in range(200):
        if screen.query_one(ConsolePane).window.line.startswith(text):
            return
        await pilot.pause(0.02)
    raise AssertionError(screen.query_one(ConsolePane).window.line)


async def test_the_cursor_finds_the_lines_and_a_line_the_cursor(
    session: Session, log: Path, tmp_path: Path
) -> None:
    points = [scalar("loss", step, 1 / (step + 1), 1e9 + step) for step in range(100)]
    write(tmp_path / "tb", [version(1e9), *points])
    lines = log.read_bytes().splitlines(keepends=True)
    offsets = [0, *accumulate(map(len, lines))]
    notes = ((address(1, offsets[300 * n]), 1000 * (10**9 + n)) for n in range(100))
    words = b"".join(word.to_bytes(8, "little") for note in notes for word in note)
    times_path(log).write_bytes(words)
    session.follower.set_sources([LogSource(path=str(tmp_path / "tb"))])
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        console, charts = screen.query_one(ConsolePane), screen.query_one(ChartPane)
        await pilot.press("c")
        charts.put_cursor(40.0)
        await led(pilot, screen, f"epoch {40 * 300} ")
        await pilot.pause()
        assert f"epoch {40 * 300} " in shown(console)
        await pilot.press("x", "x")  # by the clock
        await pilot.pause()
        charts.put_cursor(1e9 + 7)
        await led(pilot, screen, f"epoch {7 * 300} ")
        screen.set_focus(console)
        await pilot.press("slash", *"epoch 9100", "enter")
        await led(pilot, screen, "epoch 9100 ")
        await pilot.press("c")
        assert charts.cursor is not None
        assert charts.cursor.at == 1e9 + 9100 // 300
        assert console.window.line.startswith("epoch 9100 ")
        charts.cursor = None
        await pilot.pause()
        assert console.window.follows


async def test_levels_are_filtered_and_errors_found(session: Session, log: Path) -> None:
    with log.open("a") as file:
        file.write("DEBUG:x:seen\r\n\x1b[32mgreen\x1b[m: WARNING: slow\r\nERROR:x:lost\r\nlast\r\n")
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, "last")
        console = screen.query_one(ConsolePane)
        roles = {span.text.strip(): span.role for row in console.shown_rows for span in row}
        assert (roles["DEBUG:x:seen"], roles["ERROR:x:lost"]) == ("dim", "error")
        assert roles["green"] == Attributes(2)
        assert roles[": WARNING: slow"] == "warn"
        screen.set_focus(console)
        await pilot.press("e")
        await led(pilot, screen, "ERROR:x:lost")
        await pilot.press("l")
        await pilot.pause()
        lines = [line.rstrip() for line in shown(console).splitlines()]
        assert lines[1:] == ["green: WARNING: slow", "ERROR:x:lost"]
        assert "warnings, errors" in shown(console)
        await pilot.press("l")
        assert shown(console).splitlines()[1].strip() == "ERROR:x:lost"
        await pilot.press("l", "l", "F", "w")
        assert console.window.wraps
        assert console.window.follows


async def test_one_rank_alone(session: Session, log: Path) -> None:
    with log.open("a") as file:
        file.write("[rank0]: here\r\n[rank1]: there\r\nlauncher\r\n[rank0]: last\r\n")
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, "last")
        console = screen.query_one(ConsolePane)
        screen.set_focus(console)
        for rank, lines in enumerate((["[rank0]: here", "[rank0]: last"], ["[rank1]: there"])):
            await pilot.press("R")
            await pilot.app.workers.wait_for_complete()
            title, *told = shown(console).splitlines()
            assert f" rank {rank} " in title
            assert [line.strip() for line in told] == lines
        await pilot.press("R")
        assert "[rank0]: last" in shown(console)
        assert " rank " not in shown(console).splitlines()[0]
        assert console.window.follows


async def test_new_output_does_not_move_what_is_read(session: Session, log: Path) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        screen.set_focus(screen.query_one(ConsolePane))
        await pilot.press("up", "up")
        before = shown(screen.query_one(ConsolePane)).splitlines()[1:]
        with log.open("a") as file:
            file.write("more\r\n" * 30)
        for _ in range(100):
            await pilot.pause(0.05)
            if "32 lines below" in shown(screen.query_one(ConsolePane)):
                break
        assert "32 lines below" in shown(screen.query_one(ConsolePane))
        assert shown(screen.query_one(ConsolePane)).splitlines()[1:] == before
        await pilot.press("F")
        assert "more" in shown(screen.query_one(ConsolePane)).splitlines()[-1]


async def test_the_help_tells_first_of_what_has_the_focus(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        screen.set_focus(screen.query_one(ConsolePane))
        await pilot.press("question_mark")
        assert pilot.app.screen._text.startswith("The console has the focus")


async def test_the_palette_offers_all_keys_of_the_screen(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        names = {command.title for command in pilot.app.get_system_commands(screen)}
        assert {"Unfold all sections", "Table", "Jump", "Change the theme"} <= names
        told = {c.title: c.help for c in pilot.app.get_system_commands(screen)}
        assert told["Outliers"] == "b  Fit y without outliers, or to all values"
        assert told["Less smoothing"] == "-  Smooth more, less"
        hits = [hit.text async for hit in CommandIndex(screen).search("without outl")]
        assert hits[:1] == ["Outliers"]
        await pilot.press("T")
        names = {c.title for c in pilot.app.get_system_commands(pilot.app.screen)}
        assert "Copy all rows" in names


async def test_a_palette_that_was_left_while_it_searches_ends_nothing(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        await ready(pilot, f"epoch {LINES - 1} ")
        await pilot.press("ctrl+p")
        palette = pilot.app.screen
        assert isinstance(palette, Palette)
        await pilot.press("escape")
        assert not palette.is_attached
        with pytest.raises(WorkerFailed):
            await palette._gather_commands("w").wait()
        await pilot.press("T")
        assert pilot.app.is_running
        assert pilot.app.screen is not palette


async def test_a_palette_opens_while_the_one_before_goes(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        await ready(pilot, f"epoch {LINES - 1} ")
        assert isinstance(pilot.app, TuimonApp)
        pilot.app.action_command_palette()
        pilot.app.screen.dismiss()
        pilot.app.action_command_palette()
        await pilot.pause()
        assert isinstance(pilot.app.screen, Palette)


async def test_a_click_on_what_has_just_gone_ends_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await ready(pilot, f"epoch {LINES - 1} ")
        with monkeypatch.context() as patch:  # a widget between its removal and the next layout
            patch.setattr(Screen, "get_widget_and_offset_at", lambda *_: Static().screen)
            down = MouseDown(None, 9, 9, 0, 0, 1, False, False, False)
            await pilot.app.on_event(down)
        await pilot.press("T")
        assert pilot.app.screen is not screen


@pytest.mark.parametrize("columns", [80, 81, 79])
async def test_a_line_as_wide_as_its_terminal_is_shown_whole(
    session: Session, log: Path, columns: int
) -> None:
    with log.open("a") as file:
        file.write("short\r\n" + "=" * (columns - 7) + " 38/42]")
    path = log.with_name("run.json")
    record = read_record(RunRecord, path)
    assert record is not None
    rewrite_record(path, record._replace(pty_cols=columns, pty_rows=24))
    async with TuimonApp(session).run_test(size=(columns, 24)) as pilot:
        screen = await ready(pilot, "===")
        *_, short, bar = shown(screen.query_one(ConsolePane)).splitlines()
        assert (short.rstrip(), bar) == ("short", "=" * (columns - 7) + " 38/42]")
        await pilot.resize_terminal(columns + 3, 24)
        await ready(pilot, " short")
        *_, short, bar = shown(screen.query_one(ConsolePane)).splitlines()
        assert (short.rstrip(), bar.strip()) == (" short", "=" * (columns - 7) + " 38/42]")
