"""AMD's GPUs, by the amdsmi of ROCm, where it is installed for the Python of tuimon.

Source: https://rocm.docs.amd.com/projects/amdsmi (ROCm 6 and 7). What a GPU does not know is
``"N/A"`` there, or the largest number of its type.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from importlib.util import find_spec
from typing import Any

_UNKNOWN = 0xFFFF
_NO_NAME = re.compile(r"N/A|0x[0-9a-fA-F]+|")


class AmdGpu:
    """One of them (see `tuimon.recorder.gpus.Gpu`)."""

    def __init__(self, smi: Any, number: int, device: Any) -> None:
        self.number = number
        self._smi = smi
        self._device = device
        self.model = "AMD"
        with suppress(smi.AmdSmiException):
            name = str(smi.amdsmi_get_gpu_asic_info(device)["market_name"])
            if not _NO_NAME.fullmatch(name):
                name = name.removeprefix("AMD ").removeprefix("Instinct ").removeprefix("Radeon ")
                self.model = name.replace("/", "-")

    def quantities(self) -> Iterator[tuple[str, float]]:
        """What it tells now; temperatures are of its hottest place."""
        for quantity, read in _QUANTITIES.items():
            with suppress(self._smi.AmdSmiException):
                value = read(self._smi, self._device)
                if value is not None:
                    yield quantity, value

    def taken(self) -> Iterator[tuple[int, int]]:
        """Of processes that compute."""
        with suppress(self._smi.AmdSmiException):
            for process in self._smi.amdsmi_get_gpu_process_list(self._device):
                if isinstance(process, dict):  # before ROCm 6 a handle
                    yield process["pid"], process["memory_usage"]["vram_mem"]


class AmdDriver:
    """What AMD SMI tells of this host."""

    def __init__(self, most: int) -> None:
        """Opens at most so many GPUs."""
        self.count = 0
        """How many the driver tells of."""
        self.error: str | None = None
        """Why none can be measured, where amdsmi is installed."""
        self.version: str | None = None
        self.gpus: list[AmdGpu] = []
        if find_spec("amdsmi") is None:
            return
        try:
            with redirect_stdout(io.StringIO()):  # without a library of its ROCm it says so
                import amdsmi
        except (ImportError, OSError, KeyError, AttributeError) as error:
            self.error = f"its libamd_smi.so is missing, or of another ROCm: {error!r}"
            return
        try:
            amdsmi.amdsmi_init()
            devices = amdsmi.amdsmi_get_processor_handles()
        except amdsmi.AmdSmiException as error:
            self.error = " ".join(str(error).split())
            return
        self.count = len(devices)
        self.gpus = [AmdGpu(amdsmi, *one) for one in enumerate(devices[:most])]
        with suppress(amdsmi.AmdSmiException, IndexError):
            driver = amdsmi.amdsmi_get_gpu_driver_info(devices[0])
            self.version = f"{driver['driver_name']} {driver['driver_version']}"


def _known(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 <= value < _UNKNOWN else None


def _memory(smi: Any, device: Any) -> float:
    kind = smi.AmdSmiMemoryType.VRAM
    used = smi.amdsmi_get_gpu_memory_usage(device, kind)
    return 100 * int(used) / max(1, int(smi.amdsmi_get_gpu_memory_total(device, kind)))


def _temperature(smi: Any, device: Any) -> float | None:
    sensor, metric = smi.AmdSmiTemperatureType.JUNCTION, smi.AmdSmiTemperatureMetric.CURRENT
    return _known(smi.amdsmi_get_temp_metric(device, sensor, metric))


def _power(smi: Any, device: Any) -> float | None:
    """Watts; MI300 and newer know the current ones, those before a mean."""
    told = smi.amdsmi_get_power_info(device)
    known = (_known(told.get(name)) for name in ("current_socket_power", "average_socket_power"))
    return next(filter(None, known), None)


_QUANTITIES: dict[str, Callable[[Any, Any], float | None]] = {
    "utilization [%]": lambda smi, device: _known(
        smi.amdsmi_get_gpu_activity(device)["gfx_activity"]
    ),
    "memory [%]": _memory,
    "memory used [GB]": lambda smi, device: (
        smi.amdsmi_get_gpu_memory_usage(device, smi.AmdSmiMemoryType.VRAM) / 1e9
    ),
    "temperature [°C]": _temperature,
    "power [W]": _power,
}
