"""Limits of a chart as people type them: ``x=0:5000 y=2:13``.

Either side may be left out: ``y=:13``. Numbers may end in k, M or B. Along a relative time axis
they are seconds, or times such as ``90s``, ``5m`` and ``1h30``; along the clock, times of the day
of the newest point, between which stand two dots: ``x=14:00..15:30``.
"""

import math
import re
import time

from tuimon.charts.model import XAxis
from tuimon.charts.viewport import Area, Viewport
from tuimon.text import format_duration

_TERM = re.compile(r"([xy])=(\S*)")
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kMB]?)", re.IGNORECASE)
_TIME = re.compile(r"(-?)(?:(\d+)d)?(?:(\d+)h(?:(\d+)$)?)?(?:(\d+)m)?(?:(\d+)s)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}


class LimitsError(ValueError):
    """The text gives no limits; says why in a few words."""


def parse_limits(text: str, axis: XAxis, area: Area) -> Viewport:
    """The view with the limits of a text; of all points for an empty one. Raises LimitsError.

    The chart's `area` fills in sides of x that are left out.
    """
    x: tuple[float, float] | None = None
    y: tuple[float | None, float | None] = (None, None)
    for word in text.split():
        term = _TERM.fullmatch(word)
        if term is None:
            raise LimitsError(f"{word}: write x=LOW:HIGH or y=LOW:HIGH")
        low, high = _sides(term[2], axis if term[1] == "x" else None, area)
        if low is not None and high is not None and low >= high:
            raise LimitsError(f"{word}: the first is not below the second")
        if term[1] == "y":
            y = low, high
        elif (low, high) != (None, None):
            x = (area.first if low is None else low, area.last if high is None else high)
            if x[0] >= x[1]:
                raise LimitsError(f"{word}: there are no points")
    return Viewport(x=x, y=y)


def _sides(text: str, axis: XAxis | None, area: Area) -> tuple[float | None, float | None]:
    low, separator, high = text.partition("..")
    if not separator:
        low, separator, high = text.partition(":")
    if not separator:
        raise LimitsError(f"{text}: write two limits, such as 0:5000")
    return _limit(low, axis, area), _limit(high, axis, area)


def _limit(text: str, axis: XAxis | None, area: Area) -> float | None:
    if not text:
        return None
    value = _number(text)
    if value is None and axis == "relative":
        value = _seconds(text)
    if value is None and axis == "wall":
        value = _clock(text, area.last)
    if value is None:
        raise LimitsError(f"{text}: not a number")
    if not math.isfinite(value):
        raise LimitsError(f"{text}: too large")
    return value


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    return float(match[1]) * _UNITS[match[2].lower()] if match else None


def _seconds(text: str) -> float | None:
    match = _TIME.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        return None
    days, hours, rest, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    total = days * 86400 + hours * 3600 + (rest + minutes) * 60 + seconds
    return -total if match[1] else total


def _clock(text: str, newest: float) -> float | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    try:
        day = time.localtime(newest)
        hour, minute, second = (int(part or 0) for part in match.groups())
        clock = (day.tm_year, day.tm_mon, day.tm_mday, hour, minute, second, 0, 0, -1)
        return time.mktime(clock)
    except (OverflowError, ValueError, OSError):
        return None


def limits_text(view: Viewport, axis: XAxis) -> str:
    """The text that gives the limits of a view."""
    words = []
    if view.x is not None:
        low, high = (_shown(limit, axis) for limit in view.x)
        words.append(f"x={low}..{high}" if axis == "wall" else f"x={low}:{high}")
    if view.y != (None, None):
        low, high = ("" if limit is None else f"{limit:g}" for limit in view.y)
        words.append(f"y={low}:{high}")
    return " ".join(words)


def _shown(limit: float, axis: XAxis) -> str:
    if axis == "relative":
        return format_duration(round(limit)).replace(" ", "")
    if axis == "wall":
        return time.strftime("%H:%M:%S", time.localtime(limit))
    return f"{limit:.6g}" if axis == "metric" else str(round(limit))
