"""Stands in for the amdsmi of ROCm: two GPUs, by the functions, names and errors that it has.

``$AMD_DRIVER``: ``none`` is a library that is missing, ``off`` a driver that is not loaded.
"""

import os
from ctypes import c_void_p
from enum import IntEnum
from typing import Any

_DRIVER = os.environ.get("AMD_DRIVER")
if _DRIVER == "none":
    print("Unable to find libamd_smi.so library try installing amd-smi-lib")
    raise KeyError("libamd_smi.so")


class AmdSmiException(Exception):  # noqa: N818
    pass


class AmdSmiLibraryException(AmdSmiException):
    def __str__(self) -> str:
        return "Error code:\n\t34 | AMDSMI_STATUS_DRIVER_NOT_LOADED - Driver not loaded"


class AmdSmiInitFlags(IntEnum):
    INIT_AMD_GPUS = 2


class AmdSmiMemoryType(IntEnum):
    VRAM = 0


class AmdSmiTemperatureType(IntEnum):
    JUNCTION = 1


class AmdSmiTemperatureMetric(IntEnum):
    CURRENT = 0


def amdsmi_init(flag: AmdSmiInitFlags = AmdSmiInitFlags.INIT_AMD_GPUS) -> None:
    if _DRIVER == "off":
        raise AmdSmiLibraryException(34)


def amdsmi_get_processor_handles() -> list[c_void_p]:
    return [c_void_p(1), c_void_p(2)]


def _is_first(processor_handle: c_void_p) -> bool:
    return processor_handle.value == 1


def amdsmi_get_gpu_driver_info(processor_handle: c_void_p) -> dict[str, Any]:
    return {"driver_name": "amdgpu", "driver_version": "6.12.12", "driver_date": "2015/01/01"}


def amdsmi_get_gpu_asic_info(processor_handle: c_void_p) -> dict[str, Any]:
    return {"market_name": "AMD Instinct MI300X" if _is_first(processor_handle) else "N/A"}


def amdsmi_get_gpu_activity(processor_handle: c_void_p) -> dict[str, Any]:
    return {"gfx_activity": 87 if _is_first(processor_handle) else "N/A", "umc_activity": 40}


def amdsmi_get_gpu_memory_total(processor_handle: c_void_p, mem_type: AmdSmiMemoryType) -> int:
    return 200 * 10**9


def amdsmi_get_gpu_memory_usage(processor_handle: c_void_p, mem_type: AmdSmiMemoryType) -> int:
    return 150 * 10**9


def amdsmi_get_power_info(processor_handle: c_void_p) -> dict[str, Any]:
    newer = _is_first(processor_handle)
    return {
        "current_socket_power": 612 if newer else "N/A",
        "average_socket_power": 0xFFFFFFFF if newer else 95,
    }


def amdsmi_get_temp_metric(
    processor_handle: c_void_p, sensor_type: AmdSmiTemperatureType, metric: AmdSmiTemperatureMetric
) -> int:
    if not _is_first(processor_handle):
        raise AmdSmiLibraryException(2)
    return 71


def amdsmi_get_gpu_process_list(processor_handle: c_void_p) -> list[dict[str, Any]]:
    if not _is_first(processor_handle):
        return []
    mine = int(os.environ["DRIVER_PID"])
    return [
        {"name": "python", "pid": mine, "memory_usage": {"vram_mem": 50 * 10**9}},
        {"name": "other", "pid": mine + 1, "memory_usage": {"vram_mem": 10**9}},
    ]
