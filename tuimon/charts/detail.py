"""What drawing a growing series finds out about its points, kept from one drawing to the next."""

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.smoothing import Smoother
from tuimon.metrics import Best
from tuimon.store.lod import ColumnExtremes, Edges, LevelOfDetail

Floats = NDArray[np.float64]
T = TypeVar("T")


def index_of_best(values: NDArray[np.float64], best: Best) -> int | None:
    """Return where the first of the best finite values is; None where none is finite."""
    worst = np.inf if best == "min" else -np.inf
    if not len(values):
        return None
    compared = np.where(np.isfinite(values), values, worst)
    index = int(np.argmin(compared) if best == "min" else np.argmax(compared))
    return index if np.isfinite(values[index]) else None


class ResultCache(Generic[T]):
    """The newest result of a computation, and what it depends on."""

    def __init__(self) -> None:
        self._kept: tuple[object, T | None] = (None, None)

    def get(self, key: object) -> T | None:
        """What was kept last, if it was under this key."""
        known, made = self._kept
        return made if known == key else None

    def put(self, key: object, made: T) -> None:
        """Keep a result in the place of the one before."""
        self._kept = key, made


class DrawingCache:
    """Makes drawing a series cost its new points and the columns, not all of its points.

    Every array handed in is that of the whole series and begins with the one of the last call.
    """

    def __init__(self) -> None:
        self.bins = ResultCache[Any]()
        """The columns of its last drawing."""
        self.beyond = ResultCache[Any]()
        """How many of its values lie beyond the limits of y."""
        self.smoothed = ResultCache[Floats]()
        """Its smoothed values, if it is not long."""
        self._levels = LevelOfDetail()
        self._smoothed: Smoother | None = None
        self._ascending: dict[str, int] = {}
        self._best: dict[Best, tuple[int, int | None]] = {}

    def extremes(self, values: Floats, edges: Edges) -> ColumnExtremes:
        """What the values between indices `edges` [columns + 1] come to."""
        self._levels.extend(values)
        return self._levels.column_extremes(values, edges)

    def smoothed_totals(self, values: Floats, edges: Edges, weight: float) -> Floats | None:
        """Sums of the finite smoothed values in each column; None if they are as the raw ones."""
        smoothed = self._smoothed_by(weight, values)
        return None if smoothed.constant else smoothed.totals(values, edges)

    def smoothed_at(self, values: Floats, index: int, weight: float) -> float:
        """The smoothed value at an index."""
        smoothed = self._smoothed_by(weight, values)
        shown = values if smoothed.constant else smoothed.values(values, index, index + 1)
        return float(shown[index if smoothed.constant else 0])

    def best(self, values: Floats, best: Best) -> int | None:
        """Where the first of the best finite values is; None where none is finite."""
        known, index = self._best.get(best, (0, None))
        newer = index_of_best(values[known:], best)
        if newer is not None:
            newer += known
            better = index is None or (
                values[newer] < values[index] if best == "min" else values[newer] > values[index]
            )
            index = newer if better else index
        self._best[best] = len(values), index
        return index

    def _smoothed_by(self, weight: float, values: Floats) -> Smoother:
        smoothed = self._smoothed
        if smoothed is None or smoothed.weight != weight:
            smoothed = self._smoothed = Smoother(weight)
        smoothed.extend(values)
        return smoothed

    def ascends(self, axis: str, x: NDArray[np.int64] | Floats) -> bool:
        """Whether the positions along an axis ascend; False with any NaN but a lone one."""
        known = self._ascending.get(axis, 1)
        if known:
            ascends = bool(np.all(x[known:] >= x[known - 1 : -1]))
            self._ascending[axis] = max(len(x), 1) if ascends else 0
        return bool(self._ascending[axis])
