"""`tuimon` alone: the runs of the host, in a real terminal."""

import pytest

from support.host import Host

WRITER = """
import sys, time
from tensorboardX import SummaryWriter
writer = SummaryWriter("log")
for step in range(60):
    writer.add_scalar("Loss/train", 1 / (step + 1), step)
    writer.add_scalar("Loss/test", 2 / (step + 1), step)
writer.flush()
print("written", flush=True)
if "wait" in sys.argv:
    time.sleep(600)
raise SystemExit(3)
"""


@pytest.fixture
def runs(host: Host) -> Host:
    """One run that failed, and a newer one that goes on."""
    script = host.script(WRITER)
    ended = host.run("run", "--foreground", "--mirror", "off", "--name", "first", script)
    assert ended.returncode == 3, ended.stderr
    going = host.run("run", "--detach", "--mirror", "off", "--name", "second", script, "wait")
    assert going.returncode == 0, going.stderr
    return host


def test_runs_are_opened_from_the_home_screen_and_left_to_it(runs: Host):
    with runs.terminal(columns=100, rows=24) as terminal:
        screen = terminal.wait_for(lambda text: text.count("0.03333") > 2)
        assert "2 runs  1 running" in screen
        first = next(line for line in screen.split("\n") if "first" in line)
        assert "failed" in first
        assert first.rstrip().endswith("exit code 3")
        terminal.press("j\r")
        screen = terminal.wait_for("━ test")
        assert "first" in screen.split("\n")[0]
        terminal.press("q")
        terminal.wait_for("2 runs  1 running")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_a_run_is_stopped_from_the_home_screen(runs: Host):
    with runs.terminal(columns=100, rows=24) as terminal:
        terminal.wait_for("S stop")
        terminal.press("S")
        terminal.wait_for("Stop second?")
        terminal.press("k")
        screen = terminal.wait_for("■  second")
        assert " stopped " in screen
        assert "1 running" not in screen
        terminal.press("\x03")
        assert terminal.wait_for_exit() == 0


def test_without_runs_it_tells_what_to_do(host: Host):
    with host.terminal(columns=80, rows=24) as terminal:
        terminal.wait_for("tuimon run train.py")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_without_a_terminal_it_prints_the_help(host: Host):
    printed = host.run()
    assert printed.returncode == 0
    assert "tuimon attach" in printed.stdout
