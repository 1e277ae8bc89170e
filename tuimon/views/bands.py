"""Percentiles of histograms as bands around the median: TensorBoard's distributions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuimon.views.grid import LEVELS

_BANDS = ((0, 8, 2), (1, 7, 5), (2, 6, 8), (3, 5, 11))
"""Which percentiles a band lies between, and its level of the ramp."""
_MEDIAN = 4


def bands(columns: Sequence[NDArray[np.float64] | None], edges: NDArray[np.float64]) -> np.ndarray:
    """Levels of the ramp [dots from the top, columns].

    Args:
        columns: percentiles [9] of each; None where there is nothing.
        edges: between what values the dots are, from the lowest one up.
    """
    levels = np.zeros((len(edges) - 1, len(columns)), np.int64)
    lower, upper = edges[:-1], edges[1:]
    for index, values in enumerate(columns):
        if values is None:
            continue
        for low, high, level in _BANDS:
            levels[(upper > values[low]) & (lower <= values[high]), index] = level
        # The median is always seen, at an edge where it lies beyond.
        dot = min(max(int(np.searchsorted(edges, values[_MEDIAN], "right")) - 1, 0), len(lower) - 1)
        levels[dot, index] = LEVELS
    return levels[::-1]
