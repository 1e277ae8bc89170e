"""A training from which nothing comes any more."""

from collections.abc import Callable

from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.text import format_duration

_LEAST = 180.0
"""Seconds of silence that never count."""
_USUAL = 5
_LONGEST = 2
"""Times the longest pause so far, as validation and checkpoints make them."""
_FADE = 0.9


class StallRule:
    """Compares the silence of points and output with the pauses that were usual so far."""

    def __init__(self, now: float, where: Callable[[], str] = lambda: "") -> None:
        """`where` tells at which lines the training is; times are seconds of one clock that does
        not jump."""
        self._where = where
        self._last = now
        self._points = 0
        self._usual = 0.0
        self._longest = 0.0
        self._told = False

    def sign_of_life(self, now: float, *, points: int = 0) -> None:
        """New points, or (without) output."""
        pause = now - self._last
        if points:
            if self._points:
                self._usual = _FADE * self._usual + (1 - _FADE) * pause if self._usual else pause
                self._longest = max(self._longest, pause)
            self._points += points
        self._last = now
        self._told = False

    def check(self, now: float, wall_time: float) -> Alert | None:
        """An alert when it is silent for too long, once for each silence.

        Before the first point nothing is usual: models are loaded, data are prepared.
        """
        silence = now - self._last
        limit = max(_LEAST, _USUAL * self._usual, _LONGEST * self._longest)
        if self._told or not self._points or silence <= limit:
            return None
        self._told = True
        where = self._where()
        return Alert(
            key=f"stalled: {self._points}",
            level=AlertLevel.WARN,
            title=f"nothing new for {format_duration(silence)}",
            text="Neither points nor output; points came every "
            + f"{format_duration(self._usual)} or so"
            + (f". Where it is: {where}" if where else ""),
            wall_time=wall_time,
        )
