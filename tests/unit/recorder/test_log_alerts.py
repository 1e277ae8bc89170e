"""Alerts of trainings that write no event files."""

import json
import os
import socket
import time
from pathlib import Path

import pytest

from tuimon.events.points import ScalarColumns
from tuimon.recorder.health_watch import HealthWatch
from tuimon.runs.alerts import read_alerts
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord, RunState
from tuimon.runs.registry import RunStatus
from tuimon.runs.sources import LogSource


class Watched:
    """A health watch of a run whose logs are below `logs`, and what it was told."""

    def __init__(self, directory: Path) -> None:
        self.logs = directory / "logs"
        self.logs.mkdir()
        paths = RunPaths(directory / "run")
        paths.directory.mkdir()
        record = RunRecord(
            id="run", name="run", host=socket.gethostname(), machine_id="m", boot_id="b",
            argv=(), command=(), cwd="/", started_at=time.time(), state=RunState.RUNNING,
        )  # fmt: skip
        status = RunStatus(paths=paths, record=record, state=RunState.RUNNING)
        self.points: list[tuple[str, int]] = []
        self.watch = HealthWatch(paths, status, self._logged)
        self.alerts = paths.alerts

    def _logged(self, tag: str, columns: ScalarColumns) -> None:
        self.points += [(tag, step) for step in columns.steps.tolist()]

    def look(self) -> list[str]:
        self.watch.catch_up((LogSource(path=str(self.logs)),))
        return [alert.text for alert in read_alerts(self.alerts)]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_a_table_that_is_appended_to_and_rewritten_is_judged_once(watched: Watched) -> None:
    table = watched.logs / "metrics.csv"
    table.write_text("step,train_loss\n1,0.5\n2,0.4\n")
    assert watched.look() == []
    assert (watched.watch.has_log_scalars, watched.watch.has_scalars) == (True, False)
    with table.open("a") as file:
        file.write("3,nan\n")
    (alert,) = watched.look()
    assert alert.startswith("NaN at step 3")
    table.write_text("step,train_loss,lr\n1,0.5,1\n2,0.4,1\n3,nan,1\n4,0.3,1\n")
    assert watched.look() == [alert]
    losses = [step for tag, step in watched.points if tag == "train_loss"]
    assert losses == [1, 2, 3, 4]


def test_a_newer_checkpoint_tells_what_the_older_one_had_not(watched: Watched) -> None:
    for step in (2, 4):
        checkpoint = watched.logs / f"checkpoint-{step}"
        checkpoint.mkdir()
        history = [{"step": at, "loss": 1 / at} for at in range(1, step + 1)]
        (checkpoint / "trainer_state.json").write_text(json.dumps({"log_history": history}))
        os.utime(checkpoint / "trainer_state.json", (time.time() + step,) * 2)
        watched.look()
    assert watched.points == [("train/loss", step) for step in range(1, 5)]


def test_what_a_table_had_before_the_launch_is_none_of_it(watched: Watched) -> None:
    table = watched.logs / "metrics.csv"
    table.write_text("step,train_loss\n1,nan\n2,0.4\n")
    os.utime(table, (time.time() - 100,) * 2)
    assert watched.look() == []
    with table.open("a") as file:
        file.write("3,0.3\n")
    assert watched.look() == []
    assert watched.points == [("train_loss", 3)]
