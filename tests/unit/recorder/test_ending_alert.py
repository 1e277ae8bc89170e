"""How a training ended, as an alert."""

import socket
from pathlib import Path

import pytest

from tuimon.recorder.health_watch import HealthWatch
from tuimon.runs.alerts import ENDED, AlertLevel, read_alerts
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord, RunState
from tuimon.runs.registry import RunStatus


@pytest.mark.parametrize(
    ("state", "cause", "level", "text"),
    [
        (RunState.FINISHED, "exit code 0", AlertLevel.INFO, "after 1m 00s"),
        (
            RunState.STOPPED,
            "stopped by request (SIGINT), exit code 1",
            AlertLevel.INFO,
            "after 1m 00s: stopped by request (SIGINT), exit code 1",
        ),
        (RunState.FAILED, "exit code 1", AlertLevel.ERROR, "after 1m 00s: exit code 1"),
    ],
)
def test_only_what_nobody_wanted_is_an_error(
    tmp_path: Path, state: RunState, cause: str, level: AlertLevel, text: str
):
    paths = RunPaths(tmp_path)
    record = RunRecord(
        id=tmp_path.name, name="big", host=socket.gethostname(), machine_id="m", boot_id="b",
        argv=(), command=(), cwd="/", started_at=100.0, ended_at=160.0, state=state, cause=cause,
    )  # fmt: skip
    status = RunStatus(paths=paths, record=record, state=state, ended_at=160.0)
    HealthWatch(paths, status).finish((), status)
    (alert,) = read_alerts(paths.alerts)
    assert (alert.key, alert.title) == (ENDED, f"big {state}")
    assert (alert.level, alert.text) == (level, text)
    assert alert.wall_time > 160.0  # the order of times is that of telling
