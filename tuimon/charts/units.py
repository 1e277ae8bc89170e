"""What a metric is measured in, where its name tells without doubt."""

import math
import re
from functools import lru_cache
from typing import NamedTuple

from tuimon.metrics.measure import measure_of
from tuimon.metrics.tokens import tokens
from tuimon.text import format_value

_BRACKETS = re.compile(r"[\[(]([^\[\]()]{1,8})[\])]\Z")


class UnitSize(NamedTuple):
    """A unit among those of one quantity."""

    size: float
    """In what is logged."""
    name: str
    least: float
    """The value from which it is used."""


class Unit(NamedTuple):
    """How values of one quantity are told; by default as bare numbers."""

    sizes: tuple[UnitSize, ...] = (UnitSize(1.0, "", 0.0),)
    """The largest first."""
    is_share: bool = False
    """Percent of a whole."""

    def of(self, largest: float) -> UnitSize:
        """What an axis up to such a value is labelled in."""
        return next((one for one in self.sizes if largest >= one.least), self.sizes[-1])

    def text(self, value: float) -> str:
        """A value in short, with its unit: ``2.6 GiB``, ``97%``."""
        if not value or not math.isfinite(value):
            return format_value(value)
        size, name, _ = self.of(abs(value))
        return f"{format_value(value / size)}{' ' if name[:1].isalpha() else ''}{name}"


PLAIN = Unit()
"""Numbers of whatever they are."""
PERCENT = Unit((UnitSize(1.0, "%", 0.0),), True)


def _sizes(logged: float, sizes: tuple[tuple[float, str, float], ...]) -> Unit:
    return Unit(tuple(UnitSize(size / logged, name, least / logged) for size, name, least in sizes))


def _bytes(logged: float) -> Unit:
    names = ("TiB", "GiB", "MiB", "KiB", "B")
    powers = (1024.0**power for power in range(4, -1, -1))
    return _sizes(
        logged, tuple((size, name, size) for size, name in zip(powers, names, strict=True))
    )


def _seconds(logged: float) -> Unit:
    return _sizes(
        logged,
        ((3600.0, "h", 7200.0), (60.0, "min", 120.0), (1.0, "s", 1.0), (1e-3, "ms", 0.0)),
    )


_TIMES = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), _seconds(1.0)),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), _seconds(1e-3)),
    **dict.fromkeys(("min", "minute", "minutes"), _seconds(60.0)),
    **dict.fromkeys(("h", "hour", "hours"), _seconds(3600.0)),
}
_STORAGE = {
    **dict.fromkeys(("b", "byte", "bytes"), _bytes(1.0)),
    "kib": _bytes(1024.0),
    "mib": _bytes(1024.0**2),
    "gib": _bytes(1024.0**3),
}
"""A GB is 1000³ bytes to some and 1024³ to others."""
_SHARES = dict.fromkeys(("%", "percent", "percentage", "pct"), PERCENT)


@lru_cache(maxsize=1 << 12)
def unit_of(tag: str) -> Unit:
    """The unit of a metric by its tag; bare numbers where the name leaves any doubt.

    >>> unit_of("time/step_ms").text(2500.0), unit_of("CPU/host [%]").is_share
    ('2.5 s', True)
    """
    if match := _BRACKETS.search(tag):
        word = match[1].strip()
        bits = word == "b"
        return PLAIN if bits else (_TIMES | _STORAGE | _SHARES).get(word.lower(), PLAIN)
    measure = measure_of(tag)
    known = {"time": _TIMES, "size": _STORAGE, "share": _SHARES, "other": _SHARES}.get(measure.kind)
    words = [token.word for token in tokens(tag)]
    return known.get(words[-1], PLAIN) if known and words and measure.best is None else PLAIN
