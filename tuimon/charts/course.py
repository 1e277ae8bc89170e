"""A course in one row: a thin line of braille dots, for lists."""

import math
from collections.abc import Sequence
from itertools import pairwise

_LEVELS = 4
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Of the left and the right column of a cell, from the lowest up (Unicode, braille patterns)."""
_ASCII = "_.-^"
_DECADE = 10.0


def course(values: Sequence[float], cells: int, *, ascii_only: bool = False) -> str:
    """Draw values by index in exactly `cells` cells, from edge to edge; NaN leaves gaps.

    The lowest is at the bottom, the highest at the top. Positive values over more than a decade
    are drawn by their logarithms, so that what falls like a loss is no corner.
    """
    columns = max(0, cells) * (1 if ascii_only else 2)
    finite = [value for value in values if math.isfinite(value)]
    if not finite or not columns:
        return " " * max(0, cells)
    is_steep = min(finite) > 0 and max(finite) / min(finite) > _DECADE
    scale = math.log if is_steep else float
    values = [scale(value) if math.isfinite(value) else math.nan for value in values]
    finite = [value for value in values if not math.isnan(value)]
    levels = _levels(_spread(values, columns), min(finite), max(finite))
    if ascii_only:
        return "".join(" " if level is None else _ASCII[level] for level in levels)
    dots = [0] * columns
    for column, level in enumerate(levels):
        if level is not None:
            dots[column] |= _DOTS[column % 2][level]
    for column, (before, level) in enumerate(pairwise(levels), 1):
        if before is not None and level is not None:
            step = 1 if level > before else -1
            for between in range(before + step, level, step):
                dots[column] |= _DOTS[column % 2][between]
    return "".join(
        chr(0x2800 | left | right) if left | right else " "
        for left, right in zip(dots[::2], dots[1::2], strict=True)
    )


def _spread(values: Sequence[float], columns: int) -> list[float]:
    """A value for each column: means of those that share one, else between neighbours."""
    count = len(values)
    if count < columns:
        places = [at * (count - 1) / max(1, columns - 1) for at in range(columns)]
        return [
            _between(values[int(place)], values[math.ceil(place)], place % 1) for place in places
        ]
    cuts = [at * count // columns for at in range(columns + 1)]
    return [_mean(values[start:end]) for start, end in pairwise(cuts)]


def _between(value: float, after: float, share: float) -> float:
    return value * (1 - share) + after * share if share else value


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(value / len(known) for value in known) if known else math.nan


def _levels(values: Sequence[float], low: float, high: float) -> list[int | None]:
    half, span = (_LEVELS - 1) / 2, high / 2 - low / 2  # halves: neither overflows
    return [
        None
        if math.isnan(value)
        else round(half)
        if not span
        else min(max(round((value / 2 - low / 2) / span * (_LEVELS - 1)), 0), _LEVELS - 1)
        for value in values
    ]
