"""What is measured of the machine, beside the charts and as charts of its own."""

import socket
import time
from collections.abc import Iterator

import pytest

from support.screens import settle, shown
from tuimon.events.event_file import EventFile, TagPoint
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.runs.paths import RunPaths, new_run_directory
from tuimon.runs.process import boot_id, current, machine_id
from tuimon.runs.record import RunRecord, RunState, write_record
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.message_line import MessageLine
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.system_pane import SystemPane, split_unit
from tuimon.tui.screens.pages import TextScreen
from tuimon.tui.screens.system import SystemScreen

IDLE_GPU = {"utilization [%]": 0.0, "memory [%]": 3.0}
OWN_GPU = {"utilization [%]": 97.0, "memory [%]": 99.5, "training memory [GB]": 70.0}


@pytest.fixture
def session() -> Iterator[Session]:
    paths = new_run_directory("train")
    record = RunRecord(
        id=paths.id,
        name="train",
        host=socket.gethostname(),
        machine_id=machine_id(),
        boot_id=boot_id(),
        argv=("train.py",),
        command=("python", "train.py"),
        cwd="/",
        started_at=time.time(),
        state=RunState.RUNNING,
        guardian=current(),
    )
    write_record(paths.run_json, record)
    measure(paths)
    session = Session(paths)
    session.start()
    yield session
    session.stop()


def measure(paths: RunPaths) -> None:
    file = EventFile(paths.system, "system")
    devices = {
        "CPU": {"training [%]": 340.0, "processes": 5.0},
        "GPU 0 A100": IDLE_GPU,
        "GPU 1 A100": OWN_GPU,
        "memory": {"host [%]": 41.0},
    }
    for second in range(0, 40, 2):
        file.write(
            [
                TagPoint(f"{device}/{quantity}", second, value)
                for device, quantities in devices.items()
                for quantity, value in quantities.items()
            ],
            second,
        )
    file.close()


async def test_the_pane_shows_the_gpus_of_the_training_first(session: Session) -> None:
    app = TuimonApp(session)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        pane = screen.query_one(SystemPane)
        assert not pane.display
        await pilot.press("3")
        while "GPU 1" not in shown(pane):
            await pilot.pause(0.02)
        text = shown(pane)
        assert text.index("GPU 1 A100") < text.index("GPU 0 A100") < text.index("CPU ─")
        rows = {" ".join(row.split()) for row in text.splitlines()}
        assert any(row.startswith("training") and row.endswith("340 %") for row in rows)
        assert "training memory 70 GB" in rows
        assert "GPU memory at most 70 GB" in rows
        assert text.index("GPU memory") < text.index("GPU 1 A100"), "what was used so far is first"
        full = next(row for row in pane.shown_rows if "99.5 %" in row[-2].text)
        assert full[1].role == "warn", "a memory that is nearly full stands out"
        await pilot.press("3")
        assert not pane.display


async def test_enter_shows_all_of_it_as_charts_and_q_comes_back(session: Session) -> None:
    app = TuimonApp(session)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await settle(pilot)
        await pilot.press("3")
        screen.query_one(SystemPane).focus()
        await pilot.press("enter")
        system = app.screen
        assert isinstance(system, SystemScreen)
        while len(list(system.query(ChartView))) < 8:
            await pilot.pause(0.02)
        first = next(iter(system.query(ChartView)))
        assert first.metric.title == "GPU 1 A100 utilization [%]"
        await pilot.press("enter", "escape")
        assert app.screen is system, "the first Esc ends the zoom"
        await pilot.press("q")
        assert app.screen is screen


async def test_what_tuimon_has_not_launched_has_no_machine(tmp_path: object) -> None:
    session = Session.of_logdirs([])
    app = TuimonApp(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("3")
        assert not app.screen.query_one(SystemPane).display
        assert [message.text for message in app.messages] == [
            "Only the system of what tuimon launched is measured."
        ]


async def test_alerts_are_announced_and_listed(session: Session) -> None:
    assert session.run is not None
    app = TuimonApp(session)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        assert " a alerts " not in shown(screen.query_one(KeyBar))
        alert = Alert(
            key="k",
            level=AlertLevel.ERROR,
            title="[b]Loss\x1b[2J is NaN",
            text="at step 7",
            wall_time=0.0,
        )
        AlertLog(session.run.alerts).add(alert)
        while "Loss" not in shown(screen.query_one(RunHeader)):
            await pilot.pause(0.05)
        await pilot.pause()  # the footer follows
        assert "! [b]Loss" in shown(screen.query_one(RunHeader))
        assert " a alerts " in shown(screen.query_one(KeyBar))
        await pilot.pause()
        (message,) = app.messages
        assert (message.severity, message.text) == ("error", "[b]Loss␛[2J is NaN: at step 7")
        assert shown(screen.query_one(MessageLine)).startswith(f" ✗ {message.text} ")
        await pilot.press("a")
        assert isinstance(app.screen, TextScreen)
        assert app.screen.query_one("VerticalScroll").border_title == "alerts"


@pytest.mark.parametrize(
    ("quantity", "name", "unit"),
    [
        ("utilization [%]", "utilization", "%"),
        ("disk [x] y [MB/s]", "disk [x] y", "MB/s"),
        ("processes", "processes", ""),
        ("odd [%", "odd [%", ""),
    ],
)
def test_units(quantity: str, name: str, unit: str) -> None:
    assert split_unit(quantity) == (name, unit)
