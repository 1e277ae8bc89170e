"""What a person should know about a run: one JSON object a line in ``alerts.jsonl``."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from tuimon.decoding import checked, within
from tuimon.regular_file import read_regular

ENDED = "ended"
"""Key of the alert that tells how the training ended."""
_MOST_BYTES = 64 << 20


class AlertLevel(StrEnum):
    """How bad it is; the names are W&B's."""

    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to know. Title and text may hold any characters: they name tags."""

    key: str
    """Tells it from others; the same thing is told once."""
    level: AlertLevel
    title: str
    text: str
    wall_time: Annotated[float, within(0, 1e11)]
    """Unix seconds of when it was noticed."""
    step: int | None = None
    """Where it shows, if at a step."""


def is_wrong(alert: Alert) -> bool:
    """Whether it tells of something that the state of the run does not tell."""
    return alert.level is not AlertLevel.INFO and alert.key != ENDED


def is_event(alert: Alert, *, asked_for: bool) -> bool:
    """Whether somebody elsewhere is to know of it; not of an end that was `asked_for`."""
    return is_wrong(alert) or (alert.key == ENDED and not asked_for)


def worst(alerts: Iterable[Alert]) -> Alert | None:
    """The one for which there is room: errors first, what shows in a curve first, the first."""
    return min(
        filter(is_wrong, alerts),
        key=lambda alert: (alert.level is AlertLevel.WARN, alert.step is None),
        default=None,
    )


class AlertLog:
    """The alerts of a run, written by its recorder alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.told = {alert.key for alert in read_alerts(path)}
        """Keys of what is in the file; a recorder that was killed has told these."""

    def add(self, alert: Alert) -> bool:
        """Write an alert unless it was told before; whether it was written.

        Raises:
            OSError: it cannot be written; it may be tried again.
        """
        if alert.key in self.told:
            return False
        data = json.dumps(asdict(alert)).encode() + b"\n"
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        fd = os.open(self._path, flags, 0o600)
        try:
            size = os.fstat(fd).st_size
            if size and os.pread(fd, 1, size - 1) != b"\n":  # a writer was killed, or had no room
                data = b"\n" + data
            os.write(fd, data)
        finally:
            os.close(fd)
        self.told.add(alert.key)
        return True


def read_alerts(path: Path) -> list[Alert]:
    """The alerts of a file, in the order in which they were told; empty when there is none.

    Lines that are no alert, as a writer that was killed leaves one, are passed over.
    """
    try:
        lines = read_regular(path, _MOST_BYTES).splitlines()
    except OSError:
        return []
    return [alert for line in lines if (alert := _alert(line)) is not None]


def _alert(line: bytes) -> Alert | None:
    try:
        alert: Alert = checked(json.loads(line), Alert)
    except (ValueError, RecursionError):
        return None
    return alert
