"""When a training will be done, from when it was where: pure, and in seconds that it worked.

Time is steps (`pace_outlook` tells how long they will take) and what stops them (`stops_to_come`).
What was not seen once, nobody knows; so a range is told at first, and whenever it is not sure.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.recorder.progress.pace_outlook import PaceOutlook, pace_outlook
from tuimon.recorder.progress.stops_to_come import (
    StopsToCome,
    first_stop,
    seconds_lost,
    stops_to_come,
)

_MOST_SAMPLES = 1024
_FINEST = 1 / _MOST_SAMPLES
_FEWEST = 3
"""Samples before which nothing is told."""
_LEAST_SECONDS = 2.0
_LEAST_SHARE = 0.01
_LEAP = 0.1
"""What a bar does at first so many times as fast was done before the training was resumed."""
_BLOCKS = 24
_BEATS = 15
"""So many gaps between samples tell how long the next may take;"""
_STOPS = 3.0
"""after so many times as long something has stopped it."""
_YOUNG = 0.2
"""Before this share of all, or in the first epoch, what stops it may be unknown:"""
_UNSEEN = 0.7
"""all may take so much longer,"""
_USUAL = 0.15
"""as a rule so much,"""
_FASTER = 0.8
"""and later epochs so much less than the first."""
_KNOWN, _DRIFT = 0.05, 0.12
"""The standard deviations of what is to come, as shares of it: at least, and at the very first."""
_EARLIER, _LATER = 1.1, 2.0
"""Standard deviations of a range that holds three ends of four: trainings become slower rather than
faster."""
_WIDEST, _BRIEF = 2.0, 0.1
"""A range that would be so many times as long at its end tells too little, unless it is a small
share of all the time."""
_LATE, _LATE_SHARE, _LATE_SECONDS = 3.0, 0.1, 30.0

_Numbers = NDArray[np.float64]


class Sample(NamedTuple):
    """Where it was at a time."""

    at: float
    """Seconds, of any clock that stands still while the training does."""
    done: float


class Forecast(NamedTuple):
    """Seconds from now to the end; in a while it will be between `least` and `most`."""

    seconds: float
    least: float
    most: float
    pace: float
    """Of what is counted in a second, as long as nothing stops it."""


class TimeToGo:
    """Takes in where the training is; what was done before the first time counts for nothing."""

    def __init__(self, total: float, lap: float | None = None) -> None:
        """`total` of what is counted is all; a `lap`, as an epoch, ends with what is not seen
        before."""
        self.total = total
        self.lap = lap
        self._kept: list[Sample] = []
        self._newest = Sample(0.0, 0.0)

    def see(self, at: float, done: float) -> None:
        """It is there now; seen twice at one place, the first time counts."""
        if self._kept and done <= self._newest.done:
            return
        self._newest = Sample(at, done)
        if not self._kept or done - self._kept[-1].done >= self.total * _FINEST:
            self._kept.append(self._newest)

    @property
    def done(self) -> float:
        """Where it was last."""
        return self._newest.done

    @property
    def samples(self) -> list[Sample]:
        """Where it was when, as finely as is worth it; the last is the newest."""
        is_kept = not self._kept or self._kept[-1] is self._newest
        return self._kept if is_kept else [*self._kept, self._newest]

    def forecast(self, now: float) -> Forecast | None:
        """When it is done; None while that cannot be told, or if nothing has come for long."""
        if len(self.samples) < _FEWEST or now < self.samples[-1].at:
            return None
        at, done = _without_leap(np.array(self.samples, float)).T
        seen, took = float(done[-1] - done[0]), float(at[-1] - at[0])
        if len(at) < _FEWEST or took < _LEAST_SECONDS or seen < _LEAST_SHARE * self.total:
            return None
        is_young = self._is_young(seen)
        lost = seconds_lost(at, done, is_young=is_young)
        stops = stops_to_come(done, lost, self.total, self.lap)
        is_unseen = is_young and not len(stops.seconds)
        beat, wait = max(1.0, float(np.median(np.diff(at)[-_BEATS:]))), now - float(at[-1])
        patience = beat + (stops.usual if stops.is_due else 0.0)
        if wait > _LATE * max(patience, _LATE_SHARE * took) + _LATE_SECONDS:
            return None
        if not len(stops.seconds) and wait > _STOPS * beat:
            stops = first_stop(done, wait, self.total, self.lap)
            patience = beat + stops.usual
        steps = _of_steps(done, np.diff(at) - lost, self.total, self.lap)
        return self._forecast(steps, stops, min(wait, patience), seen, took, is_unseen=is_unseen)

    def _forecast(
        self,
        steps: PaceOutlook,
        stops: StopsToCome,
        waited: float,
        seen: float,
        took: float,
        *,
        is_unseen: bool,
    ) -> Forecast | None:
        rest = max(0.0, self.total - self.done)
        left = max(0.0, steps.pace * rest + stops.usual * stops.to_come - waited)
        drift = max(_KNOWN, _DRIFT * rest / (rest + seen)) * left
        doubt = float(np.hypot(np.hypot(steps.deviation * rest, stops.deviation), drift))
        least, more = max(0.0, left - _EARLIER * doubt), _LATER * doubt
        most = left + (float(np.hypot(more, _UNSEEN * left)) if is_unseen else more)
        if is_unseen:
            left *= 1 + _USUAL
        if self.lap is not None and self._is_young(seen):
            least = min(least, _FASTER * left)
        if most > _WIDEST * least + _BRIEF * (took + left):
            return None
        return Forecast(left, least, most, 1 / steps.pace if steps.pace > 0 else 0.0)

    def _is_young(self, seen: float) -> bool:
        """Whether what stops it may be unknown yet."""
        if self.lap is None:
            return seen < _YOUNG * (seen + self.total - self.done)
        return seen <= 1.02 * self.lap


def _without_leap(samples: _Numbers) -> _Numbers:
    """Without what a bar was set forward by when the training was resumed."""
    gaps = np.diff(samples, axis=0)
    paces = gaps[:, 0] / gaps[:, 1]
    return samples[int(np.argmax(paces > _LEAP * np.median(paces))) :]


def _of_steps(done: _Numbers, seconds: _Numbers, total: float, lap: float | None) -> PaceOutlook:
    """How long what is to come takes without stops; epochs may be slow at their ends, so that a
    slope is one only across them."""
    edges = np.linspace(done[0], done[-1], min(_BLOCKS, len(seconds)) + 1)
    spent = np.interp(edges, done, np.concatenate(([0.0], np.cumsum(seconds))))
    places, paces = (edges[1:] + edges[:-1]) / 2, np.diff(spent) / np.diff(edges)
    return pace_outlook(places, paces, float(done[-1] + total) / 2, 2 * (lap or 0.0))
