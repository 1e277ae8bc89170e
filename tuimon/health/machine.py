"""Rules over what is measured of the machine (tags: see `tuimon.recorder.system`)."""

from collections.abc import Mapping
from typing import NamedTuple

from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.text import format_duration, format_value

_IDLE_SECONDS = 300.0
_IDLE_GPU = 15.0
_BUSY_CPU = 90.0


class _Limit(NamedTuple):
    tag: str
    most: float
    title: str
    text: str


_LIMITS = (
    _Limit(
        "memory/host [%]",
        96.0,
        "the memory of this host is nearly full",
        "Linux will soon kill a process for it, likely the training: fewer DataLoader workers, "
        "smaller batches, less caching.",
    ),
    _Limit(
        "memory/dev shm [%]",
        92.0,
        "/dev/shm is nearly full",
        "DataLoader workers hand over their batches there and die with a bus error when it is "
        "full: fewer workers, or a larger one (docker run --shm-size).",
    ),
    _Limit(
        "disk/used [%]",
        99.0,
        "the disk is nearly full",
        "Checkpoints and event files cannot be written to a full one.",
    ),
)


class MachineRules:
    """Looks at each measurement; each thing is told once."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._idle_since: dict[str, float] = {}

    def take(self, readings: Mapping[str, float], wall_time: float) -> list[Alert]:
        """What readings by tag, made at `wall_time` (Unix seconds), have to tell."""
        alerts = [
            Alert(
                key=f"scarce: {limit.tag}",
                level=AlertLevel.WARN,
                title=limit.title,
                text=f"{format_value(readings[limit.tag])} % used. {limit.text}",
                wall_time=wall_time,
            )
            for limit in _LIMITS
            if readings.get(limit.tag, 0.0) >= limit.most
        ]
        alerts += self._idle_gpus(readings, wall_time)
        new = [alert for alert in alerts if alert.key not in self._told]
        self._told.update(alert.key for alert in new)
        return new

    def _idle_gpus(self, readings: Mapping[str, float], wall_time: float) -> list[Alert]:
        """GPUs that hold the training's memory and wait for its processor."""
        busy = readings.get("CPU/training [%]", 0.0) >= _BUSY_CPU
        alerts = []
        for tag, percent in readings.items():
            gpu, _, quantity = tag.partition("/")
            if quantity != "utilization [%]" or f"{gpu}/training memory [GB]" not in readings:
                continue
            if percent > _IDLE_GPU or not busy:
                self._idle_since.pop(gpu, None)
                continue
            since = self._idle_since.setdefault(gpu, wall_time)
            if wall_time - since >= _IDLE_SECONDS:
                alerts.append(
                    Alert(
                        key=f"idle: {gpu}",
                        level=AlertLevel.WARN,
                        title=f"{gpu} waits for the processor",
                        text=f"Below {_IDLE_GPU:.0f} % for {format_duration(wall_time - since)} "
                        "while the training's processes compute: is it loading data? More "
                        "DataLoader workers, pinned memory or less work on each sample may help.",
                        wall_time=wall_time,
                    )
                )
        return alerts
