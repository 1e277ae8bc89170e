"""Finding trainings that tuimon did not launch."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tuimon.runs.strays import StrayTraining, find_strays

WRITER = """
import sys, subprocess
log = open(sys.argv[1], sys.argv[2])
command = [sys.executable, *sys.argv[3:]]
child = subprocess.Popen(command, pass_fds=[log.fileno()]) if sys.argv[3:] else None
print("open", flush=True)
sys.stdin.read()
if child:
    child.terminate()
"""
SLEEPER = ("-c", "import time; time.sleep(60)")


@contextmanager
def training(file: Path, mode: str, *child: str, **environment: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file), mode, *child],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | environment,
        cwd=file.parent,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


def found(file: Path) -> list[StrayTraining]:
    return [stray for stray in find_strays() if stray.logdir == str(file.parent)]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.out.tfevents.1.host"
    file.touch()
    return file


def test_a_python_that_writes_an_event_file_is_one_with_all_below_it(events: Path):
    with training(events, "a", *SLEEPER) as pid:
        (stray,) = found(events)
        assert stray.pid == pid
        assert stray.command[:2] == (sys.executable, "-c")
        assert Path(stray.cwd) == events.parent
        assert abs(time.time() - stray.started_at) < 60
        assert pid not in {one.pid for one in find_strays([pid])}
    assert found(events) == []


def test_a_reader_and_what_tuimon_has_started_are_none(events: Path):
    with training(events, "r"), training(events, "a", TUIMON_COMPANION="1"):
        assert found(events) == []
