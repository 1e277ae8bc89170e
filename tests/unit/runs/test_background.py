"""What ends the processes beside a training."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO

import pytest

from tuimon.runs.process import ASK, JOB_SIGNALS, ask_to_end

PROGRAM = """
import sys, time
from tuimon.runs.background import begin
stop = begin("test", guarded=sys.argv[1] == "guarded")
print("ready", flush=True)
while not stop.wait(0.01): pass
print("asked", flush=True)
"""


@pytest.fixture
def process(request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", PROGRAM, request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert _stdout(process).readline() == "ready\n"
        yield process
        process.kill()


def _stdout(process: "subprocess.Popen[str]") -> IO[str]:
    assert process.stdout is not None
    return process.stdout


@pytest.mark.parametrize("process", ["guarded"], indirect=True)
def test_what_a_whole_job_is_sent_does_not_end_it_but_a_word_does(process: "subprocess.Popen[str]"):
    for number in JOB_SIGNALS:
        process.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    ask_to_end(process.pid)
    assert _stdout(process).read() == "asked\n"
    assert process.wait() == 0


@pytest.mark.parametrize("process", ["alone"], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, ASK])
def test_without_a_guardian_it_ends_as_anything_does(process: "subprocess.Popen[str]", number: int):
    process.send_signal(number)
    assert _stdout(process).read() == "asked\n"


def test_once_its_parent_is_gone_it_ends_as_anything_does():
    starter = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {PROGRAM!r}, 'guarded'])\n"
        "print(child.pid, flush=True)\n"
        "input()\n"
    )
    command = [sys.executable, "-c", starter]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        pid = int(_stdout(parent).readline())
        assert _stdout(parent).readline() == "ready\n"
        os.kill(pid, signal.SIGTERM)
        parent.kill()
        parent.wait()
        os.kill(pid, signal.SIGTERM)
        assert _stdout(parent).read() == "asked\n"


def test_signals_of_a_job_are_those_that_can_be_caught_and_say_something():
    assert {signal.SIGTERM, signal.SIGUSR1, signal.SIGRTMIN, signal.SIGXCPU} <= JOB_SIGNALS
    for number in ("KILL", "STOP", "SEGV", "CHLD", "CONT", "TSTP", "PIPE", "WINCH", "URG"):
        assert getattr(signal, f"SIG{number}") not in JOB_SIGNALS
