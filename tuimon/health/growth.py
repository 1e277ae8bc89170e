"""Whether a loss has grown for good: back to where it had come from, and not falling again.

What a loss has gained is what it fell from its first values to its best. A training that has lost a
part of that is given the time that it had needed to come down from there before, several times
over: spikes, warm restarts, a harder stage or the next task are on their way down by then. Only
what neither comes back nor falls is told.
"""

from collections import deque
from typing import Literal

import numpy as np
from numpy.typing import NDArray

_SMOOTH = 5
"""Points whose median is a level: two wrong ones among them count for nothing."""
_LEAST_POINTS, _LEAST_LEVELS = 5, 4
"""Far above the best, before anything is told of them."""
_LEAST_BEFORE = 10
"""Levels before, unless it overflows."""
_LOOKS = 64
"""The longer a loss has been far above its best, the less often it is judged."""
_FIRST = 3
"""Points whose median is the first level: of a few epochs the first are the highest by far."""
_MOST_LEVELS = 512
_FAR, _ABSURD = 3.0, 20.0
"""Times what was gained: worse than it has ever been, and an overflow on its way."""
_LEAST_WAIT, _WAIT, _FAR_WAIT, _ABSURD_WAIT = 20, 0.3, 0.2, 0.05
"""Points that it must stay when all is lost, and as shares of all before; in turn for less than
`_FAR`, and from there on."""
_STAYS = 2
"""Times the points that it has been there before, at first or later, and has come down."""
_NOISE, _GAIN_NOISE = 6.0, 4.0
"""Times the noise that a rise and a gain must have."""
_LEAST_GAIN = 0.2
"""Of the first level: less is nothing to be lost."""
_FLAT = 0.2
_FLAT_TIMES, _FLAT_FAR = 2.0, 9.0
"""Times its level that a loss which had not moved must grow by."""
_RECOVERY = 0.03
"""Of its rise: a loss that has come down by so much again is falling."""
_SWING = 0.25
"""Of its rise: a loss that goes up and down so much is waited for twice as long."""
_MOST_PATIENCE = 4
"""Times the wait after which what still falls is another stage."""

Judgement = Literal["grown", "falling", "open"]
Levels = NDArray[np.float64]


class Growth:
    """Follows one loss; memory and time for a point are bounded, however many come."""

    def __init__(self) -> None:
        self.best = np.nan
        """The lowest level, and where it was."""
        self.best_step = 0
        self.level = np.nan
        """The newest one."""
        self._recent: deque[float] = deque(maxlen=_SMOOTH)
        self._step: int | None = None
        self._begin()

    def _begin(self) -> None:
        self._recent.clear()
        self._first = np.nan
        self._levels: list[float] = []
        """Each of `_size` points, from the first of this stage on."""
        self._spreads: list[float] = []
        """How far points are from their levels, on average."""
        self._size = 1
        self._sums = (0, 0.0, 0.0)
        self._above = 0
        """How many of the last levels are far above the best."""
        self._patience = 1
        """Times the wait; doubled as long as it falls."""
        self.best = np.nan

    def take(self, step: int, value: float, share: float) -> bool:
        """Whether this point shows that `share` of what had been gained is lost for good.

        A step before the last one begins anew: it is another training, or resumed.
        """
        if not np.isfinite(value):
            return False
        if self._step is not None and step < self._step:
            self._begin()
        self._step = step
        self._recent.append(value)
        if len(self._recent) == _FIRST and not self._levels:
            self._first = sorted(self._recent)[_FIRST // 2]
        if len(self._recent) < _SMOOTH:
            return False
        self.level = sorted(self._recent)[_SMOOTH // 2]
        points, level, spread = self._sums
        self._sums = (points + 1, level + self.level, spread + abs(value - self.level))
        return self._sums[0] >= self._size and self._close(step, share)

    def _close(self, step: int, share: float) -> bool:
        """A level is complete."""
        points, level, spread = self._sums
        self._sums = (0, 0.0, 0.0)
        self._levels.append(level / points)
        self._spreads.append(spread / points)
        if not self._levels[-1] >= self.best:
            self.best, self.best_step = self._levels[-1], step
        grown = self._look(share)
        if len(self._levels) >= _MOST_LEVELS:
            self._levels, self._spreads = _halved(self._levels), _halved(self._spreads)
            self._size *= 2
            self._above //= 2
            self.best = min(self._levels)
        return grown

    def _look(self, share: float) -> bool:
        rise = self._levels[-1] - self.best
        gain = self._first - self.best
        least = share * gain if self._has_gained(gain) else _FLAT_TIMES * abs(self.best)
        if not rise > least > 0:
            self._above, self._patience = 0, 1
            return False
        self._above += 1
        points = self._above * self._size
        if points < _LEAST_POINTS or not _LEAST_LEVELS <= self._above < len(self._levels):
            return False
        if self._above % (self._above // _LOOKS + 1):
            return False
        judgement = self._judge(gain)
        if judgement == "falling":
            self._patience *= 2
            if self._patience > _MOST_PATIENCE:
                self._accept()
        return judgement == "grown"

    def _accept(self) -> None:
        """It is another stage, to be measured by itself."""
        self._levels, self._spreads = self._levels[-1:], self._spreads[-1:]
        self.best, self.best_step = self._levels[0], self._step or 0
        self._above, self._patience = 0, 1

    def _has_gained(self, gain: float) -> bool:
        return gain >= _LEAST_GAIN * abs(self._first)

    def _judge(self, gain: float) -> Judgement:
        """What becomes of a loss that is far above its best."""
        before = np.array(self._levels[: -self._above])
        since = np.array(self._levels[-self._above :])
        # The last levels before are medians of what was low, beside points that were high already.
        noise = float(np.median(self._spreads[: -self._above - 2] or self._spreads[:1]))
        rise = float(np.median(since)) - self.best
        has_gained = self._has_gained(gain)
        known = gain if has_gained else abs(self.best)
        if rise < _NOISE * noise or not (has_gained or _is_flat(before)):
            return "open"
        quarter = max(1, len(since) // 4)
        fallen = float(np.median(since[quarter : 2 * quarter]) - np.median(since[-quarter:]))
        falls = fallen >= _RECOVERY * rise
        is_worst = float(np.median(since)) > float(before.max())
        share = rise / known
        is_absurd = is_worst and share >= _ABSURD
        if not is_absurd and (
            len(before) < _LEAST_BEFORE or (has_gained and gain < _GAIN_NOISE * noise)
        ):
            return "open"
        swings = float((np.maximum.accumulate(since) - since).max()) >= _SWING * rise
        is_far = is_worst and share >= (_FAR if has_gained else _FLAT_FAR) and not swings
        past, points = len(before) * self._size, len(since) * self._size
        if not falls and (
            (is_absurd and points >= _ABSURD_WAIT * past) or (is_far and points >= _FAR_WAIT * past)
        ):
            return "grown"
        stay = _longest_above(before, float(since.min())) if has_gained else 0
        wait = max(_LEAST_WAIT / min(1.0, share), _WAIT * past, _STAYS * stay * self._size)
        if points < wait * max(self._patience, 1 + swings):
            return "open"
        return "falling" if falls else "grown"


def _longest_above(levels: Levels, limit: float) -> int:
    """How many levels in a row have been above a limit before one was not."""
    below = np.flatnonzero(levels <= limit)
    return int(np.diff(below, prepend=-1).max()) - 1


def _is_flat(levels: Levels) -> bool:
    """Whether nothing much has moved, and for long enough to tell."""
    low, middle, high = np.percentile(levels, (10, 50, 90))
    return len(levels) >= _LEAST_BEFORE and bool(high - low <= 2 * _FLAT * abs(middle))


def _halved(values: list[float]) -> list[float]:
    """The means of pairs."""
    return [(one + other) / 2 for one, other in zip(values[::2], values[1::2], strict=False)]
