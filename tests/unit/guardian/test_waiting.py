"""Whether a process of a terminal waits for somebody to type."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuimon.guardian.child import Child, spawn_on_pty
from tuimon.guardian.keyboard import waits_for_input

pytestmark = pytest.mark.skipif(not Path("/proc/self/syscall").exists(), reason="Linux")

RAW = "import os, select, tty; tty.setraw(0); "
CANONICAL = "import os, select; "


@pytest.fixture
def start() -> Iterator[Callable[[str], Child]]:
    """Starts a Python on a PTY; returns when it has printed something."""
    children: list[Child] = []

    def start(code: str) -> Child:
        here = Path.cwd()
        command = [sys.executable, "-S", "-c", "print('ready', flush=True); " + code]
        child = spawn_on_pty(
            command, cwd="/", environment=os.environ, umask=0o022, rows=24, cols=80
        )
        os.chdir(here)
        children.append(child)
        os.read(child.master, 100)
        return child

    yield start
    for child in children:
        os.kill(child.pid, signal.SIGKILL)
        os.waitpid(child.pid, 0)
        os.close(child.master)
        os.close(child.slave)


def settles(child: Child, call: str) -> None:
    """Wait until the child sleeps in a system call."""
    deadline = time.monotonic() + 10
    while True:
        now = Path(f"/proc/{child.pid}/syscall").read_text().split()[0]
        if now == call:
            return
        assert time.monotonic() < deadline, now
        time.sleep(0.01)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of its system calls")
@pytest.mark.parametrize(
    ("code", "call", "waits"),
    [
        ("input()", "0", True),
        (RAW + "os.read(0, 1)", "0", True),
        # As readline does, in pdb.
        (RAW + "select.select([0], [], [])", "270", True),
        # As a server, or whoever waits for its workers.
        (CANONICAL + "select.select([0], [], [])", "270", False),
        (CANONICAL + "os.read(os.pipe()[0], 1)", "0", False),
        (CANONICAL + "os.system(\"sh -c 'read line' < /dev/tty\")", "61", True),
    ],
)
def test_who_waits(start: Callable[[str], Child], code: str, call: str, waits: bool):
    child = start(code)
    settles(child, call)
    deadline = time.monotonic() + (10 if waits else 0)
    while not (found := waits_for_input(child.master, child.pid)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found is waits


def test_what_is_no_terminal():
    reader, writer = os.pipe()
    assert not waits_for_input(reader, os.getpid())
    os.close(reader)
    os.close(writer)
