"""The machine as a whole."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psutil

from tuimon.recorder.system.reading import GIGA, MEGA, Reading

_SHARED_MEMORY = "/dev/shm"
"""Where DataLoader workers hand over their batches: a full one ends trainings."""


class _Traffic(NamedTuple):
    """Bytes that went through the network interfaces."""

    received: int
    sent: int


class Host:
    """Processor, memory, disk and network of this host; `directory` is where the training runs."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._traffic: tuple[float, _Traffic] | None = None
        psutil.cpu_percent()  # the first call has nothing to compare with

    def readings(self) -> Iterator[Reading]:
        """What can be read now; rates are means since the last call."""
        yield Reading("CPU/host [%]", psutil.cpu_percent())
        yield Reading("memory/host [%]", psutil.virtual_memory().percent)
        with suppress(OSError):
            yield Reading("memory/dev shm [%]", psutil.disk_usage(_SHARED_MEMORY).percent)
        with suppress(OSError):
            disk = psutil.disk_usage(self._directory)
            yield Reading("disk/used [%]", disk.percent)
            yield Reading("disk/free [GB]", disk.free / GIGA)
        yield from self._network()

    def _network(self) -> Iterator[Reading]:
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
            yield Reading(f"network/{name} [MB/s]", rate / MEGA)
