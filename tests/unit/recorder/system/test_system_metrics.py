"""What is measured of real processes, and the event file that comes of it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuimon.recorder.processes import ProcessTree
from tuimon.recorder.system_metrics import Host, SystemMetrics, TrainingUsage
from tuimon.runs.paths import RunPaths
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load

BUSY = """
import os, sys, time
block = bytearray(os.urandom(1)) * 300_000_000
if not os.fork():
    while True:
        pass
print("ready", flush=True)
sys.stdin.readline()
os.kill(0, 9)
"""


@pytest.fixture
def busy() -> Iterator[int]:
    """A process that holds 300 MB, with a child that shares them and is never idle."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    yield process.pid
    process.stdin.close()
    process.wait()


def values_when(
    training: TrainingUsage, tag: str, holds: Callable[[float], bool]
) -> dict[str, float]:
    """Readings, taken until one is as expected (the machine may be busy with other things)."""
    deadline = time.monotonic() + 20
    while True:
        readings = dict(training.readings())
        if holds(readings.get(tag, -1)) or time.monotonic() > deadline:
            return readings
        time.sleep(0.1)


def test_a_tree_is_measured_as_a_whole(busy: int) -> None:
    training = TrainingUsage(ProcessTree(None, busy))
    first = dict(training.readings())
    assert first["CPU/training [%]"] == 0
    readings = values_when(training, "CPU/training [%]", lambda percent: percent > 20)
    assert 20 < readings["CPU/training [%]"] < 150
    assert readings["CPU/processes"] == 2
    readings = values_when(training, "memory/training [GB]", lambda size: size > 0)
    assert 0.3 < readings["memory/training [GB]"] < 0.5, "shared memory counts once"
    assert busy in training.pids


def test_a_tree_without_processes_gives_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert list(TrainingUsage(ProcessTree(None, ended.pid)).readings()) == []


def test_the_host_tells_shares_of_what_it_has(tmp_path: Path) -> None:
    host = Host(str(tmp_path), os.getpid())
    list(host.readings())
    readings = dict(host.readings())
    assert {"CPU/host [%]", "memory/host [%]", "disk/used [%]", "disk/free [GB]"} <= set(readings)
    assert all(0 <= value <= 100 for tag, value in readings.items() if tag.endswith("[%]"))
    assert all(value >= 0 for value in readings.values())


def test_readings_become_an_event_file_that_goes_on_after_a_restart(
    busy: int, tmp_path: Path
) -> None:
    paths = RunPaths(tmp_path)
    source = LogSource(path=str(paths.system), recursive=False)
    steps: list[int] = []
    for age in (100, 200):
        metrics = SystemMetrics(
            paths,
            ProcessTree(None, busy),
            cwd=str(tmp_path),
            pid=busy,
            started_at=time.time() - age,
        )
        metrics.start()
        deadline = time.monotonic() + 20
        while not [step for step in steps if step >= age] and time.monotonic() < deadline:
            time.sleep(0.05)
            run = load([source]).store.runs.get(".")
            series = run and run.series.get("memory/training [GB]")
            steps = series.snapshot().steps.tolist() if series else steps
        metrics.stop()
    assert steps[0] in range(100, 120)
    assert steps[-1] in range(200, 220)
