"""Which pane has the focus: read from what is shown, on screens where nothing happens any more."""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from textual import events
from textual.events import AppBlur, AppFocus
from textual.pilot import Pilot

from support.event_files import scalar, version, write
from support.screens import settle, shown
from support.stored_runs import made
from tuimon.config.schema import Origin, Settings
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.cells import CellView
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.console_pane import ConsolePane
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.prompt import Prompt

TAGS = ("loss", "acc", "lr", "grad_norm", "opt/beta")
SIZE = (160, 50)


def points() -> list[bytes]:
    return [version(), *(scalar(tag, step, step / 9) for step in range(9) for tag in TAGS)]


@pytest.fixture
def finished(tmp_path: Path) -> Iterator[Session]:
    """A run that has ended, with a console as long as a few lines."""
    write(tmp_path / "runs", points())
    run = made("train", logdir=str(tmp_path / "runs"))
    run.console_log.write_text("".join(f"line {number}\r\n" for number in range(4)))
    yield from following(Session(run))


@pytest.fixture
def static(tmp_path: Path) -> Iterator[Session]:
    """Log directories of three runs that nothing writes to."""
    for name in ("one", "two", "three"):
        write(tmp_path / name, points())
    yield from following(Session.of_logdirs([tmp_path]))


def following(session: Session) -> Iterator[Session]:
    session.start()
    yield session
    session.stop()


async def lit(pilot: Pilot[None]) -> str:
    """The one title that is marked, by shape and by colour: the title of what has the focus."""
    screen = await settle(pilot)
    await pilot.pause()
    titles = []
    for pane in screen.query(CellView):
        for row in pane.shown_rows:
            if row and row[0].text.startswith("►"):
                assert pane.has_focus
                assert pane.display
                assert row[0].role == "focus"
                titles.append("".join(span.text for span in row)[1:].split()[0])
            else:
                assert pane.has_focus or not any(
                    s.role == "focus" and s.text.strip() for s in row[:1]
                )
    assert len(titles) <= 1
    return titles[0] if titles else ""


async def walk(pilot: Pilot[None], *keys: str) -> list[str]:
    """What is lit after each key."""
    found = []
    for key in keys:
        await pilot.press(key)
        found.append(await lit(pilot))
    return found


async def test_tab_walks_every_pane_of_a_finished_run(finished: Session) -> None:
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        assert await lit(pilot) == ""
        assert await walk(pilot, "3") == [""]
        panes = ["tags", "loss", "console", "system"]
        assert await walk(pilot, *["tab"] * 5) == [*panes, "tags"]
        pilot.app.post_message(AppBlur())  # another window of the terminal is typed into
        assert await lit(pilot) == "tags"
        pilot.app.post_message(AppFocus())
        assert await walk(pilot, *["shift+tab"] * 4) == panes[::-1]
        assert await walk(pilot, "escape") == [""]


async def test_the_focus_is_seen_from_another_window(finished: Session) -> None:
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert await walk(pilot, "tab", "tab") == ["tags", "loss"]
        await pilot.app.on_event(events.AppBlur())
        assert await lit(pilot) == "loss"


async def test_arrows_cross_from_pane_to_pane_at_the_edges(finished: Session) -> None:
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("w", "2", "3", "3")
        assert await walk(pilot, "right", "left") == ["loss", "tags"]
        assert await walk(pilot, *["right"] * 3) == ["loss", "acc", "system"]
        assert await walk(pilot, "left", "left") == ["acc", "loss"]
        assert await walk(pilot, "down", "down") == ["lr", "console"]  # lr has two rows
        assert await walk(pilot, "left", "right") == ["tags", "loss"]
        assert await walk(pilot, "right", *["down"] * 3, "up", "up") == [
            "acc", "grad_norm", "opt/beta", "console", "opt/beta", "grad_norm",
        ]  # fmt: skip


async def test_folded_sections_are_between_charts_and_console(finished: Session) -> None:
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        screen.change_look(folded=("opt",))
        await settle(pilot)
        await pilot.press("w", "2", "2")
        assert await walk(pilot, "down", "down", "down", "down") == ["loss", "lr", "opt", "console"]
        assert await walk(pilot, "up", "up") == ["opt", "grad_norm"]
        assert await walk(pilot, "tab", "tab", "tab") == ["opt", "console", "tags"]


async def test_the_same_holds_for_log_directories(static: Session) -> None:
    async with TuimonApp(static).run_test(size=SIZE) as pilot:
        assert await lit(pilot) == ""
        assert await walk(pilot, "tab", "tab", "tab") == ["tags", "loss", "tags"]
        assert await walk(pilot, "up", "down") == ["runs", "tags"]
        assert await walk(pilot, "right", "left") == ["loss", "tags"]
        assert await walk(pilot, "escape") == [""]


async def test_a_page_goes_on_where_no_pane_is_beside(static: Session) -> None:
    async with TuimonApp(static).run_test(size=(90, 30)) as pilot:
        await settle(pilot)
        await pilot.press("w", "2", "1")
        walked = await walk(pilot, "right", "right", "right", "left", "down", "up")
        assert walked == ["loss", "acc", "lr", "acc", "grad_norm", "acc"]


async def test_a_long_log_is_scrolled_to_its_beginning_before_one_leaves_it(
    finished: Session,
) -> None:
    assert finished.console is not None
    finished.console.write_text("".join(f"line {number}\r\n" for number in range(40)))
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        console = screen.query_one(ConsolePane)
        while "line 39" not in shown(console):
            await pilot.pause(0.02)
        console.focus()
        pages = -(-40 // (console.size.height - 2)) + 1
        await pilot.press(*["pageup"] * pages)
        assert "line 0" in shown(console)
        assert await walk(pilot, "down", "up", "up") == ["console", "console", "opt/beta"]


async def test_a_key_does_what_the_nearest_pane_says(finished: Session) -> None:
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        footer = screen.query_one(KeyBar)
        assert "/ filter" in shown(footer)
        assert "Tab pane" in shown(footer)
        screen.query_one(ConsolePane).focus()
        await pilot.pause()
        assert "/ search" in shown(footer)
        assert "c cursor" not in shown(footer)
        await pilot.press("c", "plus")
        assert screen.query_one(ChartPane).cursor is not None, "what charts lend works here"
        await pilot.press("enter")
        assert not screen.query(ChartView).first().region
        await pilot.press("escape")
        assert screen.query_one(ChartPane).cursor is not None
        await pilot.press("escape")
        assert screen.query_one(ChartPane).cursor is None
        assert await lit(pilot) == "console"


async def test_while_a_line_is_typed_its_keys_are_offered(finished: Session) -> None:
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        await pilot.press("slash", *"loss", "enter", "slash")
        await pilot.pause()
        assert shown(screen.query_one(KeyBar)).split() == ["Esc", "clear", "↑", "earlier"]
        await pilot.press("escape")
        await pilot.pause()
        assert "q leave" in shown(screen.query_one(KeyBar))


async def test_a_key_of_the_users_moves_in_every_pane(finished: Session) -> None:
    settings = Settings(
        keys=MappingProxyType({"back": "B", "filter": "ctrl+f"}),
        origins={name: Origin("config.toml", 1) for name in ("keys.back", "keys.filter")},
    )
    async with TuimonApp(finished, settings=settings).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        await pilot.press("slash")
        assert not screen.query_one("#filter", Prompt).display
        await pilot.press("ctrl+f", *"lr", "enter", "c", "tab", "tab", "tab")
        assert await lit(pilot) == "console"
        await pilot.press("ctrl+f", "x", "enter")
        assert screen.query_one(ConsolePane).window.wanted
        await pilot.press("escape", "B")
        assert not screen.query_one(ConsolePane).window.wanted
        await pilot.press("B")
        assert screen.query_one(ChartPane).cursor is None
        assert await walk(pilot, "B", "B") == ["", ""]
        assert screen.look.filter == ""


async def test_a_saved_or_copied_chart_bears_no_mark(finished: Session) -> None:
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert await walk(pilot, "right", "Y") == ["loss", "loss"]
        assert pilot.app.clipboard.split()[0] == "loss"


@pytest.mark.parametrize("entered", [[], ["right"], ["1", "tab"]], ids=["none", "chart", "tags"])
async def test_the_palette_runs_the_keys_of_panes_wherever_the_focus_is(
    finished: Session, entered: list[str]
) -> None:
    async with TuimonApp(finished).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        await walk(pilot, *entered)
        before = screen.look.smoothing
        commands = {each.title: each for each in pilot.app.get_system_commands(screen)}
        await commands["More smoothing"].callback()
        assert screen.look.smoothing > before
