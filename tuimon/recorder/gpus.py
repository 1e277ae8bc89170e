"""The GPUs of this host: NVIDIA's by NVML and, where amdsmi is installed, AMD's by AMD SMI."""

import logging
from collections.abc import Collection, Iterator
from typing import NamedTuple, Protocol

from tuimon.recorder.amd_gpus import AmdDriver
from tuimon.recorder.nvidia_gpus import NvidiaDriver

GIGA = 1e9
_MOST = 16
log = logging.getLogger(__name__)


class SystemReading(NamedTuple):
    """A value under its tag; ``[%]`` counts to 100, but CPU time of processes to 100 a core."""

    tag: str
    value: float


class Gpu(Protocol):
    """What a driver tells of one of its GPUs; what it does not tell is left out, nothing raised."""

    number: int
    """By its driver's count."""
    model: str

    def quantities(self) -> Iterator[tuple[str, float]]:
        """Quantities with their units, as in tags, and their values."""

    def taken(self) -> Iterator[tuple[int, int]]:
        """PIDs, and the bytes of its memory that each takes; containers may hide their numbers."""


class Gpus:
    """All GPUs that the drivers show here, NVIDIA's first; none where there is no driver."""

    def __init__(self) -> None:
        self.nvidia = NvidiaDriver(_MOST)
        self.amd = AmdDriver(_MOST)
        found: list[tuple[int, Gpu]] = [(gpu.number, gpu) for gpu in self.nvidia.gpus]
        found += [(self.nvidia.count + gpu.number, gpu) for gpu in self.amd.gpus]
        self._gpus = {f"GPU {number} {gpu.model}": (number, gpu) for number, gpu in found}
        self.driver = self.nvidia.version or self.amd.version
        for error in filter(None, (self.nvidia.error, self.amd.error)):
            log.info("no GPU to measure: %s", error)

    @property
    def names(self) -> tuple[str, ...]:
        """Such as ``GPU 0 A100-SXM4-80GB``."""
        return tuple(self._gpus)

    def taken_by(self, pids: Collection[int]) -> dict[int, dict[int, int]]:
        """Bytes that each of these processes takes on each GPU, as far as it takes any."""
        found: dict[int, dict[int, int]] = {}
        for number, gpu in self._gpus.values():
            for pid, size in gpu.taken():
                if pid in pids:
                    found.setdefault(pid, {})[number] = size
        return found

    def readings(self, pids: Collection[int]) -> Iterator[SystemReading]:
        """What each GPU tells now; `pids` are the training's processes.

        What a GPU cannot tell (laptops know no power, MIG instances no utilization) is left out.
        """
        for name, (_, gpu) in self._gpus.items():
            for quantity, value in gpu.quantities():
                yield SystemReading(f"{name}/{quantity}", value)
            if mine := sum(size for pid, size in gpu.taken() if pid in pids):
                yield SystemReading(f"{name}/training memory [GB]", mine / GIGA)
