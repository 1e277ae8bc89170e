"""Where ticks stand and what they say: steps of 1-2-2.5-5, k and M, clock times."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from tuimon.text import short_exponent

_MANTISSAS = (1.0, 2.0, 2.5, 5.0)
_FINE_MANTISSAS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
# (from, unit, suffix): four digits are shorter than a suffix.
_VALUE_UNITS = ((1e6, 1e6, "M"), (1e4, 1e3, "k"))
_STEP_UNITS = ((1e12, 1e12, "T"), (1e9, 1e9, "B"), *_VALUE_UNITS)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# fmt: off
_TIME_STEPS = (
    1, 2, 5, 10, 15, 30,
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * _DAY for days in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)),
)
# fmt: on
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Tick(NamedTuple):
    """A tick: its position in the units of the axis, and its label."""

    position: float
    label: str


def nice_step(at_least: float) -> float:
    """Return the smallest 1, 2, 2.5 or 5 times a power of ten that is not below `at_least` > 0."""
    return next(nice_steps(at_least))


def nice_steps(at_least: float, *, fine: bool = False) -> Iterator[float]:
    """Yield nice steps from the smallest that is not below `at_least` > 0 upwards.

    The `fine` ones, such as 3 and 8, waste less room and are less round.
    """
    exponent = max(math.floor(math.log10(at_least)), -306)
    while exponent < 308:
        # Powers of ten are exact one way only: 1e-3 is 1 / 1000, not 1 * 0.001 in every multiple.
        for mantissa in _FINE_MANTISSAS if fine else _MANTISSAS:
            step = mantissa * 10.0**exponent if exponent >= 0 else mantissa / 10.0**-exponent
            if step >= at_least * (1 - 1e-9):
                yield step
        exponent += 1
    yield math.inf


def multiples(step: float, low: float, high: float) -> list[float]:
    """Return the multiples of `step` within low…high, limits included despite rounding."""
    if not math.isfinite(step):
        return []
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [index * step for index in range(first, last + 1)]


def value_labels(values: Sequence[float], step: float) -> list[str]:
    """Label multiples of `step` with equally many digits: ``0.0 0.5 1.0``, ``0 5k``, ``2e-4``."""
    largest = max((abs(value) for value in values), default=0.0)
    unit, suffix = _unit(largest, step, _VALUE_UNITS)
    decimals = _decimals(step / unit)
    if largest >= 9.9995e8 or (largest < 0.01 and decimals > 3):
        return _scientific(values, step)
    return [
        f"{value / unit:.{decimals}f}{suffix}" if value or not suffix else "0" for value in values
    ]


def step_labels(values: Sequence[float], step: float) -> list[str]:
    """Label multiples of `step` on an axis of steps, each as short as can be: ``0 2.5k 5k``."""
    largest = max((abs(value) for value in values), default=0.0)
    if largest >= 1e15:
        return _scientific(values, step)
    unit, suffix = _unit(largest, step, _STEP_UNITS)
    decimals = _decimals(step / unit)
    labels = (f"{value / unit:.{decimals}f}" for value in values)
    trimmed = (label.rstrip("0").rstrip(".") if "." in label else label for label in labels)
    return [label + suffix if label != "0" else label for label in trimmed]


def _unit(
    largest: float, step: float, units: Sequence[tuple[float, float, str]]
) -> tuple[float, str]:
    """Return the unit for labels up to `largest`: the greatest that takes ≤ 3 decimals."""
    for threshold, unit, suffix in units:
        if largest >= threshold and _decimals(step / unit) <= 3:
            return unit, suffix
    return 1.0, ""


def _decimals(step: float) -> int:
    """Return how many decimals it takes to write multiples of a nice step."""
    for decimals in range(12):
        scaled = step * 10**decimals
        if scaled >= 0.999 and math.isclose(scaled, round(scaled), rel_tol=1e-6):
            return decimals
    return 12


def _scientific(values: Sequence[float], step: float) -> list[str]:
    """Label multiples of `step` in exponential notation with equally many digits."""
    for digits in range(16):
        labels = [f"{value:.{digits}e}" for value in values]
        if all(abs(float(label) - v) < step / 100 for label, v in zip(labels, values, strict=True)):
            break
    return [
        short_exponent(label) if abs(value) > step / 2 else "0"
        for label, value in zip(labels, values, strict=True)
    ]


def log_ticks(low: float, high: float, most: int) -> list[Tick]:
    """Return at most `most` (≥ 2) ticks for decimal logarithms within low…high.

    Decades, or every second, third … one; 1-2-5 between them when there is room; ordinary steps
    where the range is within a decade.
    """
    for mantissas in ((1, 2, 5), (1,)):
        candidates = (
            Tick(math.log10(mantissa) + decade, decade_label(decade, mantissa))
            for decade in range(math.floor(low), math.ceil(high) + 1)
            for mantissa in mantissas
        )
        ticks = [tick for tick in candidates if low - 1e-9 <= tick.position <= high + 1e-9]
        if 3 <= len(ticks) <= most:
            return ticks
    decades = math.floor(high + 1e-9) - math.ceil(low - 1e-9) + 1
    if decades > most:
        stride = math.ceil(decades / most)
        first = math.ceil(low / stride - 1e-9) * stride
        return [Tick(d, decade_label(d)) for d in range(first, math.floor(high + 1e-9) + 1, stride)]
    if decades >= 3 or high > 300 or low < -300:
        return [tick for tick in ticks if tick.position == round(tick.position)] or ticks[:most]
    bottom, top = 10.0**low, 10.0**high
    step = nice_step((top - bottom) / most)
    values = [value for value in multiples(step, bottom, top) if value > 0]
    labels = value_labels(values, step)
    return [Tick(math.log10(value), label) for value, label in zip(values, labels, strict=True)]


def decade_label(decade: int, mantissa: int = 1) -> str:
    """Label a small number times a power of ten: ``0.001 1 20 10k 5e-4``."""
    if 0 <= decade < 4:
        return str(mantissa * 10**decade)
    if -3 <= decade < 0:
        return f"{mantissa / 10**-decade:.{-decade}f}"
    if 4 <= decade < 9:
        unit, suffix = (6, "M") if decade >= 6 else (3, "k")
        return f"{mantissa * 10 ** (decade - unit)}{suffix}"
    return f"{mantissa}e{decade}"


def time_steps(at_least: float) -> Iterator[float]:
    """Yield steps of clock time in seconds, from the smallest not below `at_least` upwards."""
    for step in _TIME_STEPS:
        if step >= at_least:
            yield float(step)
    yield from nice_steps(max(at_least, 10_000.0 * _DAY))


def relative_label(seconds: float, step: float) -> str:
    """Label a time since the start: ``0 +30s +5m +1h20 +2d6h``."""
    whole = round(abs(seconds))
    if whole == 0:
        return "0"
    sign = "-" if seconds < 0 else "+"
    if step >= 1000 * _DAY:
        return f"{sign}{whole // _DAY}d"
    days, rest = divmod(whole, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, second = divmod(rest, _MINUTE)
    if days:
        return f"{sign}{days}d" + (f"{hours}h" if hours else "")
    if hours:
        return f"{sign}{hours}h" + (f"{minutes:02}" if minutes else "")
    if minutes:
        return f"{sign}{minutes}m" + (f"{second:02}" if second else "")
    return f"{sign}{second}s"


def wall_ticks(step: float, low: float, high: float) -> list[Tick]:
    """Return ticks at round local times within unix seconds low…high, a date at midnight."""
    offset = local_offset(low)
    return [
        Tick(local - offset, _wall_label(local, step))
        for local in multiples(step, low + offset, high + offset)
    ]


def local_offset(at: float) -> float:
    """Return seconds that local time is ahead of UTC at unix time `at`; 0 outside the calendar."""
    try:
        offset = datetime.fromtimestamp(at, UTC).astimezone().utcoffset()
    except (OverflowError, ValueError, OSError):
        return 0.0
    return offset.total_seconds() if offset else 0.0


def _wall_label(local: float, step: float) -> str:
    try:
        time = datetime.fromtimestamp(round(local), UTC)
    except (OverflowError, ValueError, OSError):
        return ""
    if step >= 100 * _DAY:
        return f"{_MONTHS[time.month - 1]} {time.year}"
    if round(local) % _DAY == 0:
        return f"{_MONTHS[time.month - 1]} {time.day}"
    return f"{time:%H:%M:%S}" if step < _MINUTE else f"{time:%H:%M}"
