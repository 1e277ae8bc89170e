"""Runs on disk, without any process."""

import os
import time
from typing import Any

from tuimon.runs.paths import RunPaths, new_run_directory
from tuimon.runs.process import boot_id, identify, machine_id
from tuimon.runs.record import RunRecord, RunState, write_record


def made(name: str, *, ended: float | None = 60.0, **changes: Any) -> RunPaths:
    """A run of this host that ended so many seconds ago, or that goes on."""
    paths = new_run_directory(name)
    now = time.time()
    record = RunRecord(
        id=paths.id,
        name=name,
        host=os.uname().nodename,
        machine_id=machine_id(),
        boot_id=boot_id(),
        argv=("train.py",),
        command=("python", "train.py"),
        cwd="/",
        started_at=now - 10 if ended is None else now - ended - 10,
        ended_at=None if ended is None else now - ended,
        state=RunState.RUNNING if ended is None else RunState.FINISHED,
        exit_code=None if ended is None else 0,
        guardian=identify(os.getpid()),
    )
    write_record(paths.run_json, record._replace(**changes))
    paths.console_log.write_bytes(b"x" * 5000)
    return paths
