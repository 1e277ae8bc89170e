"""Where the best value of a series is."""

import numpy as np
from numpy.typing import NDArray

from tuimon.metrics import Best


def index_of_best(values: NDArray[np.float64], best: Best) -> int | None:
    """Return where the first of the best finite values is; None where none is finite."""
    worst = np.inf if best == "min" else -np.inf
    if not len(values):
        return None
    compared = np.where(np.isfinite(values), values, worst)
    index = int(np.argmin(compared) if best == "min" else np.argmax(compared))
    return index if np.isfinite(values[index]) else None
