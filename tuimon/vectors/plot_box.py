"""Where the plot of a vector drawing is, and where in it values are."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class PlotBox(NamedTuple):
    """Where the plot is, and the limits of what it shows."""

    left: float
    top: float
    right: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]

    def place_x(self, at: float) -> float:
        low, high = self.x
        return self.left + (at - low) / (high - low) * (self.right - self.left)

    def place_y(self, value: float) -> float:
        low, high = self.y
        share = (min(max(value, low), high) - low) / (high - low)
        return self.bottom - share * (self.bottom - self.top)

    def columns(self, count: int) -> NDArray[np.float64]:
        """The middles of so many columns."""
        return self.left + (self.right - self.left) * (np.arange(count) + 0.5) / count

    def heights(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where values are, at the edge where they lie beyond; NaN stays."""
        low, high = self.y
        with np.errstate(over="ignore"):
            share = (np.clip(values, low, high) - low) / (high - low)
        heights: NDArray[np.float64] = self.bottom - share * (self.bottom - self.top)
        return heights
