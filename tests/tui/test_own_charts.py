"""Charts of one's own, pins and an x axis that was logged, by keys; what the file has of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.event_files import scalar, version, write
from support.screens import settle, shown, type_keys, visible
from support.sessions import loaded
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.page_line import PageLine
from tuimon.tui.screens.monitor import MonitorScreen

SIZE = (80, 24)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.chdir(tmp_path)
    points = [
        scalar(tag, step, value, wall_time=1.7e9 + step)
        for step in range(0, 400, 4)
        for tag, value in (
            ("train/loss", 2 / (1 + step / 50)),
            ("val/loss", 2.5 / (1 + step / 50)),
            ("epoch", step / 100),
        )
    ]
    write(tmp_path / "runs", [version(), *points])
    with loaded(Session.of_logdirs([Path("runs")])) as session:
        yield session


def chart(screen: MonitorScreen, title: str) -> ChartView:
    return next(each for each in screen.query(ChartView) if each.metric.title == title)


def line(screen: MonitorScreen) -> str:
    return screen._charts.formulas.said


async def test_a_chart_is_made_changed_and_removed(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "tuimon.toml"
    async with TuimonApp(session).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        screen = await type_keys(pilot, *"Agap = val/loss / (train")
        assert line(screen) == "character 24: a bracket is not closed"
        screen = await type_keys(pilot, "tab", ")", "enter")
        assert file.read_text() == '[charts]\ngap = "val/loss / (train/loss)"\n'
        assert visible(screen)[0] == "gap"
        assert screen.focused is chart(screen, "gap")
        [curve] = chart(screen, "gap").chart.newest(screen.options)
        assert curve.values == pytest.approx([1.25] * 100)
        file.write_text("# ours\n" + file.read_text())
        screen = await type_keys(pilot, *"A, train/loss", "enter")
        assert file.read_text() == '# ours\n[charts]\ngap = "val/loss / (train/loss), train/loss"\n'
        screen = await type_keys(pilot, "A", "ctrl+u", "escape")
        assert "gap" in visible(screen)
        screen = await type_keys(pilot, "j", "A", "ctrl+u", "enter")
        assert "gap" not in visible(screen)
        assert file.read_text() == "# ours\n[charts]\n"


async def test_pins_and_the_x_axis_are_kept(session: Session, tmp_path: Path) -> None:
    async with TuimonApp(session).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        first, second = visible(screen)[:2]
        screen = await type_keys(pilot, "j", "l", "circumflex_accent")
        assert visible(screen)[:2] == [second, first]
        screen = await type_keys(pilot, "X", "z", "z", "enter")
        assert "x step: no zz" in shown(screen.query_one(PageLine))
        screen = await type_keys(pilot, "X", "ctrl+u", "e", "p", "tab", "enter")
        assert "x epoch" in shown(screen.query_one(PageLine))
        scales = chart(screen, first).drawing.scales
        assert scales is not None
        assert (scales.x_axis, scales.x0, scales.x1) == ("metric", 0, pytest.approx(3.96))
        screen = await type_keys(pilot, "x")
        assert screen.options.x_axis == "step"
    assert (tmp_path / "tuimon.toml").read_text() == f'pin = ["{second}"]\nx = "epoch"\n'
    (tmp_path / "tuimon.toml").write_text('pin = ["lost"]\nx = 3\n')
    asked = {
        "pins": (second,),
        "charts": {"twice\x1b[m": "epoch * 2"},
        "x": "wall",
        "filter": "epoch",
    }
    async with TuimonApp(session, asked=asked).run_test(size=SIZE) as pilot:
        screen = await settle(pilot)
        assert visible(screen) == [second, "twice\x1b[m"]
        assert screen.options.x_axis == "wall"
        assert "tuimon.toml:2: x = 3: must be text in quotes" in pilot.app.messages[0].text
        screen = await type_keys(pilot, "j", "l", "A")
        assert screen._charts.formulas.text == "twice␛[m = epoch * 2"


def test_charts_of_ones_own_look_as_ever(snap_compare, session: Session, tmp_path: Path) -> None:
    (tmp_path / "tuimon.toml").write_text(
        'pin = ["gap"]\nx = "epoch"\n[charts]\ngap = "val/loss - train/loss, log10(val/loss)"\n'
    )

    async def open_line(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await type_keys(pilot, "j", "A")

    assert snap_compare(TuimonApp(session), terminal_size=SIZE, run_before=open_line)
