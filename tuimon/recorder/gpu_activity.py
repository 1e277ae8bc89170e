"""What a GPU really does, by NVIDIA's GPM (Hopper and newer): utilization is 100 % as soon as any
kernel runs, however little of the GPU it takes."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pynvml

_METRICS = {
    "NVML_GPM_METRIC_SM_UTIL": "SM activity [%]",
    "NVML_GPM_METRIC_ANY_TENSOR_UTIL": "tensor activity [%]",
    "NVML_GPM_METRIC_DRAM_BW_UTIL": "DRAM activity [%]",
}
"""Shares of the time since the last call: SMs busy, SMs in tensor operations, bandwidth used."""


class GpuActivity:
    """Means between calls; none of a GPU, a driver or a version of its binding without GPM."""

    def __init__(self, device: Any) -> None:
        self._device = device
        self._before: Any = None
        self._after: Any = None
        known = {name: getattr(pynvml, name, None) for name in _METRICS}
        self._metrics = {number: _METRICS[name] for name, number in known.items() if number}
        with suppress(pynvml.NVMLError, AttributeError):
            if self._metrics and pynvml.nvmlGpmQueryDeviceSupport(device).isSupportedDevice:
                self._before = pynvml.nvmlGpmSampleAlloc()
                self._after = pynvml.nvmlGpmSampleAlloc()
                pynvml.nvmlGpmSampleGet(device, self._before)

    def readings(self) -> Iterator[tuple[str, float]]:
        """Quantities and their values.

        Raises:
            pynvml.NVMLError: the GPU does not answer.
        """
        if self._after is None:
            return
        pynvml.nvmlGpmSampleGet(self._device, self._after)
        asked = pynvml.c_nvmlGpmMetricsGet_t()
        asked.version = pynvml.NVML_GPM_METRICS_GET_VERSION
        asked.numMetrics = len(self._metrics)
        asked.sample1, asked.sample2 = self._before, self._after
        for place, number in enumerate(self._metrics):
            asked.metrics[place].metricId = number
        pynvml.nvmlGpmMetricsGet(asked)
        self._before, self._after = self._after, self._before
        for place, quantity in enumerate(self._metrics.values()):
            found = asked.metrics[place]
            if found.nvmlReturn == pynvml.NVML_SUCCESS and 0 <= found.value <= 100:
                yield quantity, float(found.value)
