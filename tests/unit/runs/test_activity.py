"""What a run is doing."""

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuimon.runs.activity import activity, leftovers, losses, remark
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import boot_id, current, identify, machine_id
from tuimon.runs.record import RunRecord, RunState
from tuimon.runs.registry import RunStatus


def status(state: RunState = RunState.RUNNING, **fields: Any) -> RunStatus:
    where = {"host": "h", "machine_id": "m"}
    record = RunRecord(
        id="id", name="n", boot_id=boot_id(), argv=(), command=(), cwd="/", started_at=0.0,
        guardian=current(), **(where | fields),
    )  # fmt: skip
    return RunStatus(paths=RunPaths(Path("/x/id")), record=record, state=state)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, None),
        ({"stop_stage": "int", "stop_next_at": 142.0}, "SIGINT sent, SIGTERM in 42s"),
        ({"stop_stage": "term", "stop_next_at": 90.0}, "SIGTERM sent, SIGKILL in 0s"),
        ({"stop_stage": "kill"}, "SIGKILL sent"),
        (
            {"stop_stage": "int", "stop_next_at": 142.0, "stop_by": "from W&B's page"},
            "SIGINT sent from W&B's page, SIGTERM in 42s",
        ),
        ({"paused_at": 40.0}, "paused 1m 00s"),
        ({"waiting_for_input": True}, "waits for input"),
        ({"waiting_for_input": True, "paused_at": 100.0}, "paused 0s"),
    ],
)
def test_while_it_runs(fields: dict[str, Any], text: str | None):
    assert activity(status(**fields), 100.0) == text


@pytest.mark.parametrize(
    ("state", "fields", "text"),
    [
        (RunState.RUNNING, {}, None),
        (RunState.RUNNING, {"console_dropped": 978_000}, "978 KB of its output are lost"),
        (
            RunState.RUNNING,
            {"console_dropped": 12, "console_error": "No space left on device"},
            "12 B of its output are lost, its output cannot be written: No space left on device",
        ),
        (RunState.FINISHED, {"console_error": "Input/output error"}, None),
        (
            RunState.FINISHED,
            {"console_dropped": 5_000_000, "console_error": "Input/output error"},
            "5 MB of its output are lost",
        ),
    ],
)
def test_lost_output_is_told_beside_all_else(
    state: RunState, fields: dict[str, Any], text: str | None
):
    run = status(state, **fields)
    record = run.record._replace(state=state)
    assert losses(record) == text
    assert remark(replace(run, record=record), 100.0) == text


def test_what_hangs_in_the_kernel_takes_no_signal(tmp_path: Path):
    """posix_spawn(3) waits so for its child to execute; this one opens a FIFO before."""
    os.mkfifo(fifo := tmp_path / "fifo")
    code = (
        "import os, sys\n"
        "actions = [(os.POSIX_SPAWN_OPEN, 0, sys.argv[1], os.O_RDONLY, 0)]\n"
        "os.posix_spawn('/bin/true', ['true'], {}, file_actions=actions)"
    )
    stuck = subprocess.Popen([sys.executable, "-c", code, fifo])
    child = identify(stuck.pid)
    assert child is not None
    doing = status(
        stop_stage="kill", child=child, host=socket.gethostname(), machine_id=machine_id()
    )
    while activity(doing, 0.0) == "SIGKILL sent":
        assert stuck.poll() is None
    assert (activity(doing, 0.0) or "").startswith("SIGKILL sent; it hangs in the kernel (state D:")
    fifo.open("w").close()
    assert stuck.wait() == 0
    assert activity(doing, 0.0) == "SIGKILL sent"


def test_after_the_end():
    ended = status(RunState.FINISHED, cause="exit code 0", leftovers=2, stop_stage="int")
    assert remark(ended, 100.0) == activity(ended, 100.0) == "2 processes left"
    assert remark(status(RunState.FINISHED, cause="exit code 0"), 100.0) is None
    stopped = status(RunState.STOPPED, cause="stopped by request (SIGINT), exit code 1")
    assert remark(stopped, 100.0) == "by request (SIGINT), exit code 1"
    failed = status(RunState.FAILED, cause="exit code 1", leftovers=1)
    assert remark(failed, 100.0) == "1 process left · exit code 1"


def test_what_nobody_watches_is_not_told():
    record = status(leftovers=2).record._replace(boot_id="another")
    ended = RunStatus(paths=RunPaths(Path("/x")), record=record, state=RunState.FAILED)
    assert leftovers(ended) == 0
    assert activity(ended, 0.0) is None
