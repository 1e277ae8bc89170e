"""What pace is to come, from what it was: it stays, it goes on to change, or it has just changed.

How the newest regime began and whether the pace has a slope in it is not decided: each possibility
counts as much as it explains what was seen (Bayesian model averaging, with the Schwarz criterion
for the evidence). Regimes before it are those of optimal partitioning, Jackson et al. 2005,
doi:10.1109/LSP.2001.838216.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FEWEST, _FEWEST_OF_SLOPE = 3, 6
"""Blocks of a regime, and of one whose slope is believed."""
_NOISE, _EXPECTED = 0.1, 3
"""Of a block, as a share: what is expected counts as much as so many that were seen."""
_ALIKE = 2.0
"""So many neighbours tell as much as one: what slows a block slows the next, too."""
_UNSTEADY = 0.35
"""What has changed will change again, by so much of it."""
_MOST_CHANGE = 4.0
"""The pace to come may be so many times as slow, or as fast, as the newest."""
_GOES_ON = 0.75
"""How likely it is that a slope goes on to the end, rather than ends here."""
_TINY = 1e-12

_Numbers = NDArray[np.float64]


class PaceOutlook(NamedTuple):
    """Seconds for what is counted, in the mean of what is to come; and its standard deviation."""

    pace: float
    deviation: float


def pace_outlook(
    places: _Numbers, paces: _Numbers, middle: float, shortest: float = 0.0
) -> PaceOutlook:
    """Of blocks of equal size: their middles, their paces, and the middle of what is to come.

    A slope is believed that was seen over more than the `shortest`.
    """
    usual = max(float(np.mean(paces)), _TINY)
    xs, ys = places - middle, paces / usual
    noise = _noise(ys) * _ALIKE
    begins = np.arange(max(1, len(ys) - _FEWEST + 1))
    x, y, xx, xy, yy = (
        np.cumsum(one[::-1])[::-1][begins] for one in (xs, ys, xs * xs, xs * ys, ys * ys)
    )
    count = len(ys) - begins
    mean_x, mean_y = x / count, y / count
    spread = np.maximum(xx - x * mean_x, _TINY)
    slopes = (xy - x * mean_y) / spread
    constant = _regimes_before(ys, noise)[begins] + (yy - y * mean_y) / noise
    sloped = constant - slopes**2 * spread / noise + 2 * np.log(len(ys))
    sloped[(count < _FEWEST_OF_SLOPE) | (places[-1] - places[begins] < shortest)] = np.inf
    newest = float(np.mean(ys[-_FEWEST:]))
    ends = np.clip(mean_y - slopes * mean_x, newest / _MOST_CHANGE, newest * _MOST_CHANGE)
    stays = mean_y + slopes * (xs[-1] - mean_x)
    means = np.concatenate((mean_y, ends, stays))
    costs = np.concatenate(
        (constant, sloped - 2 * np.log(_GOES_ON), sloped - 2 * np.log(1 - _GOES_ON))
    )
    unsure = 1 / count + mean_x**2 / spread
    variances = noise * np.concatenate((1 / count, unsure, unsure))
    weights = np.exp((costs.min() - costs) / 2)
    weights /= weights.sum()
    mean = float(weights @ means)
    variance = float(weights @ (variances + (means - mean) ** 2))
    variance += _UNSTEADY**2 * _changes(ys, noise)
    return PaceOutlook(mean * usual, variance**0.5 * usual)


def _noise(ys: _Numbers) -> float:
    """The variance of a block, by how neighbours differ: what changes slowly is none."""
    if len(ys) < 2:
        return _NOISE**2
    steps = np.diff(ys)
    usual = min(np.mean(steps**2) / 2, (np.median(np.abs(steps)) / 0.954) ** 2 * 2)
    return float(_EXPECTED * _NOISE**2 + len(steps) * usual) / (_EXPECTED + len(steps))


def _regimes_before(ys: _Numbers, noise: float) -> _Numbers:
    """The least cost of all before each block, in regimes of one pace each."""
    sums, squares = (np.concatenate(([0.0], np.cumsum(one))) for one in (ys, ys * ys))
    best, penalty = np.zeros(len(ys) + 1), 2 * np.log(len(ys) + 1.0)
    for end in range(1, len(ys) + 1):
        part = sums[end] - sums[:end]
        errors = squares[end] - squares[:end] - part**2 / np.arange(end, 0, -1)
        best[end] = np.min(best[:end] + errors / noise) + penalty
    return best


def _changes(ys: _Numbers, noise: float) -> float:
    """The variance of paces that is more than noise; without a slow start."""
    usual = float(np.median(np.abs(ys - np.median(ys)))) / 0.6745
    return max(0.0, usual**2 - noise)
