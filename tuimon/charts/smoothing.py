"""TensorBoard's exponential moving average, vectorised and incremental.

The rule is ``classicSmoothing`` of TensorBoard's
``tensorboard/webapp/widgets/line_chart_v2/data_transformer.ts``: with weight w,

    last = last * w + (1 - w) * y        (starting at 0, over finite values only)
    shown = last / (1 - w ** count)      (the debiasing; no division when w is 1)

Values that are not finite are shown as they are and leave the average untouched. A series whose
values are all equal is shown as it is.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Large enough to amortise numpy's call overhead, small enough for the first-level cache.
_BLOCK = 8192

# Powers of the weight below this vanish: as subnormal numbers they would slow arithmetic tenfold.
_NEGLIGIBLE = 1e-290


def smooth(values: Floats, weight: float) -> Floats:
    """Return the smoothed `values` (float64[n]) at `weight` (clamped to 0…1; NaN counts as 0)."""
    smoothed = Smoothed(weight)
    smoothed.extend(values)
    return smoothed.values


@lru_cache(maxsize=16)
def _powers(weight: float) -> Floats:
    """Return weight ** (1 … _BLOCK)."""
    powers = np.asarray(weight ** np.arange(1, _BLOCK + 1), dtype=np.float64)
    powers[powers < _NEGLIGIBLE] = 0
    return powers


class Smoothed:
    """The smoothed values of a series that grows; extending it costs only the new points."""

    def __init__(self, weight: float) -> None:
        self.weight = min(max(weight, 0.0), 1.0) if weight == weight else 0.0
        self._buffer: Floats = np.empty(0)
        self._size = 0
        self._last = 0.0
        self._finite = 0
        self._first: float | None = None
        self._constant = True

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> Floats:
        """All smoothed values so far, float64[n]; a read-only view that stays valid."""
        view = self._buffer[: self._size]
        view.flags.writeable = False
        return view

    def extend(self, values: NDArray[Any]) -> None:
        """Append raw `values` (numbers, shape [k]) in series order."""
        new: Floats = np.asarray(values, dtype=np.float64)
        if not new.size:
            return
        if self._first is None:
            self._first = float(new[0])
        self._constant = self._constant and bool(np.all(new == self._first))
        self._reserve(new.size)
        target = self._buffer[self._size : self._size + new.size]
        target[:] = new
        finite = np.isfinite(new)
        if finite.all():
            averaged = self._average(new)
        else:
            averaged = target.copy()
            averaged[finite] = self._average(new[finite])
        # The average of equal values is the value, up to rounding: nothing to redo in the past
        # when a series stops being constant.
        if not self._constant:
            target[:] = averaged
        self._size += new.size

    def _average(self, finite: Floats) -> Floats:
        """Return the debiased average after each of `finite`, and carry the state on."""
        averaged = np.empty_like(finite)
        for start in range(0, finite.size, _BLOCK):
            block = finite[start : start + _BLOCK]
            averaged[start : start + _BLOCK] = self._average_block(block)
        return averaged

    def _average_block(self, block: Floats) -> Floats:
        weight, size = self.weight, block.size
        last = block * (1 - weight)
        # Doubling the window: after the pass at `reach`, last[i] is the weighted sum of the
        # 2 * reach values up to i. Unlike a division by powers of the weight it cannot overflow.
        reach = 1
        powers = _powers(weight)[:size]
        while reach < size and (factor := powers[reach - 1]):
            last[reach:] += factor * last[:-reach]
            reach *= 2
        last += self._last * powers
        self._last = float(last[-1])
        if weight != 1 and weight**self._finite > 1e-18:
            last /= 1 - weight**self._finite * powers
        self._finite += size
        return last

    def _reserve(self, extra: int) -> None:
        needed = self._size + extra
        if needed > self._buffer.size:
            grown = np.empty(max(needed, 2 * self._buffer.size))
            grown[: self._size] = self._buffer[: self._size]
            self._buffer = grown
