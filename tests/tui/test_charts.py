"""Parts of charts, the cursor, many runs and saving, driven by keys and mouse; pictures of them."""

import math
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from textual.events import MouseScrollUp
from textual.pilot import Pilot
from textual.widgets import Static

from support.event_files import append, frame, scalar, version, write
from support.screens import settle, shown, type_keys, visible
from support.sessions import loaded
from tuimon.charts import roles
from tuimon.charts.model import Cursor
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.chart_view import ChartView, Readout
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.page_line import PageLine
from tuimon.tui.panes.prompt import Prompt
from tuimon.tui.panes.tag_pane import TagPane
from tuimon.tui.screens import monitor
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.themes.styles import curve_colours
from tuimon.tui.themes.theme_file import DARK

SIZE = (100, 30)


def loss(step: int, run: int = 0) -> float:
    noise = math.sin(step * 12.9898 + run) * 0.06
    return math.exp(-step / (60 + 3 * run)) + noise + run / 50


@cache
def records(steps: int = 400, run: int = 0) -> list[bytes]:
    return [
        version(),
        *(
            scalar(tag, step, loss(step, run) + shift, wall_time=1.7e9 + step)
            for step in range(steps)
            for tag, shift in (("loss", 0.0), ("grad_norm", 1.0))
        ),
    ]


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    write(tmp_path / "runs", records())
    yield from started("runs")
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.chdir(tmp_path)
    for run in range(50):
        write(tmp_path / "sweep" / f"run{run:02}", records(40, run))
    yield from started("sweep")


def started(directory: str) -> Iterator[Session]:
    """A session that is loaded: scales keep something of what was drawn first."""
    with loaded(Session.of_logdirs([Path(directory)])) as session:
        yield session


def chart(screen: MonitorScreen, title: str = "loss") -> ChartView:
    return next(each for each in screen.query(ChartView) if each.metric.title == title)


def title(screen: MonitorScreen, name: str = "loss") -> str:
    return shown(chart(screen, name)).splitlines()[0]


def page(screen: MonitorScreen) -> str:
    """What is true for all charts of the page."""
    return shown(screen.query_one(PageLine))


async def press_when_ready(pilot: Pilot[None], *keys: str) -> MonitorScreen:
    await settle(pilot)
    return await type_keys(pilot, *keys)


async def test_keys_do_not_wait_for_the_import_of_plotext(
    one: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_by: list[threading.Thread] = []
    monkeypatch.setattr(monitor, "_PLOTEXT_AFTER", 0.01)
    monkeypatch.setattr(
        monitor, "load_plotext", lambda: loaded_by.append(threading.current_thread())
    )
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        await settle(pilot)
        while not loaded_by:
            await pilot.pause(0.01)
    assert loaded_by[0] is not threading.main_thread()


async def test_charts_know_how_many_colours_a_theme_of_the_user_has(many: Session) -> None:
    own = ("#ff0000", "#0000ff", "#ffd700")
    three = replace(DARK, name="three", variables={f"curve-{i}": own[i] for i in range(3)})
    async with TuimonApp(many).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        pilot.app.register_theme(three)
        pane = screen.query_one(TagPane)
        assert len(colours_on(pane) & set(curve_colours(DARK.variables))) == 6
        assert "━ run" in shown(pane).splitlines()[1]
        pilot.app.theme = "three"
        await settle(pilot)
        assert colours_on(pane) >= set(own)
        assert re.search("[━╍┅┉][a-z] run", shown(pane))
        pilot.app.theme = DARK.name
        await settle(pilot)
        assert len(colours_on(pane) & set(curve_colours(DARK.variables))) == 6
        assert "━ run" in shown(pane).splitlines()[1]


def colours_on(pane: TagPane) -> set[str]:
    """All colours of the list of runs."""
    styles = [segment.style for strip in pane.strips() for segment in strip]
    return {style.color.get_truecolor().hex for style in styles if style and style.color}


async def test_zooming_follows_the_newest_points_until_one_pans_away(
    one: Session, tmp_path: Path
) -> None:
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        assert "live tail" not in page(screen)
        await type_keys(pilot, "z", "z")
        area = chart(screen).area
        assert area is not None
        assert "live tail 100" in page(screen)
        assert area.x0 >= 290
        before = area.x1
        (file,) = (tmp_path / "runs").iterdir()
        append(file, *(scalar("loss", step, loss(step)) for step in range(400, 500)))
        one.follower.set_sources(one.sources)
        for _ in range(100):
            await pilot.pause(0.05)
            if chart(screen).area.last >= 499:
                break
        assert chart(screen).area.x1 > before
        await type_keys(pilot, "comma")
        assert "frozen" in page(screen)
        assert "frozen" not in title(screen)
        frozen = chart(screen).area.x0, chart(screen).area.x1
        append(file, *(scalar("loss", step, loss(step)) for step in range(500, 600)))
        for _ in range(100):
            await pilot.pause(0.05)
            if chart(screen).area.last >= 599:
                break
        assert (chart(screen).area.x0, chart(screen).area.x1) == frozen
        await type_keys(pilot, "0")
        assert "frozen" not in page(screen)
        assert chart(screen).area.x0 == 0
        # With the focus a chart is zoomed by itself.
        await type_keys(pilot, "right", "t")
        assert "live tail 200" in title(screen)
        assert "live tail" not in title(screen, "grad_norm")
        await type_keys(pilot, "t")
        assert "live tail" not in title(screen)


async def test_the_wheel_zooms_around_the_pointer_and_dragging_pans(one: Session) -> None:
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        loss_chart = chart(screen)
        area = loss_chart.area
        x = area.left + area.columns // 2
        under = area.position(x - area.left)
        for _ in range(3):
            loss_chart.post_message(MouseScrollUp(loss_chart, x, 5, 0, -1, 0, False, False, False))
            await settle(pilot)
        assert loss_chart.area.x1 - loss_chart.area.x0 == pytest.approx(
            0.8**3 * (area.x1 - area.x0)
        )
        assert loss_chart.area.position(x - area.left) == pytest.approx(under, abs=1)
        before = loss_chart.area.x0
        await pilot.mouse_down(loss_chart, offset=(x, 5), control=True)
        await pilot.hover(loss_chart, offset=(x - 8, 5))
        await pilot.mouse_up(loss_chart, offset=(x - 8, 5))
        await settle(pilot)
        assert loss_chart.area.x0 > before
        assert "frozen" in title(screen)
        assert screen.query_one(ChartPane).cursor is None


async def test_the_pointer_reads_values_and_marks_a_range_to_zoom_into(one: Session) -> None:
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        loss_chart, charts = chart(screen), screen.query_one(ChartPane)
        area = loss_chart.area
        left, right = area.left + 10, area.left + 30
        low, high = area.position(10), area.position(30)
        before = loss_chart.shown_rows
        await pilot.hover(loss_chart, offset=(left, 5))
        await pilot.pause()
        readout = screen.query_one(Readout)
        assert f"step {round(low)} " in shown(readout)
        assert f" {loss(round(low)):.4g}" in shown(readout)
        assert loss_chart.shown_rows is before, "no chart is drawn anew"
        await pilot.hover(loss_chart, offset=(0, 0))
        await pilot.pause()
        assert not readout.display
        await pilot.mouse_down(loss_chart, offset=(left, 5))
        await pilot.hover(loss_chart, offset=(right, 5))
        await pilot.mouse_up(loss_chart, offset=(right, 5))
        await settle(pilot)
        assert charts.cursor == Cursor(high, low)
        footer = shown(screen.query_one(KeyBar))
        assert footer.startswith(" ← → move  z zoom to range  m compare ")
        await pilot.hover(screen.query_one(KeyBar))
        await pilot.pause()
        await pilot.click(screen.query_one(KeyBar), offset=(footer.index("zoom to"), 0))
        await settle(pilot)
        assert charts.cursor is None
        assert (chart(screen).area.x0, chart(screen).area.x1) == (low, high)


async def test_limits_are_typed_and_told_when_they_are_none(one: Session) -> None:
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        await type_keys(pilot, "right", "e")
        await type_keys(pilot, *"x=100:300 y=0:0.5")
        assert "frozen" in title(screen)
        assert "y limits" in title(screen)
        assert (chart(screen).area.x0, chart(screen).area.x1) == (100, 300)
        await type_keys(pilot, *" q")
        await type_keys(pilot, "enter")
        assert "q: write x=LOW:HIGH" in screen.query_one("#limits", Prompt).said
        assert "y limits" in title(screen), "nothing is dropped"
        await type_keys(pilot, "backspace", "enter")
        assert screen.focused is chart(screen)
        assert "y limits" not in title(screen, "grad_norm")
        await type_keys(pilot, "e", "escape")
        assert "y limits" not in title(screen)


async def test_the_cursor_reads_all_charts_at_once(one: Session) -> None:
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        await type_keys(pilot, "c", "home")
        assert "step 0" in title(screen)
        assert f"{loss(0):.4g}" in shown(chart(screen))
        await type_keys(pilot, "right", "L")
        column = chart(screen).area.column
        read = chart(screen).drawing.readings[0][0]
        assert read.step == pytest.approx(11.5 * column, abs=column)
        assert f"step {read.step}" in title(screen)
        assert f"step {read.step}" in title(screen, "grad_norm")
        await type_keys(pilot, "m", "end")
        assert f"{400 - read.step} points" in title(screen)
        assert "Δ-" in title(screen)
        await type_keys(pilot, "escape")
        assert "step" not in title(screen)


async def test_the_chart_on_the_whole_screen_lists_every_run(many: Session) -> None:
    async with TuimonApp(many).run_test(size=(200, 60)) as pilot:
        screen = await press_when_ready(pilot, "enter", "c")
        text = shown(chart(screen))
        assert all(f"run{run:02} " in text for run in range(50))
        assert "value" in text.splitlines()[1]


async def test_few_of_many_runs_stand_out_or_those_that_are_chosen(
    many: Session,
) -> None:
    async with TuimonApp(many).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        pane = screen.query_one(TagPane)
        names = [row.name for row in pane.table.rows]
        assert [row.name for row in pane.table.legend] == names[:6]
        assert "shade" in {span.role for row in chart(screen).shown_rows for span in row}
        await type_keys(pilot, "right_square_bracket", "right_square_bracket", "asterisk")
        await type_keys(pilot, *["right_square_bracket"] * 2)
        assert f"*━ {names[1]}" in shown(pane)
        assert f"›━ {screen.look.focus}" in shown(pane)
        assert len(pane.table.legend) == 2
        await type_keys(pilot, "o")
        assert "shade" not in {span.role for row in chart(screen).shown_rows for span in row}
        await type_keys(pilot, "o", "space")
        assert len(screen.look.hidden) == 1


async def test_the_pane_lists_runs_and_acts_on_the_one_under_the_cursor(many: Session) -> None:
    async with TuimonApp(many).run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        pane = screen.query_one(TagPane)
        pane.focus()
        await type_keys(pilot, "up", "space")
        assert screen.look.hidden == ("run49",)
        assert "·" in next(row for row in shown(pane).splitlines() if "run49" in row)
        await type_keys(pilot, "up", "enter")
        assert screen.look.focus == "run48"


async def test_tags_are_grouped_by_prefix(tmp_path: Path) -> None:
    write(
        tmp_path,
        [version(), *(scalar(tag, s, 1.0 * s) for s in range(9) for tag in ("g/a", "g/b", "lr"))],
    )
    for session in started(str(tmp_path)):
        async with TuimonApp(session).run_test(size=SIZE) as pilot:
            screen = await settle(pilot)
            await type_keys(pilot, "g", "down", "enter")
            await pilot.app.workers.wait_for_complete()
            await settle(pilot)
            assert visible(screen) == ["g/*", "lr"]
            assert "a 8" in shown(chart(screen, "g/*"))


async def test_curves_are_grouped_by_what_their_runs_were_given(tmp_path: Path) -> None:
    for run, rate in enumerate((0.1, 0.1, 0.01, 0.01)):
        given = Event(wall_time=1.7e9, summary=hparams_pb({"lr": rate, "depth": 3}))
        points = (scalar("loss", step, loss(step, run)) for step in range(50))
        write(tmp_path / f"run{run}", [version(), frame(given.SerializeToString()), *points])
    for session in started(str(tmp_path)):
        async with TuimonApp(session).run_test(size=SIZE) as pilot:
            screen = await settle(pilot)
            await type_keys(pilot, "g", "s", "s", "enter")
            await pilot.app.workers.wait_for_complete()
            await settle(pilot)
            assert (screen.look.group, screen.look.spread) == ("settings", "ci")
            pane = screen.query_one(TagPane)
            first = [(row.label, row.role) for row in pane.table.rows]
            assert first == [("lr=0.01 ×2", roles.curve(0)), ("lr=0.1 ×2", roles.curve(1))]
            assert "mean, 95% interval" in shown(screen.query_one(PageLine))
            await type_keys(pilot, "G")
            await settle(pilot)
            labels = [row.label for row in pane.table.rows]
            assert labels == ["lr=0.01 ×2", "run2", "run3", "lr=0.1 ×2", "run0", "run1"]
            pane.focus()
            await type_keys(pilot, "up", "up", "up", "space")  # the second group
            await settle(pilot)
            assert screen.look.hidden == ("run0", "run1")


async def test_what_is_no_way_to_group_is_told(tmp_path: Path) -> None:
    for name in ("a-1", "a-2", "b-1"):
        write(tmp_path / name, [version(), *(scalar("loss", step, 1.0) for step in range(9))])
    for session in started(str(tmp_path)):
        async with TuimonApp(session).run_test(size=SIZE) as pilot:
            screen = await settle(pilot)
            await type_keys(pilot, "g", "end", "enter", *"/(/", "enter")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            why = pilot.app.screen.query_one("#why", Static).content
            assert "no regular expression" in str(why)
            await type_keys(pilot, "left", "backspace", *"^.", "enter")
            await settle(pilot)
            assert screen.look.group == "/^./"
            assert [row.label for row in screen.query_one(TagPane).table.rows] == ["a ×2", "b ×1"]


async def test_keys_wait_until_it_is_known_how_runs_can_be_grouped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run, rate in enumerate((0.1, 0.01, 0.01)):
        given = Event(wall_time=1.7e9, summary=hparams_pb({"lr": rate}))
        points = (scalar("loss", step, loss(step, run)) for step in range(9))
        write(tmp_path / f"run{run}", [version(), frame(given.SerializeToString()), *points])
    goes_on, read = threading.Event(), monitor.read_traits

    def slow(*of: Any) -> Any:
        assert goes_on.wait(20)
        return read(*of)

    monkeypatch.setattr(monitor, "read_traits", slow)
    for session in started(str(tmp_path)):
        async with TuimonApp(session).run_test(size=SIZE) as pilot:
            screen = await settle(pilot)
            await type_keys(pilot, "g", "enter")
            assert screen.look.group == ""
            goes_on.set()
            await pilot.app.workers.wait_for_complete()
            await settle(pilot)
            assert screen.look.group == "settings"
            goes_on.clear()
            await type_keys(pilot, "g", "escape", "q")
            goes_on.set()
        assert pilot.app._exception is None


async def test_a_chart_is_saved(one: Session, tmp_path: Path) -> None:
    from PIL import Image

    saved = {}
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        await press_when_ready(pilot, "right")
        for keys in ("t", "s", "bwp", "as"):
            await type_keys(pilot, "greater_than_sign", *keys)
            await pilot.app.workers.wait_for_complete()
            saved = {path.suffix: path for path in tmp_path.glob("tuimon-loss-*")}
        told = [message.text for message in pilot.app.messages]
    assert f"saved {saved['.svg'].absolute()}" in told
    assert saved[".txt"].read_text().startswith("loss")
    drawn = ElementTree.parse(saved[".svg"]).getroot()
    assert drawn.get("width") == "800"
    assert {"loss", "step", "smoothing 0.6"} <= {node.text for node in drawn.iter()}
    with Image.open(saved[".png"]) as image:
        assert image.width == 2 * 1200
        assert sum(image.getpixel((0, 0))) < 100  # the dark page
    [page] = tmp_path.glob("tuimon-charts-*.svg")
    assert {"loss", "grad_norm"} <= {node.text for node in ElementTree.parse(page).getroot().iter()}


async def test_values_at_the_cursor_are_copied(one: Session, monkeypatch) -> None:
    copied: list[str] = []
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await press_when_ready(pilot, "c", "home", "greater_than_sign")
        await type_keys(pilot, "v")
        await pilot.app.workers.wait_for_complete()
    heading, row = copied[0].splitlines()
    assert heading.split("\t") == ["run", "step", "wall_time", "value", "smoothed"]
    assert row.split("\t")[1:3] == ["0", "1700000000.0"]


async def test_the_next_viewer_shows_the_same_part(one: Session) -> None:
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        await press_when_ready(pilot, "right", "z", "comma", "b", "semicolon")
    async with TuimonApp(one).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        assert "frozen" in title(screen)
        assert "frozen" not in title(screen, "grad_norm")
        assert "all values" in page(screen)
        assert screen.query_one(ChartPane).options.marks == "hd"


PICTURES: dict[str, tuple[str, ...]] = {
    "cursor": ("c", *["H"] * 3),
    "delta": ("enter", "c", *["H"] * 3, "m", *["H"] * 2),
    "limits": ("right", "e"),
    "log": ("y",),
    "tail": ("t", "semicolon"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_chart_looks_as_ever(snap_compare, one: Session, name: str) -> None:
    async def ready(pilot: Pilot[None]) -> None:
        await press_when_ready(pilot, *PICTURES[name])
        if name == "limits":
            await type_keys(pilot, *"x=50:350 y=0:0.4", "enter")

    assert snap_compare(TuimonApp(one), terminal_size=SIZE, run_before=ready)


def test_a_chart_in_ascii_looks_as_ever(snap_compare, one: Session) -> None:
    async def ready(pilot: Pilot[None]) -> None:
        await press_when_ready(pilot, "c", *["H"] * 3)

    app = TuimonApp(one, ascii_only=True)
    assert snap_compare(app, terminal_size=SIZE, run_before=ready)


def test_a_light_theme_looks_as_ever(snap_compare, one: Session) -> None:
    async def ready(pilot: Pilot[None]) -> None:
        pilot.app.theme = "tuimon-light"
        await press_when_ready(pilot, "c", *["H"] * 3)

    assert snap_compare(TuimonApp(one), terminal_size=SIZE, run_before=ready)


@pytest.mark.parametrize("name", ["overview", "pinned"])
def test_many_runs_look_as_ever(snap_compare, many: Session, name: str) -> None:
    keys = {
        "overview": (),
        "pinned": ("right_square_bracket", "asterisk", "right_square_bracket", "space"),
    }[name]

    async def ready(pilot: Pilot[None]) -> None:
        await press_when_ready(pilot, *keys)

    assert snap_compare(TuimonApp(many), terminal_size=(120, 40), run_before=ready)


def test_values_that_are_no_numbers_look_as_ever(snap_compare, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    values = [loss(step) for step in range(300)]
    values[40:60] = [math.nan] * 20
    values[100], values[200] = math.inf, -math.inf
    write(tmp_path / "runs", [version(), *(scalar("loss", s, v) for s, v in enumerate(values))])

    async def ready(pilot: Pilot[None]) -> None:
        await press_when_ready(pilot, "y")

    for session in started("runs"):
        assert snap_compare(TuimonApp(session), terminal_size=SIZE, run_before=ready)
