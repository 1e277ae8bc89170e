"""When a training will be done, from when it was where: pure, and in seconds that it worked.

Time is steps and what stops them: validations, checkpoints. Both are taken from the recent half of
what was seen. A stop comes back as often as it did; until it was seen once, nobody knows it.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import linear_regression, mean, median
from typing import NamedTuple

_MOST_SAMPLES = 1024
_FINEST = 1 / _MOST_SAMPLES
_FEWEST, _FEW = 3, 6
"""Samples before which nothing is told, and before which a range is."""
_LEAST_SECONDS = 2.0
_LEAST_SHARE = 0.01
_LONG_STOP = 3.0
"""A stop takes so many times as long as the steps beside it,"""
_STOP_SHARE = 0.004
"""and so much of all the time."""
_UNSEEN = 1.5
"""What the rest may take if what ends an epoch was not seen yet."""
_YOUNG = 0.1
_UNSURE = 0.2
_OVERDUE = 1.2
_LATE = 3.0
_BLOCKS, _FEWEST_BLOCKS = 16, 6
_MOST_CHANGE = 3.0
"""The rest may be so many times as slow, or as fast."""


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


class _Halt(NamedTuple):
    done: float
    seconds: float


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
        samples = self.samples
        if len(samples) < _FEWEST or now < samples[-1].at:
            return None
        first, last = samples[0], samples[-1]
        seen, took = last.done - first.done, last.at - first.at
        if took < _LEAST_SECONDS or seen < _LEAST_SHARE * self.total:
            return None
        recent = self._recent()
        step = _median_pace(recent)
        stops = self._stops(step, took)
        used = [one for one in stops if one.done >= recent[0].done]
        lost = sum(one.seconds for one in used)
        step = (last.at - recent[0].at - lost) / (last.done - recent[0].done)
        rest = max(0.0, self.total - last.done)
        every = self._every(used if len(used) > 1 else stops[-2:])
        if not used and stops and last.done - stops[-1].done < _OVERDUE * every:
            used = stops[-1:]  # the next one is to come
        stop = sum(one.seconds for one in used) / max(1, len(used))
        to_come = math.floor((self.total - used[-1].done) / every + 0.02) if used else 0
        centre = (recent[0].done + last.done) / 2
        slower = self._slope(stops) * ((last.done + self.total) / 2 - centre)
        seconds = min(max(step + slower, step / _MOST_CHANGE), step * _MOST_CHANGE) * rest
        seconds += stop * to_come
        wait, patience = now - last.at, self._patience(recent, used, every)
        if wait > _LATE * patience + 30.0:
            return None
        left = max(0.0, seconds - min(wait, patience))
        spread = max(_spread(recent, used), _UNSURE if len(samples) < _FEW else 0.0)
        is_young = seen < _YOUNG * self.total
        is_unseen = not used and (is_young if self.lap is None else seen <= 1.02 * self.lap)
        most = left * (_UNSEEN if is_unseen else 1 + spread)
        return Forecast(left, left * (1 - spread), most, 1 / step if step > 0 else 0.0)

    def _slope(self, stops: Sequence[_Halt]) -> float:
        """By how much the pace, in seconds for what is counted, grows with it: as far as that is
        sure, as where sequences get longer. The first block may be a start."""
        blocks = _blocks(self.samples, stops, _BLOCKS)[1:]
        if len(blocks) < _FEWEST_BLOCKS:
            return 0.0
        xs, ys = zip(*blocks, strict=True)
        fit = linear_regression(xs, ys)
        spread = sum((x - mean(xs)) ** 2 for x in xs)
        errors = sum((y - fit.intercept - fit.slope * x) ** 2 for x, y in blocks)
        unsure = 9 * errors / (len(blocks) - 2) / spread
        return fit.slope * max(0.0, 1 - unsure / fit.slope**2) if fit.slope else 0.0

    def _recent(self) -> list[Sample]:
        """The recent half of what was done."""
        samples = self.samples
        middle = (samples[0].done + samples[-1].done) / 2
        begin = next(at for at, one in enumerate(samples) if one.done >= middle)
        return samples[max(0, min(begin, len(samples) - _FEWEST)) :]

    def _stops(self, step: float, took: float) -> list[_Halt]:
        """What took much longer than its steps; the start is none."""
        stops = []
        for before, after in list(pairwise(self.samples))[1:]:
            usual = step * (after.done - before.done)
            more = after.at - before.at - usual
            if more > max(_LONG_STOP * usual, _STOP_SHARE * took):
                stops.append(_Halt(before.done, more))
        return stops

    def _every(self, stops: Sequence[_Halt]) -> float:
        """What is done from a stop to the next."""
        if len(stops) > 1:
            return max((stops[-1].done - stops[0].done) / (len(stops) - 1), _FINEST * self.total)
        if self.lap is not None or not stops:
            return self.lap or self.total
        return max(stops[0].done - self.samples[0].done, _FINEST * self.total)

    def _patience(self, recent: Sequence[Sample], stops: Sequence[_Halt], every: float) -> float:
        """How long the next sample may take to come before the rest takes longer for it."""
        usual = max(1.0, median(b.at - a.at for a, b in pairwise(recent)))
        if stops and self.done >= stops[-1].done + 0.9 * every:
            return usual + stops[-1].seconds
        return usual


def _median_pace(samples: Sequence[Sample]) -> float:
    """Seconds for what is counted: half of all is done faster."""
    paces = sorted(
        ((b.at - a.at) / (b.done - a.done), b.done - a.done) for a, b in pairwise(samples)
    )
    half = sum(done for _, done in paces) / 2
    for pace, done in paces:
        half -= done
        if half <= 0:
            return pace
    return paces[-1][0]


def _blocks(
    samples: Sequence[Sample], stops: Sequence[_Halt], most: int
) -> list[tuple[float, float]]:
    """Middle and pace of parts of what was done, without what stopped it."""
    held = {one.done: one.seconds for one in stops}
    size = max(1, -(-(len(samples) - 1) // most))
    blocks = []
    for begin in range(0, len(samples) - 1, size):
        part = samples[begin : begin + size + 1]
        took = part[-1].at - part[0].at - sum(held.get(one.done, 0.0) for one in part[:-1])
        done = part[-1].done - part[0].done
        blocks.append(((part[0].done + part[-1].done) / 2, took / done))
    return blocks


def _spread(samples: Sequence[Sample], stops: Sequence[_Halt]) -> float:
    """By what share the rest may be wrong: how much the quarters of these differ."""
    paces = [pace for _, pace in _blocks(samples, stops, 4)]
    usual = mean(paces)
    return 0.0 if usual <= 0 else min(0.9, (max(paces) - min(paces)) / usual / 4)
