"""What a training has used of its machine, from what was measured of it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tuimon.store.series import Series
from tuimon.text import format_value

_GAP = 60.0
"""Seconds between two measurements beyond which nobody has looked."""
_MINE, _LEAST_GB = "training memory [GB]", 1e-3

Devices = Mapping[str, Mapping[str, Series]]
_Times = npt.NDArray[np.float64]


class _Hold(NamedTuple):
    """When a training held a GPU, in Unix seconds."""

    begin: float
    end: float


def resource_rows(devices: Devices) -> Iterator[tuple[str, str]]:
    """(name, value) of what is known: time, energy, idle time, memory of its GPUs, its memory."""
    mine = {name: span for name, one in devices.items() if (span := _span(one)) is not None}
    gpus = {name: devices[name] for name in mine}
    hours = sum(_seconds(gpus[name], _MINE, span) for name, span in mine.items()) / 3600
    if gpus:
        yield "GPU time", f"{_told(hours)} h" + (f" on {len(gpus)} GPUs" if len(gpus) > 1 else "")
    watts = [_integral(gpus[name], "power [W]", span) for name, span in mine.items()]
    if watts and all(one is not None for one in watts):
        energy = sum(one for one in watts if one is not None) / 3600
        yield (
            "GPU energy",
            f"{_told(energy)} Wh" if energy < 1000 else f"{_told(energy / 1000)} kWh",
        )
    for quantity, name in (
        ("utilization", "GPU idle"),
        *((f"{unit} activity", f"{unit} activity") for unit in ("SM", "tensor", "DRAM")),
    ):
        shares = [_mean(gpus[gpu], f"{quantity} [%]", span) for gpu, span in mine.items()]
        known = [one for one in shares if one is not None]
        if known and quantity == "utilization":
            yield name, f"{100 - sum(known) / len(known):.0f}% of the time"
        elif known:
            yield name, f"{sum(known) / len(known):.0f}% on average"
    if gpus:
        peak = max(_values(one, _MINE).max() for one in gpus.values())
        yield "GPU memory", f"at most {_told(peak)} GB"
    held = _values(devices.get("memory", {}), "training [GB]")
    if len(held):
        yield "memory", f"at most {_told(held.max())} GB"


def _told(value: float) -> str:
    return format_value(float(f"{value:.3g}"))


def _values(device: Mapping[str, Series], quantity: str) -> _Times:
    series = device.get(quantity)
    return np.empty(0) if series is None else np.asarray(series.snapshot().values, np.float64)


def _span(device: Mapping[str, Series]) -> _Hold | None:
    """From the first to the last moment that the training had memory of the GPU."""
    series = device.get(_MINE)
    if series is None:
        return None
    points = series.snapshot()
    times = points.wall_times[points.values > _LEAST_GB]
    return _Hold(float(times[0]), float(times[-1])) if len(times) else None


def _pieces(
    device: Mapping[str, Series], quantity: str, span: _Hold
) -> tuple[_Times, _Times] | None:
    """Lengths in seconds, and means, of the time between measurements; None without any."""
    series = device.get(quantity)
    if series is None:
        return None
    points = series.snapshot()
    inside = (points.wall_times >= span.begin) & (points.wall_times <= span.end)
    inside &= np.isfinite(points.values)
    order = np.argsort(points.wall_times[inside], kind="stable")
    times, values = points.wall_times[inside][order], points.values[inside][order]
    lengths = np.diff(times)
    seen = lengths <= _GAP
    return lengths[seen], ((values[1:] + values[:-1]) / 2)[seen]


def _seconds(device: Mapping[str, Series], quantity: str, span: _Hold) -> float:
    pieces = _pieces(device, quantity, span)
    return 0.0 if pieces is None else float(pieces[0].sum())


def _integral(device: Mapping[str, Series], quantity: str, span: _Hold) -> float | None:
    pieces = _pieces(device, quantity, span)
    return None if pieces is None else float((pieces[0] * pieces[1]).sum())


def _mean(device: Mapping[str, Series], quantity: str, span: _Hold) -> float | None:
    whole = _integral(device, quantity, span)
    seconds = _seconds(device, quantity, span)
    return None if whole is None or seconds <= 0 else whole / seconds
