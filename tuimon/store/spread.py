"""Several runs as one: their values at common positions, what lies in the middle, how far apart.

Positions are steps, or seconds of an axis of time. Numbers are those of numpy and pandas: `std` has
n - 1 in its denominator, as pandas has it (numpy: ``ddof=1``).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Positions = Ints | Floats

SpreadKind = Literal["std", "sem", "ci", "range", "median"]
"""The mean ± the standard deviation, ± its standard error, in its 95 % interval, in the range of
all values; or the median in that range."""
SPREAD_WORDS: Mapping[SpreadKind, str] = {
    "std": "mean ± std",
    "sem": "mean ± standard error",
    "ci": "mean, 95% interval",
    "range": "mean, min to max",
    "median": "median, min to max",
}
SPREADS: tuple[SpreadKind, ...] = get_args(SpreadKind)

_NORMAL = 1.959963984540054
"""97.5 % quantile of the normal distribution."""
_T = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157)
"""Those of Student's t with 1, 2, … degrees of freedom."""


class Spread(NamedTuple):
    """What runs come to at each of n positions; arrays [n]."""

    middle: Floats
    """NaN where no run has a number."""
    low: Floats
    high: Floats
    """How far they spread; NaN where that is not known, as of a single run."""
    runs: Ints
    """How many have a number there."""


def aligned(runs: Sequence[tuple[Positions, Floats]], at: Positions, origin: float = 0.0) -> Floats:
    """Values of runs at common positions, [runs, n]: on a straight line between the two points
    around each.

    NaN before a run's first and behind its last point, and beside a value that is no number. Of
    several values at one position the last counts. Positions ascend, in each run as in `at`; they
    are told apart to 2^53 from `origin`.
    """
    found = np.full((len(runs), len(at)), np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        for row, (x, values) in zip(found, runs, strict=True):
            if len(x):
                row[:] = np.interp(at - origin, x - origin, values, left=np.nan, right=np.nan)
    return found


def spread_of(values: Floats, kind: SpreadKind) -> Spread:
    """What the values of runs, [runs, n], come to; those that are not finite are left out.

    With `std`, `sem` and `ci` two runs at least are needed to tell how far they spread.
    """
    known = np.isfinite(values)
    runs = known.sum(axis=0)
    low = np.min(values, axis=0, where=known, initial=np.inf)
    high = np.max(values, axis=0, where=known, initial=-np.inf)
    low, high = (np.where(runs > 0, each, np.nan) for each in (low, high))
    if kind == "median":
        return Spread(_median(np.where(known, values, np.nan), runs), low, high, runs)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # Divided before they are added: the sum of huge values overflows.
        middle = np.sum(np.where(known, values, 0) / runs, axis=0)
        middle = np.clip(middle, low, high)  # the mean of equals is one of them, whatever is lost
        if kind == "range":
            return Spread(middle, low, high, runs)
        apart = np.where(known, values - middle, 0)
        most = np.abs(apart).max(axis=0, initial=0)
        scaled = apart / np.where(most > 0, most, 1)
        half = most * np.sqrt(np.sum(scaled**2, axis=0) / (runs - 1))
        half = np.where(runs > 1, half * _WIDTHS[kind](runs), np.nan)
        return Spread(middle, middle - half, middle + half, runs)


_WIDTHS: Mapping[SpreadKind, Callable[[Ints], Floats]] = {
    "std": lambda runs: np.ones(len(runs)),
    "sem": lambda runs: 1 / np.sqrt(runs),
    "ci": lambda runs: t_quantile(runs - 1) / np.sqrt(runs),
}
"""By which the standard deviation is multiplied, by how many runs there are."""


def t_quantile(freedom: Ints) -> Floats:
    """97.5 % quantiles of Student's t; NaN without any degree of freedom.

    From ten degrees on by the expansion of Cornish and Fisher (Abramowitz and Stegun, 26.7.5) in
    four terms, which errs by less than 4 in a million.
    """
    z = _NORMAL
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    n = np.maximum(freedom, 1).astype(np.float64)
    expanded = z + sum(term / n**power for power, term in enumerate(terms, 1))
    table = np.array([np.nan, *_T])
    return np.where(freedom < len(table), table[np.clip(freedom, 0, len(_T))], expanded)


def _median(values: Floats, runs: Ints) -> Floats:
    """The medians of what is not NaN."""
    ordered, columns = np.sort(values, axis=0), np.arange(values.shape[1])  # NaN come last
    lower, upper = (ordered[np.maximum(at, 0) // 2, columns] for at in (runs - 1, runs))
    # Halved before they are added, for the same reason.
    return np.asarray(lower / 2 + upper / 2)
