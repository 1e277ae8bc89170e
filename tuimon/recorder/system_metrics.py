"""What a training takes from its machine, measured beside it and written as an event file.

`Host`, `Gpus` and `TrainingUsage` tell what can be read now. Tags read ``<device>/<quantity>
[<unit>]``, such as ``GPU 0 A100/utilization [%]``; steps are the seconds since the training began.
Measuring has a thread of its own: a driver may hang.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

import psutil

from tuimon.events.event_file import EventFile, TagPoint
from tuimon.guardian.cgroups import memory_groups
from tuimon.recorder.disks import Disks
from tuimon.recorder.gpus import GIGA, Gpus, SystemReading
from tuimon.recorder.pace import Pace
from tuimon.recorder.processes import ProcessTree
from tuimon.runs.paths import RunPaths

MEGA = 1e6
_SHARED_MEMORY = "/dev/shm"
"""Where DataLoader workers hand over their batches: a full one ends trainings."""
_FILE_SHARE = 0.002
"""The same: it lists all that processes hold open."""
_MEMORY_SHARE = 0.003
"""Of a CPU: the system walks through all pages, which are many."""
_SHORTEST, _LONGEST = 2.0, 10.0
_SHARE = 1 / 1200
"""Of a training's age: after 40 minutes there are 1200 points of each tag, and every 10 s one more
once it has gone on for three hours."""
_CPU_SHARE = 0.005
_WRITE_AGAIN_AFTER = 30.0
log = logging.getLogger(__name__)


class _Traffic(NamedTuple):
    """Bytes that went through the network interfaces."""

    received: int
    sent: int


class Host:
    """Processor, memory, disks and network of this host.

    `directory` is where the training runs, `pid` its process: the limits of its control groups
    are what it lives within.
    """

    def __init__(self, directory: str, pid: int) -> None:
        self.disks = Disks(directory)
        self._pid = pid
        self._traffic: tuple[float, _Traffic] | None = None
        psutil.cpu_percent()  # the first call has nothing to compare with

    def readings(self) -> Iterator[SystemReading]:
        """What can be read now; rates are means since the last call."""
        yield SystemReading("CPU/host [%]", psutil.cpu_percent())
        yield SystemReading("memory/host [%]", psutil.virtual_memory().percent)
        yield from _limited_memory(self._pid)
        with suppress(OSError):
            yield SystemReading("memory/dev shm [%]", psutil.disk_usage(_SHARED_MEMORY).percent)
        for number, disk in enumerate(self.disks.spaces()):
            name = f"disk {' '.join(disk.mount.split('/')).strip() or 'root'}" if number else "disk"
            used = 100 * disk.used / max(1, disk.used + disk.free)
            yield SystemReading(f"{name}/used [%]", used)
            yield SystemReading(f"{name}/free [GB]", disk.free / GIGA)
        yield from self._network()

    def _network(self) -> Iterator[SystemReading]:
        links = psutil.net_io_counters(pernic=True)
        counted = [counters for name, counters in links.items() if not name.startswith("lo")]
        now = time.monotonic()
        total = _Traffic(
            sum(counters.bytes_recv for counters in counted),
            sum(counters.bytes_sent for counters in counted),
        )
        before, self._traffic = self._traffic, (now, total)
        if before is None or not counted or now <= before[0]:
            return
        for name, new, old in zip(_Traffic._fields, total, before[1], strict=True):
            # Counters begin again when an interface comes back.
            rate = max(0, new - old) / (now - before[0])
            yield SystemReading(f"network/{name} [MB/s]", rate / MEGA)


def _limited_memory(pid: int) -> Iterator[SystemReading]:
    """What a process has used of the tightest limit of its control groups, swap included.

    Caches that the kernel drops when memory is short are not counted.
    """
    swap = psutil.swap_memory().free
    host = psutil.virtual_memory().total
    shares = []
    for group in memory_groups(pid):
        limit, used = group.limit, group.used()
        if limit is not None and used is not None and limit < host:
            own = group.swap()
            room = limit + (swap if own is None else min(own, swap))
            shares.append(100 * max(0, used - group.caches()) / max(1, room))
    if shares:
        yield SystemReading("memory/limit [%]", min(max(shares), 100))


class _ProcessUsage(NamedTuple):
    """What one process has used since its start."""

    cpu_seconds: float
    read_bytes: int
    written_bytes: int


class TrainingUsage:
    """The process tree: processes come and go, so rates are sums of what each has added."""

    def __init__(self, tree: ProcessTree) -> None:
        self._tree = tree
        self._used: Mapping[psutil.Process, _ProcessUsage] = {}
        self._measured_at = 0.0
        self._memory_pace = Pace(0.0, share=_MEMORY_SHARE)
        self._file_pace = Pace(_SHORTEST, share=_FILE_SHARE)

    @property
    def pids(self) -> set[int]:
        """The processes that lived at the last call of `readings`."""
        return {process.pid for process in self._used}

    def readings(self) -> Iterator[SystemReading]:
        """What can be read now; rates are means since the last call."""
        self._tree.refresh()
        used = {p: mine for p in self._tree.living if (mine := _used(p)) is not None}
        before, self._used = self._used, used
        elapsed, self._measured_at = time.monotonic() - self._measured_at, time.monotonic()
        if not used:
            return
        yield SystemReading("CPU/training [%]", 100 * _added(before, used, 0) / elapsed)
        yield SystemReading("CPU/processes", len(used))
        yield SystemReading("disk/training reads [MB/s]", _added(before, used, 1) / elapsed / MEGA)
        yield SystemReading("disk/training writes [MB/s]", _added(before, used, 2) / elapsed / MEGA)
        if time.monotonic() >= self._memory_pace.due:
            with self._memory_pace.turn():
                yield SystemReading("memory/training [GB]", sum(map(_memory_used, used)) / GIGA)

    def written_files(self) -> set[str]:
        """Files that the processes, as last looked at, hold open to write; none if asked often."""
        if time.monotonic() < self._file_pace.due:
            return set()
        with self._file_pace.turn():
            return self._tree.open_files(written=True)


def _used(process: psutil.Process) -> _ProcessUsage | None:
    try:
        times = process.cpu_times()
    except (psutil.Error, OSError):
        return None
    try:
        io = process.io_counters()
    except (psutil.Error, AttributeError, OSError):  # another user's, or not told by the system
        return _ProcessUsage(times.user + times.system, 0, 0)
    return _ProcessUsage(times.user + times.system, io.read_bytes, io.write_bytes)


def _memory_used(process: psutil.Process) -> int:
    """Bytes, each page shared out among those who use it, as DataLoader's workers do."""
    try:
        memory = process.memory_full_info()
    except (psutil.Error, OSError):
        return 0
    return int(getattr(memory, "pss", memory.uss))


def _added(
    before: Mapping[psutil.Process, _ProcessUsage],
    after: Mapping[psutil.Process, _ProcessUsage],
    field: int,
) -> float:
    return sum(max(0, after[p][field] - before[p][field]) for p in after.keys() & before.keys())


class SystemMetrics:
    """Writes the event file in the run's ``system`` directory until it is stopped."""

    def __init__(
        self, paths: RunPaths, tree: ProcessTree, *, cwd: str, pid: int, started_at: float
    ) -> None:
        """`pid` is the training's process; it has begun at `started_at`, in Unix seconds."""
        self._directory = paths.system
        self._training = TrainingUsage(tree)
        self._cwd = cwd
        self._pid = pid
        self.logdirs: tuple[str, ...] = ()
        """Log directories, whose files may be open for moments only; replaced, not changed."""
        self._started_at = started_at
        self.latest: tuple[float, Mapping[str, float]] = (0.0, {})
        """Unix seconds of the newest measurement, and its values by tag; replaced, not changed."""
        self.gpus: Gpus | None = None
        """None until the driver has answered."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="system", daemon=True)

    def start(self) -> None:
        """Begin to measure."""
        self._thread.start()

    def stop(self) -> None:
        """Measure no more; what hangs in a driver is not waited for."""
        self._stop.set()

    def _run(self) -> None:
        host, gpus = Host(self._cwd, self._pid), Gpus()
        self.gpus = gpus
        file: EventFile | None = None
        pause = 0.0
        while not self._stop.wait(pause):
            cpu = time.thread_time()
            now = time.time()
            age = max(0.0, now - self._started_at)
            training = list(self._training.readings())
            host.disks.note([str(self._directory), *self.logdirs, *self._training.written_files()])
            readings = [*training, *host.readings(), *gpus.readings(self._training.pids)]
            self.latest = now, dict(readings)
            try:
                file = file or EventFile(self._directory, "system")
                file.write(_points(readings, int(age)), now)
            except OSError as error:
                log.warning("system metrics cannot be written: %s", error)
                pause = _WRITE_AGAIN_AFTER
                continue
            cost = (time.thread_time() - cpu) / _CPU_SHARE
            pause = max(cost, min(max(_SHORTEST, age * _SHARE), _LONGEST))
        if file is not None:
            file.close()


def _points(readings: list[SystemReading], step: int) -> list[TagPoint]:
    # With the digits that mean something: what has more takes twice the room.
    return [TagPoint(tag, step, float(f"{value:.6g}")) for tag, value in readings]
