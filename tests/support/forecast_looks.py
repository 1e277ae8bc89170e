"""Whether what was told of the time that is left was right."""

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.recorder.progress.time_to_go import Forecast

_NEAR = 0.1
_WIDE, _WIDEST = 1.25, 2.0
_SMALL = 0.1


class Look(NamedTuple):
    """What was told, and how long it took from then, and in all, in seconds."""

    forecast: Forecast | None
    left: float
    whole: float

    @property
    def error(self) -> float | None:
        """By what share of all the middle of what was told is wrong; None for silence."""
        return None if self.forecast is None else (self.forecast.seconds - self.left) / self.whole

    @property
    def is_range(self) -> bool:
        """Whether a range is told to people, see `tuimon.present.progress_words`."""
        return self.forecast is not None and self.forecast.most > _WIDE * self.forecast.least

    @property
    def is_held(self) -> bool:
        """Whether the true end is in the range."""
        return self.forecast is not None and self.forecast.least <= self.left <= self.forecast.most

    @property
    def is_right(self) -> bool:
        """Whether the told end, or the nearer end of a range, is within 10 % of the whole time.
        Silence is not right, and neither is a range that is wider than twofold and 10 %."""
        if self.forecast is None:
            return False
        told, least, most, _ = self.forecast
        if self.is_range:
            told = min(max(self.left, least), most)
        is_told = most <= _WIDEST * least + _SMALL * self.whole
        return is_told and abs(told - self.left) <= _NEAR * self.whole

    @property
    def is_near(self) -> bool:
        """Whether the middle is within 10 % of the whole time."""
        return self.error is not None and abs(self.error) <= _NEAR

    @property
    def is_close(self) -> bool:
        """Whether the middle is within 10 % of the time that is left, or 1 % of the whole."""
        near = max(_NEAR * self.left, _NEAR**2 * self.whole)
        return self.error is not None and abs(self.error) * self.whole <= near


def share_right(looks: Sequence[Look]) -> float:
    """Of these."""
    return sum(look.is_right for look in looks) / len(looks)
