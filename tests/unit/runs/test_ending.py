"""What W&B is told of an end."""

from pathlib import Path
from signal import SIGINT, SIGKILL

import pytest

from tuimon.runs.ending import exit_code
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord, RunState
from tuimon.runs.registry import RunStatus


@pytest.mark.parametrize(
    ("state", "code", "number", "told"),
    [
        (RunState.FINISHED, 0, None, 0),
        # A checkpoint was saved, and the script has said that all is well.
        (RunState.STOPPED, 0, None, 0),
        (RunState.STOPPED, 3, None, 3),
        (RunState.STOPPED, None, SIGINT, 130),
        (RunState.FAILED, 7, None, 7),
        (RunState.FAILED, None, SIGKILL, 137),
        (RunState.KILLED, None, SIGKILL, 137),
        # At a shutdown, whatever the script has made of it.
        (RunState.KILLED, 0, None, 143),
        (RunState.LOST, None, None, 1),
    ],
)
def test_exit_code(state: RunState, code: int | None, number: int | None, told: int):
    record = RunRecord(
        id="id", name="n", host="h", machine_id="m", boot_id="b", argv=(), command=(),
        cwd="/", started_at=0.0, state=state, exit_code=code, signal=number,
    )  # fmt: skip
    status = RunStatus(paths=RunPaths(Path("/x/id")), record=record, state=state)
    assert exit_code(status) == told
