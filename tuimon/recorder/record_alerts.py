"""What the guardian has noted in run.json that somebody should know, as alerts."""

import time

from tuimon.guardian.stop_log import StopCause
from tuimon.runs.activity import losses
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.runs.record import RunRecord


def record_alerts(record: RunRecord) -> list[Alert]:
    """Output that is lost or waits, and a stop that was asked for elsewhere than in a terminal."""
    found = []
    if (lost := losses(record)) is not None:
        found.append(_lossy("lost" if record.console_dropped else "unwritten", lost))
    if record.stop_by == StopCause.WANDB:  # a rule has told so itself
        found.append(_stopped(record.stop_by))
    return found


def _lossy(what: str, text: str) -> Alert:
    return Alert(
        key=f"console {what}",
        level=AlertLevel.WARN,
        title="output of the training is lost" if what == "lost" else "output waits for the disk",
        text=f"{text}; the training goes on",
        wall_time=time.time(),
    )


def _stopped(by: str) -> Alert:
    return Alert(
        key="stopped from elsewhere",
        level=AlertLevel.INFO,  # somebody wants it so
        title=f"stopped {by}",
        text="the training is sent SIGINT, as by Ctrl-C, and SIGTERM and SIGKILL if it goes on",
        wall_time=time.time(),
    )
