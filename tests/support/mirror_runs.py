"""Runs without a guardian for tests of the mirror, and what arrived of them in W&B's files."""

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from support.wandb_history import HistoryRow, history_rows
from tuimon.events.logdir import LogdirScan
from tuimon.events.tail import EventFileTail
from tuimon.mirror.leftovers import MIRROR_VARIABLE, kill_leftovers
from tuimon.mirror.offline_file import OfflineFile
from tuimon.mirror.rows import shortest
from tuimon.runs.paths import RunPaths, new_run_directory
from tuimon.runs.process import boot_id, current, machine_id
from tuimon.runs.record import (
    LogSource,
    MirrorOptions,
    MirrorRecord,
    RecorderRecord,
    RunRecord,
    RunState,
    read_record,
    write_record,
)

Points = dict[str, list[tuple[int, float]]]
"""(step, value) in file order, by the key that W&B's TensorBoard integration would use."""


def new_run(
    cwd: Path,
    logdir: Path,
    options: MirrorOptions | None = None,
    started_at: float | None = None,
) -> RunPaths:
    """A run whose guardian and training are this test's own process."""
    paths = new_run_directory("train")
    argv = ("train.py", "--lr", "0.1")
    record = RunRecord(
        id=paths.id,
        name="train",
        host=socket.gethostname(),
        machine_id=machine_id(),
        boot_id=boot_id(),
        argv=argv,
        command=(sys.executable, *argv),
        cwd=str(cwd),
        logdir=str(logdir),
        mirror=options or MirrorOptions(mode="offline"),
        state=RunState.RUNNING,
        started_at=time.time() - 30 if started_at is None else started_at,
        guardian=current(),
        child=current(),
    )
    write_record(paths.run_json, record)
    found = LogSource(path=str(logdir), recursive=True)
    write_record(paths.recorder_json, RecorderRecord(logdirs=(found,), updated_at=time.time()))
    return paths


def end_run(paths: RunPaths, state: RunState = RunState.FINISHED, **outcome: Any) -> None:
    """Let the training be over."""
    run = read_record(RunRecord, paths.run_json)
    recorder = read_record(RecorderRecord, paths.recorder_json)
    assert run is not None
    assert recorder is not None
    now = time.time()
    outcome = {"state": state, "ended_at": now, **outcome}
    write_record(paths.run_json, run._replace(**outcome))
    write_record(paths.recorder_json, recorder._replace(updated_at=now + 0.001))


class MirrorUnderTest:
    """A mirror process, started as the recorder starts it."""

    def __init__(self, paths: RunPaths, environment: Mapping[str, str] | None = None) -> None:
        self.paths = paths
        self.log = paths.log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tuimon.mirror", str(paths.directory)],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            cwd=paths.directory,
            env=os.environ
            | {MIRROR_VARIABLE: str(paths.directory), "PYTHONSAFEPATH": "1"}
            | {"WANDB_CONFIG_DIR": str(paths.directory / "no-settings")}
            | dict(environment or {}),
            start_new_session=True,
        )

    def __enter__(self) -> "MirrorUnderTest":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.log.close()

    @property
    def record(self) -> MirrorRecord:
        """What mirror.json says now."""
        return read_record(MirrorRecord, self.paths.mirror_json) or MirrorRecord()

    def wait_until(self, condition: Callable[[MirrorRecord], bool], seconds: float = 30.0) -> None:
        """Wait for a record that fulfils the condition."""
        deadline = time.monotonic() + seconds
        while not condition(self.record):
            assert time.monotonic() < deadline, f"{self.record}\n{self.paths.log.read_text()}"
            assert self.process.poll() is None, self.paths.log.read_text()
            time.sleep(0.02)

    def finish(self, seconds: float = 60.0) -> int:
        """Wait for its end; returns the exit code."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL for the process and for wandb-core."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
        kill_leftovers(self.paths.directory)


def written(logdir: Path) -> Points:
    """What the event files below `logdir` hold, as tuimon reads them."""
    points: Points = {}
    for found in LogdirScan([LogSource(path=str(logdir))]).scan():
        tail = EventFileTail(found.path)
        while batches := tail.poll():
            for batch in batches:
                for tag, columns in batch.scalars.items():
                    key = tag if found.run == "." else f"{found.run}/{tag}"
                    pairs = zip(columns.steps.tolist(), columns.values.tolist(), strict=True)
                    points.setdefault(key, []).extend(pairs)
    return points


def offline_files(paths: RunPaths) -> list[Path]:
    """The transaction logs of a run's offline fragments, oldest first."""
    return sorted(paths.wandb.glob("offline-run-*/run-*.wandb"))


def offline_rows(paths: RunPaths) -> list[HistoryRow]:
    """All history rows of all fragments, in order."""
    return [row for path in offline_files(paths) for row in history_rows(OfflineFile(path))]


def offline_records(paths: RunPaths) -> list[Any]:
    """All records of all fragments, in order, as wandb's protobuf messages."""
    from wandb.proto.wandb_internal_pb2 import Record

    return [
        Record.FromString(data)
        for path in offline_files(paths)
        for data in OfflineFile(path).records()
    ]


def mirrored(rows: Iterable[Mapping[str, Any]]) -> Points:
    """(step, value) of each key, in row order, the step being that of the row."""
    points: Points = {}
    for row in rows:
        for key, value in row.items():
            if isinstance(value, dict) or key.startswith("_"):
                continue
            if key.rpartition("/")[2] != "global_step":
                points.setdefault(key, []).append((row["global_step"], float(value)))
    return points


def comparable(points: Points) -> str:
    """A text that is equal for equal points, NaN included, whichever digits name a float32."""

    def plain(value: float) -> float | str:
        return shortest(np.array([value])).item() if math.isfinite(value) else repr(value)

    return json.dumps(
        {key: [(step, plain(value)) for step, value in points[key]] for key in sorted(points)},
        indent=0,
    )
