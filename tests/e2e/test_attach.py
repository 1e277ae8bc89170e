"""`tuimon attach` to what tuimon did not launch: real processes, in a real terminal."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from support.host import Host

KERNEL = tuple(map(int, os.uname().release.split(".")[:2]))

WRITER = """
import time
from tensorboardX import SummaryWriter
writer = SummaryWriter("log", flush_secs=1)
print("first line\\nsecond line", flush=True)
step = 0
while True:
    writer.add_scalar("Loss/train", 1 / (step + 1), step)
    writer.flush()
    step += 1
    time.sleep(0.05)
"""


@pytest.fixture
def training(host: Host) -> Iterator["subprocess.Popen[bytes]"]:
    """A training started without tuimon, its output in a file."""
    with (host.project / "out.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, host.script(WRITER)], cwd=host.project, stdout=output
        )
    yield process
    process.kill()
    process.wait()


def test_a_process_is_watched_until_it_ends(host: Host, training: "subprocess.Popen[bytes]"):
    with host.terminal("attach", str(training.pid)) as terminal:
        screen = terminal.wait_for(lambda text: "┤" in text and "second line" in text)
        assert screen.startswith(f" ● PID {training.pid} ")
        assert "running" in screen.split("\n")[0]
        training.kill()  # not waited for: a zombie has ended, too
        terminal.wait_for(lambda text: "  ended" in text.split("\n")[0])
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        training.wait()
        assert f"process {training.pid} has ended".encode() in terminal.received
    gone = host.run("attach", str(training.pid))
    assert gone.returncode == 2
    assert f"no such process: {training.pid}" in gone.stderr


def test_what_is_nothing_is_refused_with_all_that_was_tried(host: Host):
    refused = host.run("attach", "nosuch")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    for tried in ("no run is called 'nosuch'", "no such directory: ", "not a PID"):
        assert tried in refused.stderr


def test_plain_lines_follow_a_process_to_its_end(host: Host):
    script = host.script(WRITER.replace("while True", "while step < 60") + "raise SystemExit(3)\n")
    process = subprocess.Popen(
        [sys.executable, script], cwd=host.project, stdout=subprocess.DEVNULL
    )
    threading.Thread(target=process.wait).start()  # its parent asks how it ended
    done = host.run("attach", "--plain", str(process.pid))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"PID {process.pid} ")
    assert "step 59" in done.stdout
    how = ": exit code 3" if KERNEL >= (6, 15) else ""
    assert done.stdout.endswith(f"process {process.pid} has ended{how}\n")


def test_a_directory_is_watched_unless_a_run_has_its_name(host: Host):
    (host.project / "script").mkdir()
    with host.terminal("attach", "script") as terminal:
        terminal.wait_for("No scalars in these log directories yet.")
    host.run("run", "--foreground", "--mirror", "off", host.script("pass"))
    ended = host.run("attach", "--plain", "script")
    assert "script finished" in ended.stdout
