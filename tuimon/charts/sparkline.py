"""A series in one line: of block characters, or thin as a line, for lists and small charts."""

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.model import MarkStyle

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=^"
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Of a braille cell, from the bottom up: the left ones, the right ones."""


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
    blocks = _ASCII if ascii_only else _BLOCKS
    levels = _levels(values, cells, len(blocks), limits)
    return "".join(" " if level is None else blocks[level] for level in levels).ljust(cells)


def thin_sparkline(values: NDArray[np.float64], cells: int, marks: MarkStyle) -> str:
    """As `sparkline`, where there is braille as a line of dots, two columns in a cell."""
    if marks != "braille":
        return sparkline(values, cells, ascii_only=marks == "ascii")
    codes = [0] * max(0, cells)
    before = None
    for at, level in enumerate(_levels(values, 2 * cells, len(_DOTS[0]), None)):
        if level is not None:
            start = level if before is None else before
            first, last = sorted((level, start + np.sign(level - start)))
            for dot in _DOTS[at % 2][first : last + 1]:
                codes[at // 2] |= dot
        before = level
    return "".join(chr(0x2800 + code) if code else " " for code in codes)


def _levels(
    values: NDArray[np.float64], count: int, levels: int, limits: tuple[float, float] | None
) -> list[int | None]:
    """Which of so many levels each of at most `count` shares of the values has, as a mean."""
    count = min(len(values), max(0, count))
    if not count:
        return []
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
        return []
    low, high = (shown.min(), shown.max()) if limits is None else np.divide(limits, largest)
    heights = (means - low) / (high - low) if high > low else np.where(counts > 0, 0.5, np.nan)
    return [
        None if np.isnan(height) else min(max(int(height * levels), 0), levels - 1)
        for height in heights
    ]
