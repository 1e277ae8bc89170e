"""Rules over what is measured of the machine (tags: see `tuimon.recorder.system_metrics`)."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tuimon.health.filling import FreeSpace
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.text import format_duration, format_value

_IDLE_SECONDS = 300.0
_IDLE_GPU = 15.0
_BUSY_CPU = 90.0


_LESS_MEMORY = "fewer DataLoader workers, smaller batches, less caching."


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
        f"Linux will soon kill a process for it, likely the training: {_LESS_MEMORY}",
    ),
    _Limit(
        "memory/limit [%]",
        90.0,
        "the memory that this container or job may use is nearly full",
        f"At its limit Linux kills a process in it, likely the training: {_LESS_MEMORY}",
    ),
    _Limit(
        "memory/dev shm [%]",
        92.0,
        "/dev/shm is nearly full",
        "DataLoader workers hand over their batches there and die with a bus error when it is "
        "full: fewer workers, or a larger one (docker run --shm-size).",
    ),
)
_FULL_DISK = 99.0
_LITTLE_FREE, _FULL_WITH_LITTLE_FREE = 2.0, 95.0
"""In GB and %: on a small disk the last percent is less than a checkpoint."""
_WRITES_FAIL = "Checkpoints and event files cannot be written to a full one."


_WORKING_CPU, _WORKING_CPU_EACH = 10.0, 1.0
"""In % of a core, of all processes and besides for each: threads that wait look now and then."""
_WORKING_GPU = 5.0
_WORKING_MEGABYTES = 0.1


def is_working(readings: Mapping[str, float]) -> bool | None:
    """Whether the training's processes do anything, by the readings' tags; None: not known.

    Of the GPUs those count in which it holds memory, where that is told.
    """
    if "CPU/training [%]" not in readings:
        return None
    waiting = _WORKING_CPU + _WORKING_CPU_EACH * readings.get("CPU/processes", 1.0)
    if readings["CPU/training [%]"] >= waiting:
        return True
    disk = (readings.get(f"disk/training {what} [MB/s]", 0.0) for what in ("reads", "writes"))
    used = {tag: value for tag, value in readings.items() if tag.endswith("/utilization [%]")}
    held = {tag for tag in used if f"{tag.partition('/')[0]}/training memory [GB]" in readings}
    gpus = (value for tag, value in used.items() if tag in held or not held)
    return max(disk, default=0.0) >= _WORKING_MEGABYTES or max(gpus, default=0.0) >= _WORKING_GPU


class MachineRules:
    """Looks at each measurement; each thing is told once."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._idle_since: dict[str, float] = {}
        self._disks: dict[str, FreeSpace] = {}

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
        alerts += self._disks_that_fill(readings, wall_time)
        alerts += self._idle_gpus(readings, wall_time)
        new = [alert for alert in alerts if alert.key not in self._told]
        self._told.update(alert.key for alert in new)
        return new

    def _disks_that_fill(self, readings: Mapping[str, float], wall_time: float) -> Iterator[Alert]:
        """Disks that are nearly full, or will be soon at the rate they fill."""
        for tag, percent in readings.items():
            disk, _, quantity = tag.partition("/")
            free = readings.get(f"{disk}/free [GB]")
            if quantity != "used [%]" or free is None:
                continue
            space = self._disks.setdefault(disk, FreeSpace())
            space.add(wall_time, free)
            left = f"{format_value(percent)} % used, {format_value(free)} GB free."
            full = _FULL_DISK if free >= _LITTLE_FREE else _FULL_WITH_LITTLE_FREE
            if percent >= full:
                yield Alert(
                    key=f"scarce: {tag}",
                    level=AlertLevel.WARN,
                    title=f"the {disk} is nearly full",
                    text=f"{left} {_WRITES_FAIL}",
                    wall_time=wall_time,
                )
            elif forecast := space.forecast(percent / 100):
                yield Alert(
                    key=f"filling: {tag}",
                    level=AlertLevel.WARN,
                    title=f"the {disk} is full in {format_duration(forecast.left)} at this rate",
                    text=f"{left} It fills by {format_value(60 * forecast.rate)} GB a minute, as "
                    f"seen for {format_duration(forecast.seen)}. {_WRITES_FAIL}",
                    wall_time=wall_time,
                )

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
