"""A training from which nothing comes any more, by the rhythm that it had."""

from collections import deque
from collections.abc import Callable

from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.text import format_duration

_LEAST_STILL, _LEAST_SILENT = 180.0, 3600.0
"""Seconds that never count: of processes that do nothing, and of those that work."""
_TIMES_STILL, _TIMES_SILENT = 2, 3
"""Times the longest such stretch so far, as epochs, validation and checkpoints make them."""
_LONGEST_LOOK = 60.0
"""Who was not looking for longer than that was stopped, too, and has seen no more of it."""
_BEGUN = 20
"""Signs of life, where no points come, from which on a rhythm is known."""
_MOSTLY = 0.5
"""A training that is idle for more of its time works elsewhere, or waits as a habit."""


class _SilentTime:
    """How long something has lasted, and the longest time that it ever did."""

    def __init__(self, least: float, times: float) -> None:
        self.now = 0.0
        self.longest = 0.0
        self._least = least
        self._times = times

    def end(self) -> None:
        """What was expected of it has come."""
        self.longest = max(self.longest, self.now)
        self.now = 0.0

    @property
    def is_too_long(self) -> bool:
        return self.now > max(self._least, self._times * self.longest)


class StallRule:
    """Learns how long a training is silent, and for how long it does nothing meanwhile.

    One that works may be silent for long. At first nothing is told: models are loaded, data are
    prepared. But that, too, tells how long an epoch may take.
    """

    def __init__(self, now: float, where: Callable[[], str] = lambda: "") -> None:
        """`where` tells at which lines the training is; times are seconds of one clock that does
        not jump."""
        self._where = where
        self._looked_at = now
        self._points = self._signs = 0
        self._silence = _SilentTime(_LEAST_SILENT, _TIMES_SILENT)
        self._stillness = _SilentTime(_LEAST_STILL, _TIMES_STILL)
        self._busy: deque[bool] = deque(maxlen=300)
        """What its processes did when they were looked at; while it is silent only at first."""
        self._told = False

    def sign_of_life(self, *, points: int = 0) -> None:
        """New points, or (without) output."""
        self._silence.end()
        self._stillness.end()
        self._points += points
        self._signs += 1
        self._told = False

    def look(
        self, now: float, wall_time: float, busy: bool | None, *, paused: bool
    ) -> Alert | None:
        """An alert when nothing has come for too long, once for each silence.

        `busy` tells whether the training's processes work (None: not known), `paused` that they
        were asked not to.
        """
        elapsed, self._looked_at = min(now - self._looked_at, _LONGEST_LOOK), now
        if paused:
            return None
        self._silence.now += elapsed
        if busy is not None and self._silence.now < _LEAST_STILL:
            self._busy.append(busy)
        if busy is False:
            self._stillness.now += elapsed
        else:
            self._stillness.end()
        if self._told or not (self._points or self._signs >= _BEGUN):
            return None
        is_still = self._stillness.is_too_long and self._works_as_a_rule
        self._told = is_still or (self._points > 0 and self._silence.is_too_long)
        return self._alert(wall_time, busy) if self._told else None

    @property
    def _works_as_a_rule(self) -> bool:
        return sum(self._busy) > _MOSTLY * len(self._busy)

    def _alert(self, wall_time: float, busy: bool | None) -> Alert:
        does = {True: " Its processes work.", False: " Its processes do nothing.", None: ""}[busy]
        longest = format_duration(self._silence.longest)
        where = self._where()
        return Alert(
            key=f"stalled: {self._signs}",
            level=AlertLevel.WARN,
            title=f"nothing new for {format_duration(self._silence.now)}",
            text=f"Neither points nor output; it was silent for {longest} at most so far.{does}"
            + (f" Where it is: {where}" if where else ""),
            wall_time=wall_time,
        )
