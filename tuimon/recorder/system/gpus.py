"""NVIDIA's GPUs, through NVML (``libnvidia-ml``, part of the driver)."""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import Any

import pynvml

from tuimon.recorder.system.reading import GIGA, Reading

_MOST = 16

log = logging.getLogger(__name__)


class Gpus:
    """All GPUs that the driver shows here; none where there is no driver."""

    def __init__(self) -> None:
        self._devices: list[tuple[str, Any]] = []
        try:
            pynvml.nvmlInit()
            for index in range(min(pynvml.nvmlDeviceGetCount(), _MOST)):
                with suppress(pynvml.NVMLError):  # one that has fallen off the bus
                    device = pynvml.nvmlDeviceGetHandleByIndex(index)
                    self._devices.append((f"GPU {index} {_model(device)}", device))
        except pynvml.NVMLError as error:
            log.info("no GPU to measure: %s", error)

    def readings(self, pids: Collection[int]) -> Iterator[Reading]:
        """What each GPU tells now; `pids` are the training's processes.

        What a GPU cannot tell (laptops know no power, MIG instances no utilization) is left out.
        """
        for name, device in self._devices:
            for quantity, read in _QUANTITIES.items():
                with suppress(pynvml.NVMLError):
                    yield Reading(f"{name}/{quantity}", read(device))
            with suppress(pynvml.NVMLError):
                mine = _memory_of(device, pids)
                if mine:
                    yield Reading(f"{name}/training memory [GB]", mine / GIGA)


def _model(device: Any) -> str:
    """``NVIDIA A100-SXM4-80GB`` is ``A100-SXM4-80GB`` among GPUs."""
    name = str(pynvml.nvmlDeviceGetName(device))
    return name.removeprefix("NVIDIA ").removeprefix("GeForce ").replace("/", "-")


def _memory(device: Any) -> float:
    memory = pynvml.nvmlDeviceGetMemoryInfo(device)
    return 100 * int(memory.used) / max(1, int(memory.total))


def _memory_of(device: Any, pids: Collection[int]) -> int:
    """Bytes that processes take; containers may hide their numbers, and so their share."""
    processes = pynvml.nvmlDeviceGetComputeRunningProcesses(device)
    return sum(process.usedGpuMemory or 0 for process in processes if process.pid in pids)


_QUANTITIES: dict[str, Callable[[Any], float]] = {
    "utilization [%]": lambda device: pynvml.nvmlDeviceGetUtilizationRates(device).gpu,
    "memory [%]": _memory,
    "memory used [GB]": lambda device: pynvml.nvmlDeviceGetMemoryInfo(device).used / GIGA,
    "temperature [°C]": lambda device: pynvml.nvmlDeviceGetTemperature(
        device, pynvml.NVML_TEMPERATURE_GPU
    ),
    "power [W]": lambda device: pynvml.nvmlDeviceGetPowerUsage(device) / 1000,
}
