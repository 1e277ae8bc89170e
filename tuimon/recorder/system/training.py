"""What the processes of a training use together."""

import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import psutil

from tuimon.recorder.pace import Pace
from tuimon.recorder.processes import ProcessTree
from tuimon.recorder.system.reading import GIGA, MEGA, Reading

_MEMORY_SHARE = 0.003
"""Of a CPU: the system walks through all pages, which are many."""


class _Used(NamedTuple):
    """What one process has used since its start."""

    cpu_seconds: float
    read_bytes: int
    written_bytes: int


class Training:
    """The process tree: processes come and go, so rates are sums of what each has added."""

    def __init__(self, tree: ProcessTree) -> None:
        self._tree = tree
        self._used: Mapping[psutil.Process, _Used] = {}
        self._measured_at = 0.0
        self._memory_pace = Pace(0.0, share=_MEMORY_SHARE)

    @property
    def pids(self) -> set[int]:
        """The processes that lived at the last call of `readings`."""
        return {process.pid for process in self._used}

    def readings(self) -> Iterator[Reading]:
        """What can be read now; rates are means since the last call."""
        self._tree.refresh()
        used = {p: mine for p in self._tree.living if (mine := _used(p)) is not None}
        before, self._used = self._used, used
        elapsed, self._measured_at = time.monotonic() - self._measured_at, time.monotonic()
        if not used:
            return
        yield Reading("CPU/training [%]", 100 * _added(before, used, 0) / elapsed)
        yield Reading("CPU/processes", len(used))
        yield Reading("disk/training reads [MB/s]", _added(before, used, 1) / elapsed / MEGA)
        yield Reading("disk/training writes [MB/s]", _added(before, used, 2) / elapsed / MEGA)
        if time.monotonic() >= self._memory_pace.due:
            with self._memory_pace.turn():
                yield Reading("memory/training [GB]", sum(map(_memory_used, used)) / GIGA)


def _used(process: psutil.Process) -> _Used | None:
    try:
        times = process.cpu_times()
    except (psutil.Error, OSError):
        return None
    try:
        io = process.io_counters()
    except (psutil.Error, AttributeError, OSError):  # another user's, or not told by the system
        return _Used(times.user + times.system, 0, 0)
    return _Used(times.user + times.system, io.read_bytes, io.write_bytes)


def _memory_used(process: psutil.Process) -> int:
    """Bytes, each page shared out among those who use it, as DataLoader's workers do."""
    try:
        memory = process.memory_full_info()
    except (psutil.Error, OSError):
        return 0
    return int(getattr(memory, "pss", memory.uss))


def _added(
    before: Mapping[psutil.Process, _Used], after: Mapping[psutil.Process, _Used], field: int
) -> float:
    return sum(max(0, after[p][field] - before[p][field]) for p in after.keys() & before.keys())
