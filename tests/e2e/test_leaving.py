"""However a viewer ends, its terminal is as it was: modes, settings, nothing printed over it."""

import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from torch.utils.tensorboard import SummaryWriter

from support.event_files import append, scalar, version, write
from support.host import Host
from support.sampling import few
from support.waiting import wait_until

TAGS = [f"{name}/{split}" for name in ("loss", "acc", "f1", "lr") for split in ("train", "val")]


def step(number: int) -> list[bytes]:
    return [scalar(tag, number, 1 / (number + 1 + index)) for index, tag in enumerate(TAGS)]


@pytest.fixture
def log(host: Host) -> Path:
    """An event file of eight tags, in `runs`."""
    records = [version(), *(record for number in range(300) for record in step(number))]
    return write(host.project / "runs", records)


GOES_ON = {
    # Ignored by every Python program: who writes to a pipe that nobody reads gets an error.
    signal.SIGPIPE,
    signal.SIGXFSZ,
    # Ignored unless somebody wants them.
    signal.SIGCHLD,
    signal.SIGCONT,
    signal.SIGURG,
    signal.SIGWINCH,
}
STOPS = {signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
OFTEN = {
    *(signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1),
    *(signal.SIGSEGV, signal.SIGPIPE, signal.SIGCONT, signal.SIGTTIN),
}
CATCHABLE = [
    pytest.param(number, marks=() if number in OFTEN else pytest.mark.long, id=number.name)
    for number in sorted(set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
]


@pytest.mark.parametrize("number", few(sorted(CATCHABLE, key=lambda one: one.id != "SIGSEGV"), 4))
def test_each_signal_leaves_the_terminal_as_it_was(host: Host, log: Path, number: int):
    with host.terminal("view", "runs") as terminal:
        terminal.wait_for("━ val")
        assert {1049, 1000, 2004} <= terminal.modes
        assert 25 not in terminal.modes
        terminal.kill(number)
        if number in STOPS:
            process = psutil.Process(terminal.process.pid)
            wait_until(lambda: process.status() == psutil.STATUS_STOPPED, 5)
            terminal.pump(0.1)
            assert terminal.is_as_it_was
            process.send_signal(signal.SIGCONT)
            wait_until(lambda: terminal.pump(0.05) or 1049 in terminal.modes, 5)
        if number in GOES_ON | STOPS:
            terminal.press("?")
            terminal.wait_for("Leaving and help")
            terminal.press("qq")
            assert terminal.wait_for_exit() == 0
        else:
            assert terminal.wait_for_exit() == -number
        assert terminal.is_as_it_was
        assert b"Traceback" not in terminal.received


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_a_signal_before_the_first_frame_does_too(host: Host, log: Path, number: int):
    with host.terminal("view", "runs") as terminal:
        while 1049 not in terminal.modes:
            terminal.pump(0.001)
        terminal.kill(number)
        assert terminal.wait_for_exit() == -number
        assert terminal.is_as_it_was


def test_a_viewer_without_a_terminal_ends(host: Host, log: Path):
    with host.terminal("view", "runs") as terminal:
        terminal.wait_for("━ val")
        process = psutil.Process(terminal.process.pid)
        # As after `nohup` or in a container: the hang-up kills nobody.
        terminal.close()
        wait_until(lambda: terminal.process.poll() is not None, 5)
        assert not process.is_running()


def test_suspended_the_shell_has_its_terminal_and_fg_brings_the_screen_back(host: Host, log: Path):
    with host.terminal("view", "runs") as terminal:
        terminal.wait_for("━ val")
        for _ in range(2):
            process = terminal.suspend()
            assert terminal.is_as_it_was
            terminal.screen.reset()  # what the shell printed in between is there now
            process.send_signal(signal.SIGCONT)
            terminal.wait_for(lambda text: "━ val" in text and "q leave" in text)
            assert 1049 in terminal.modes
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_as_it_was


CRASH = """
import sys
from tuimon.cli.main import main
def fail(*args, **kwargs):
    raise KeyError("a\\x1b[2Jb\\nsecond line")
{patch}
sys.exit(main())
"""
CRASHES = {
    "drawing": "from tuimon.tui.panes.chart_view import ChartView; ChartView.rows = fail",
    "mounting": "from tuimon.tui.panes.chart_grid import ChartGrid; ChartGrid.show = fail",
    "a key": "from tuimon.tui.panes.chart_pane import ChartPane as P; P.action_page = fail",
    "input": "from tuimon.terminal.driver import TerminalDriver as D; D.process_message = fail",
    "composing": "from tuimon.tui.screens.monitor import MonitorScreen as M; M.compose = fail",
}


@pytest.mark.parametrize("place", few(CRASHES, 2))
def test_an_error_of_ours_is_one_line_after_the_screen(host: Host, log: Path, place: str):
    program = [sys.executable, "-c", CRASH.format(patch=CRASHES[place])]
    with host.terminal("view", "runs", program=program) as terminal:
        if place == "a key":
            terminal.wait_for("━ val")
            terminal.press("n")
        assert terminal.wait_for_exit() == 1
        assert terminal.is_as_it_was
        after = terminal.received.rpartition(b"\x1b[?1006l")[2].decode()
        assert "Traceback" not in terminal.received.decode()
    message = after.strip()
    assert message.startswith("tuimon: an error in tuimon itself: KeyError: ")
    assert message.endswith(f"(details: {host.home / 'viewer.log'})")
    assert message.isprintable()
    assert "Traceback" in (host.home / "viewer.log").read_text()


def test_an_error_of_the_palette_ends_the_palette(host: Host, log: Path):
    patch = "from textual.command import CommandList as L; L._on_click = fail"
    program = [sys.executable, "-c", CRASH.format(patch=patch)]
    with host.terminal("view", "runs", program=program) as terminal:
        terminal.wait_for("━ val")
        for _ in range(2):
            terminal.press(":")
            text = terminal.wait_for("Change the theme")
            y = next(n for n, row in enumerate(text.split("\n"), 1) if "Change the theme" in row)
            terminal.press(f"\x1b[<0;60;{y}M\x1b[<0;60;{y}m")
            terminal.wait_for(lambda text: "Change the theme" not in text and "━ val" in text)
        terminal.press("?")
        terminal.wait_for("Leaving and help")
        terminal.press("qq")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_as_it_was


def test_an_error_in_a_thread_is_logged_not_shown(host: Host, log: Path):
    patch = (
        "import threading\n"
        "from tuimon.tui.panes.chart_pane import ChartPane as P\n"
        "P.action_page = lambda *_: threading.Thread(target=fail, name='aside').start()"
    )
    program = [sys.executable, "-c", CRASH.format(patch=patch)]
    with host.terminal("view", "runs", program=program) as terminal:
        terminal.wait_for("━ val")
        terminal.press("n")
        wait_until(lambda: "thread aside failed" in (host.home / "viewer.log").read_text())
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert b"KeyError" not in terminal.received


def test_a_slow_link_is_left_at_once_while_much_is_drawn(host: Host, log: Path):
    stop = threading.Event()

    def train() -> None:
        number = 300
        while not stop.wait(0.1):
            append(log, *step(number))
            number += 1

    writer = threading.Thread(target=train)
    writer.start()
    try:
        with host.terminal("view", "runs", columns=160, rows=50, rate=5000) as terminal:
            terminal.wait_for("lr")
            terminal.press("x")  # the largest change there is
            terminal.pump(1.5)
            terminal.press("q")
            began = time.monotonic()
            assert terminal.wait_for_exit() == 0
            took = time.monotonic() - began
            assert terminal.is_as_it_was
    finally:
        stop.set()
        writer.join()
    assert took < 2, "1 s on a quiet machine: tests/bench/viewer.py"


def test_a_terminal_that_takes_nothing_is_left_all_the_same(host: Host, log: Path):
    with host.terminal("view", "runs") as terminal:
        terminal.wait_for("━ val")
        terminal.press("?")
        for _ in range(30):  # nobody reads what these draw
            terminal.press("\x0c")
            time.sleep(0.01)
        terminal.press("qq")
        wait_until(lambda: terminal.process.poll() is not None, 8)


STUCK = {
    "reading": "import time\nR.decode_payload = lambda *_: time.sleep(600)",
    "computing": "def spin(*_):\n    while True: pass\nR.decode_payload = spin",
}


@pytest.mark.parametrize("how", STUCK)
@pytest.mark.parametrize("end", few(["q", signal.SIGTERM, signal.SIGHUP, signal.SIGINT]), ids=str)
def test_a_view_that_is_stuck_keeps_nobody(host: Host, how: str, end: str | int):
    with SummaryWriter(str(host.project / "runs")) as writer:
        writer.add_text("words", "some")
    patch = f"import tuimon.summaries.decoders as R\n{STUCK[how]}"
    program = [sys.executable, "-c", CRASH.format(patch=patch)]
    with host.terminal("view", "runs", program=program) as terminal:
        terminal.wait_for("q leave")
        terminal.press("v")
        terminal.wait_for("reading …")
        if isinstance(end, str):
            terminal.press(2 * end)
        else:
            terminal.kill(end)
        assert terminal.wait_for_exit(10) == (0 if isinstance(end, str) else -end)
        assert terminal.is_as_it_was


HUNG = "import time\nfrom tuimon.tui.screens.monitor import MonitorScreen as M\n"


@pytest.mark.parametrize("number", few([signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2]))
def test_a_screen_that_hangs_is_left_at_a_signal(host: Host, log: Path, number: int):
    patch = HUNG + "M.action_help = lambda *_: (open('hangs', 'w').close(), time.sleep(600))"
    program = [sys.executable, "-c", CRASH.format(patch=patch)]
    with host.terminal("view", "runs", program=program) as terminal:
        terminal.wait_for("━ val")
        terminal.press("?")
        wait_until(lambda: (host.project / "hangs").exists())
        terminal.kill(number)
        # No handler can be taken back in another thread: the code is what a shell makes of it.
        assert terminal.wait_for_exit(15) == 128 + number
        assert terminal.is_as_it_was


def test_leaving_that_hangs_ends_all_the_same(host: Host, log: Path):
    patch = HUNG + "M.on_unmount = lambda *_: time.sleep(600)"
    program = [sys.executable, "-c", CRASH.format(patch=patch)]
    with host.terminal("view", "runs", program=program) as terminal:
        terminal.wait_for("━ val")
        terminal.press("q")
        terminal.wait_for_exit(15)
        assert terminal.is_as_it_was


def test_keys_answer_while_records_cannot_be_read(host: Host):
    """Reading in the state directory hangs from a moment on, as on a server that is gone."""
    host.run("run", "--foreground", "--mirror", "off", host.script("print('said')"))
    patch = (
        "import os, time, tuimon.regular_file as f\n"
        "import tuimon.runs.record as r, tuimon.runs.alerts as a, tuimon.console.rotation as c\n"
        "def hanging(real):\n"
        "    def call(*args):\n"
        "        while os.path.exists('hang'): time.sleep(0.05)\n"
        "        return real(*args)\n"
        "    return call\n"
        "r.read_regular = hanging(r.read_regular)\n"
        "a.read_regular = hanging(a.read_regular)\n"
        "c.ConsoleReader.read = hanging(c.ConsoleReader.read)\n"
    )
    program = [sys.executable, "-c", CRASH.format(patch=patch)]
    with host.terminal("attach", program=program) as terminal:
        terminal.wait_for("said")
        (host.project / "hang").touch()
        terminal.wait_for("the state directory does not answer")
        began = time.monotonic()
        terminal.press("?")
        terminal.wait_for("Leaving and help")
        assert time.monotonic() - began < 1
        (host.project / "hang").unlink()
        terminal.press("q")
        terminal.wait_for(lambda text: "does not answer" not in text and "finished" in text)
        (host.project / "hang").touch()
        terminal.press("q")
        assert terminal.wait_for_exit(10) == 0
        assert b"does not answer" in terminal.received.rpartition(b"\x1b[?1049l")[2]
        assert terminal.is_as_it_was


def test_leaving_a_run_that_was_removed_meanwhile(host: Host):
    host.run("run", "--foreground", "--mirror", "off", host.script("print('said')"))
    with host.terminal("attach") as terminal:
        terminal.wait_for("said")
        shutil.rmtree(host.home)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        after = terminal.received.rpartition(b"\x1b[?1049l")[2].decode()
    assert "is removed" in after
    assert "error" not in after
