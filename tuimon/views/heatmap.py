"""Histograms of a tag as a heatmap: value upwards, steps to the right, the denser the brighter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuimon.views.buckets import Cumulated
from tuimon.views.grid import LEVELS


def heat(columns: Sequence[Cumulated | None], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Levels of the ramp [dots from the top, columns]; √ of the share of the values in a dot.

    Args:
        columns: None, or without buckets, where there is nothing.
        edges: between what values the dots are, from the lowest one up.
    """
    shares = np.zeros((len(edges) - 1, len(columns)))
    for index, one in enumerate(columns):
        if one is None or not len(one.edges):
            continue
        below = np.interp(edges, one.edges, one.shares)
        below[0], below[-1] = 0.0, 1.0  # what lies beyond stands at the edge
        shares[::-1, index] = np.diff(below)
    # The densest dot of a usual column is the brightest; columns that are denser do not outshine.
    peaks = shares.max(axis=0)
    reference = float(np.median(peaks[peaks > 0])) if (peaks > 0).any() else 1.0
    bright: NDArray[np.float64] = np.sqrt(np.minimum(shares / reference, 1.0))
    return np.ceil(bright * LEVELS).astype(np.int64)
