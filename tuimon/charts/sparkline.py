"""A series in one line of block characters, for lists and for charts without room."""

import numpy as np
from numpy.typing import NDArray

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=^"


def sparkline(
    values: NDArray[np.float64],
    cells: int,
    ascii_only: bool = False,
    limits: tuple[float, float] | None = None,
) -> str:
    """Return the newest course of `values` (float64[n], by index) in exactly `cells` cells.

    Each cell is the mean of its share of the points; cells without a finite value are blank. A
    series shorter than `cells` stands on the left. `limits` are the values of the lowest and the
    highest block, by default those of the course itself.
    """
    cells = max(0, cells)
    blocks = _ASCII if ascii_only else _BLOCKS
    count = min(len(values), cells)
    if not count:
        return " " * cells
    starts = np.arange(count) * len(values) // count
    finite = np.isfinite(values)
    counts = np.add.reduceat(finite, starts, dtype=np.int64)
    # Scaled beforehand: neither sums nor differences of the largest floats may overflow.
    sizes = (float(np.abs(values[finite]).max(initial=0.0)), *map(abs, limits or ()))
    largest = max(*sizes, 1e-300)
    scaled = np.where(finite, values, 0.0) / largest
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.add.reduceat(scaled, starts) / counts
    shown = means[counts > 0]
    if not len(shown):
        return " " * cells
    low, high = (shown.min(), shown.max()) if limits is None else np.divide(limits, largest)
    heights = (means - low) / (high - low) if high > low else np.where(counts > 0, 0.5, np.nan)
    return "".join(
        " " if np.isnan(height) else blocks[min(max(int(height * len(blocks)), 0), len(blocks) - 1)]
        for height in heights
    ).ljust(cells)
