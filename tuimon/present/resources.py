"""What a training has used of its machine, from what was measured beside it."""

from collections.abc import Iterable

import numpy as np

from tuimon.present.run_facts import Fact
from tuimon.store.series import Series
from tuimon.store.store import Store
from tuimon.text import format_duration, format_value, safe

_MINE = "training memory [GB]"
"""Measured of a GPU that a process of the training uses, and of no other."""
_JOULES_PER_KWH = 3.6e6
_SECONDS_PER_HOUR = 3600.0


def resource_facts(system: Store, took: float) -> list[Fact]:
    """Time (s), GPUs, CPU and memory; of what was not measured nothing is told.

    Means are those over time: measurements are less often later on.
    """
    series = {tag: one for run in system.runs.values() for tag, one in run.series.items()}
    gpus = [tag.partition("/")[0] for tag in series if tag.endswith(f"/{_MINE}")]
    facts = [Fact("time", format_duration(took))]
    if gpus:
        hours = format_value(float(f"{len(gpus) * took / _SECONDS_PER_HOUR:.2g}"))
        facts.append(Fact("GPU-hours", f"{hours} ({len(gpus)} × {format_duration(took)})"))
    facts += [Fact(safe(gpu), _of_gpu(series, gpu)) for gpu in gpus]
    powers = [series[tag] for gpu in gpus if (tag := f"{gpu}/power [W]") in series]
    energy = sum(map(_integral, powers)) / _JOULES_PER_KWH
    if energy and len(powers) == len(gpus):
        facts.append(Fact("energy of the GPUs", f"{float(f'{energy:.2g}'):g} kWh"))
    cores = _mean(series.get("CPU/training [%]"))
    memory = _most(series.get("memory/training [GB]"))
    facts.append(Fact("CPU", "" if cores is None else f"{cores / 100:.1f} cores on average"))
    facts.append(Fact("memory", "" if memory is None else f"{_short(memory)} GB at most"))
    return [fact for fact in facts if fact.value]


def _of_gpu(series: dict[str, Series], gpu: str) -> str:
    use, power = (_mean(series.get(f"{gpu}/{one}")) for one in ("utilization [%]", "power [W]"))
    memory = _most(series.get(f"{gpu}/{_MINE}"))
    means = [
        None if use is None else f"{use:.0f} % used",
        None if power is None else f"{power:.0f} W",
    ]
    mean = " and ".join(filter(None, means))
    told = [
        f"{mean} on average" if mean else None,
        None if memory is None else f"{_short(memory)} GB at most",
    ]
    return " · ".join(filter(None, told))


def _short(value: float) -> str:
    return format_value(float(f"{value:.3g}"))


def _points(series: Series) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]":
    """Times (s) and values that are numbers."""
    _, times, values = series.snapshot()
    known = np.isfinite(values) & np.isfinite(times)
    return np.asarray(times[known], float), np.asarray(values[known], float)


def _integral(series: Series) -> float:
    """Over time: units × seconds."""
    times, values = _points(series)
    if len(times) < 2:
        return 0.0
    return float(np.sum(np.diff(times) * (values[1:] + values[:-1]) / 2))


def _mean(series: Series | None) -> float | None:
    if series is None or not len(_points(series)[0]):
        return None
    times, values = _points(series)
    span = times[-1] - times[0]
    return _integral(series) / span if span > 0 else float(values.mean())


def _most(series: Series | None) -> float | None:
    values: Iterable[float] = () if series is None else _points(series)[1].tolist()
    return max(values, default=None)
