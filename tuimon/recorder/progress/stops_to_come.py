"""What stops the steps of a training: validations and checkpoints, found by the time they take.

A stop comes back as often as it did: behind each epoch, or behind every so many steps. Where the
positions that are told leave open what is between two stops, it is what divides the whole evenly.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_BESIDE = 15
"""So many gaps between positions tell what is usual."""
_LEAST, _SURE = 0.3, 6.0
"""A stop takes so much longer than is usual there, in shares of that and of how it scatters;"""
_LEAST_OF_ALL = 0.004
"""so much of all the time;"""
_LEAST_OF_LONGEST = 0.25
"""and so much of the longest: what is shorter counts among the steps,"""
_LEAST_TOGETHER, _LEAST_AT_FIRST = 0.02, 0.05
"""as do all of them when they take less than this of all the time."""
_OVERDUE, _GONE = 1.2, 3.0
_DUE = 0.9
_EVEN = 0.1
"""What a stop may be away from where it should be, as a share of what is between two."""
_FINEST = 1 / 1024
_SCATTER, _EXPECTED = 0.1, 2
"""Of the time of a stop, as a share: what is expected counts as much as so many that were seen."""
_GROWS = 2.0
"""The first one will last so many times as long as it has, or ends now."""

_Numbers = NDArray[np.float64]


class StopsToCome(NamedTuple):
    """How long those before took, and how many are to come: the one that goes on, too."""

    seconds: _Numbers
    to_come: int = 0
    is_due: bool = False
    """Whether one is to be expected where the training is."""

    @property
    def usual(self) -> float:
        """Seconds of one."""
        return float(np.mean(self.seconds)) if len(self.seconds) else 0.0

    @property
    def deviation(self) -> float:
        """The standard deviation of all of them together, in seconds."""
        seen = len(self.seconds)
        errors = float(np.sum((self.seconds - self.usual) ** 2))
        expected = _EXPECTED * (_SCATTER * self.usual) ** 2
        return self.to_come * float(np.sqrt((errors + expected) / (seen + 1) / max(1, seen)))


def seconds_lost(at: _Numbers, done: _Numbers, *, is_young: bool) -> _Numbers:
    """How much of the time between two positions is a stop; what the start lost is none."""
    gaps, counts = np.diff(at), np.diff(done)
    side = min(_BESIDE, len(gaps)) // 2
    beside = sliding_window_view(np.pad(gaps / counts, side, mode="reflect"), 2 * side + 1)
    paces = np.median(beside, axis=1)
    usual, scatter = paces * counts, np.median(np.abs(beside - paces[:, None]), axis=1) * counts
    more, took = gaps - usual, at[-1] - at[0]
    least = np.maximum(_LEAST * usual, _SURE * scatter)
    lost = np.where(more > np.maximum(least, _LEAST_OF_ALL * took), more, 0.0)
    recent = lost[len(lost) // 2 :]
    longest = np.max(recent if np.any(recent) else lost[1:], initial=0.0)
    lost[lost < _LEAST_OF_LONGEST * longest] = 0.0
    if np.sum(lost[1:]) < (_LEAST_AT_FIRST if is_young else _LEAST_TOGETHER) * took:
        lost[1:] = 0.0
    return lost


def stops_to_come(done: _Numbers, lost: _Numbers, total: float, lap: float | None) -> StopsToCome:
    """Of the stops of the recent half, or of the newest that may come again."""
    found = 1 + np.flatnonzero(lost[1:])
    recent = found[done[found] >= (done[0] + done[-1]) / 2]
    recent = recent if len(recent) > 1 else found[-2:]
    if not len(recent):
        return StopsToCome(lost[recent])
    every = _between(done[recent], done[recent + 1], done[0], total, lap)
    last, newest = float(done[recent[-1]]), float(done[-1])
    if len(found) == 2:  # by chance they may have been close together
        every = max(every, (1 - _EVEN) * (last - float(done[0])) / 2)
    if newest - last > _GONE * every:
        return StopsToCome(lost[:0])
    if newest - last > _OVERDUE * every:
        every = (newest - float(done[recent[0]])) / len(recent)
    count = int((total - last) / every + _EVEN)
    return StopsToCome(lost[recent], count, newest >= last + _DUE * every)


def first_stop(done: _Numbers, wait: float, total: float, lap: float | None) -> StopsToCome:
    """If what it has been waiting for is the first one, which comes back at the same distance."""
    every = _between(done[-1:], done[-1:], done[0], total, lap)
    count = 1 + int((total - done[-1]) / every + _EVEN)
    return StopsToCome(np.array([wait, _GROWS * wait]), count, is_due=True)


def _between(
    after: _Numbers, before: _Numbers, begin: float, total: float, lap: float | None
) -> float:
    """What is done from a stop to the next; each came `after` so much, and `before` so much more
    was done."""
    first = float(after[0])
    if len(after) > 1:
        every = float(after[-1] - first) / (len(after) - 1)
    elif lap is not None:  # not behind the epochs that had none
        every = lap * max(1, math.ceil((first - begin) / lap - _EVEN))
    else:
        every = first if begin < _EVEN * first else first - begin
    every = max(every, _FINEST * total)
    counts = np.maximum(1.0, np.round(before / every))
    least, most = float(np.max(after / counts)), float(np.min(before / counts))
    if least > most:
        return every  # they are not counted from the beginning
    whole = total / max(1.0, round(2 * total / (least + most)))
    return next((one for one in (lap, whole) if one and least <= one <= most), most)
