"""When a disk that fills will be full, from how its free space has become less."""

import math
from collections import deque
from itertools import pairwise
from typing import NamedTuple

_WINDOWS = (600.0, 6 * 3600.0)
"""Seconds: what has begun lately, and what comes in bursts far apart, as checkpoints do."""
_BELIEF = 5.0
"""A trend is believed for so many times as long as it was seen."""
_HORIZON = 3 * 3600.0
_SEEN_AT_LEAST = 120.0
_NEARLY_FULL = 0.9
"""Above this share, a trend needs not be seen for two minutes."""
_SAMPLES = 60


class FillForecast(NamedTuple):
    """What free space comes to if it goes on becoming less as it has."""

    left: float
    """Seconds until nothing is left."""
    seen: float
    """Seconds that the trend was looked at."""
    rate: float
    """Units of free space a second."""


class FreeSpace:
    """The free space of one disk over time."""

    def __init__(self) -> None:
        self._trends = [_Trend(window) for window in _WINDOWS]

    def add(self, wall_time: float, free: float) -> None:
        """Take in what was free (in any unit) at a time (Unix seconds); an old time is known."""
        for trend in self._trends:
            trend.add(wall_time, free)

    def forecast(self, used_share: float) -> FillForecast | None:
        """The soonest end that is worth a word, `used_share` of the disk being used now."""
        found = [forecast for trend in self._trends if (forecast := trend.forecast())]
        told = [
            forecast
            for forecast in found
            if forecast.left <= min(_HORIZON, _BELIEF * forecast.seen)
            and (forecast.seen >= _SEEN_AT_LEAST or used_share >= _NEARLY_FULL)
        ]
        return min(told, default=None)


class _Trend:
    """What was free within the last `window` seconds, at `_SAMPLES` moments or so."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._samples: deque[tuple[float, float]] = deque()
        self._newest = (-math.inf, 0.0)

    def add(self, wall_time: float, free: float) -> None:
        if wall_time <= self._newest[0]:
            return
        self._newest = (wall_time, free)
        if not self._samples or wall_time - self._samples[-1][0] >= self._window / _SAMPLES:
            self._samples.append(self._newest)
        while self._samples[0][0] < wall_time - self._window:
            self._samples.popleft()

    def forecast(self) -> FillForecast | None:
        """Where it leads since the first write.

        That write itself does not count: of what is written in bursts, a rate is what came after
        the first one, by the time it took.
        """
        now, free = self._newest
        begin = next((new for old, new in pairwise(self._samples) if new[1] < old[1]), None)
        if begin is None or begin[1] <= free:
            return None
        seen = now - begin[0]
        rate = (begin[1] - free) / seen
        return FillForecast(free / rate, seen, rate)
