"""Shades where dots are there or not: the brighter a place, the more of its dots are there."""

import numpy as np
from numpy.typing import NDArray

# Ordered dither of 4 x 4 (Bayer 1973, "An optimum method for two-level rendition").
_ORDER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])


def thresholds(rows: int, columns: int) -> NDArray[np.float64]:
    """Above which brightness, 0 … 1, each dot is there [rows, columns]."""
    tiled = np.tile(_ORDER, (-(-rows // 4), -(-columns // 4)))
    found: NDArray[np.float64] = (tiled[:rows, :columns] + 0.5) / _ORDER.size
    return found
