"""NVIDIA's GPUs, by NVML."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pynvml

from tuimon.recorder.gpu_activity import GpuActivity


class NvidiaGpu:
    """One of them (see `tuimon.recorder.gpus.Gpu`)."""

    def __init__(self, number: int) -> None:
        """Raises:
        pynvml.NVMLError: it does not answer.
        """
        self.number = number
        self._device = pynvml.nvmlDeviceGetHandleByIndex(number)
        self.model = _model(self._device)
        self._activity = GpuActivity(self._device)

    def quantities(self) -> Iterator[tuple[str, float]]:
        """What it tells now."""
        for quantity, read in _QUANTITIES.items():
            with suppress(pynvml.NVMLError):
                yield quantity, read(self._device)
        with suppress(pynvml.NVMLError):
            yield from self._activity.readings()

    def taken(self) -> Iterator[tuple[int, int]]:
        """Of processes that compute."""
        with suppress(pynvml.NVMLError):
            for process in pynvml.nvmlDeviceGetComputeRunningProcesses(self._device):
                yield process.pid, process.usedGpuMemory or 0


class NvidiaDriver:
    """What NVML tells of this host."""

    def __init__(self, most: int) -> None:
        """Opens at most so many GPUs."""
        self.count = 0
        """How many the driver tells of."""
        self.lost = 0
        """How many of them do not answer: they have fallen off the bus."""
        self.error: pynvml.NVMLError | None = None
        """Why none can be measured."""
        self.version: str | None = None
        self.gpus: list[NvidiaGpu] = []
        try:
            pynvml.nvmlInit()
            with suppress(pynvml.NVMLError):
                self.version = str(pynvml.nvmlSystemGetDriverVersion())
            self.count = int(pynvml.nvmlDeviceGetCount())
            for number in range(min(self.count, most)):
                try:
                    self.gpus.append(NvidiaGpu(number))
                except pynvml.NVMLError:
                    self.lost += 1
        except pynvml.NVMLError as error:
            self.error = error


def _model(device: Any) -> str:
    """``NVIDIA A100-SXM4-80GB`` is ``A100-SXM4-80GB`` among GPUs."""
    name = str(pynvml.nvmlDeviceGetName(device))
    return name.removeprefix("NVIDIA ").removeprefix("GeForce ").replace("/", "-")


def _memory(device: Any) -> float:
    memory = pynvml.nvmlDeviceGetMemoryInfo(device)
    return 100 * int(memory.used) / max(1, int(memory.total))


_QUANTITIES: dict[str, Callable[[Any], float]] = {
    "utilization [%]": lambda device: pynvml.nvmlDeviceGetUtilizationRates(device).gpu,
    "memory [%]": _memory,
    "memory used [GB]": lambda device: pynvml.nvmlDeviceGetMemoryInfo(device).used / 1e9,
    "temperature [°C]": lambda device: pynvml.nvmlDeviceGetTemperature(
        device, pynvml.NVML_TEMPERATURE_GPU
    ),
    "power [W]": lambda device: pynvml.nvmlDeviceGetPowerUsage(device) / 1000,
}
