"""What the levels of a ramp stand for: the ramp from its lowest level to its highest, labelled."""

import math
from collections.abc import Sequence

from tuimon.charts import roles
from tuimon.text import format_value
from tuimon.views.grid import LEVELS
from tuimon.views.layout import Piece

_CELLS = 8
"""Of a ramp, all pieces together."""


def colour_bar(
    labels: Sequence[str], ramp: str | None, levels: tuple[int, int] = (1, LEVELS)
) -> list[Piece]:
    """The ramp between its first and its last label; others stand where they belong.

    `ramp` are characters from nothing to all, or None for colours; `levels` are those at the ends.
    """
    lowest, highest = levels
    pieces: list[Piece] = [(f"{labels[0]} ", roles.NOTE)]
    each = max(1, _CELLS // (len(labels) - 1))
    cells = each * (len(labels) - 1)
    for index, label in enumerate(labels[1:]):
        for cell in range(index * each, (index + 1) * each):
            level = lowest + round((highest - lowest) * cell / (cells - 1))
            pieces.append((_cell(level, ramp), roles.LEGEND if ramp else roles.heat(level, 0)))
        pieces.append((f" {label}" if index == len(labels) - 2 else f" {label} ", roles.NOTE))
    return pieces


def _cell(level: int, ramp: str | None) -> str:
    return ramp[math.ceil(level * (len(ramp) - 1) / LEVELS)] if ramp else "█"


def bars_of_shares(densest: float, ramp: str | None) -> list[list[Piece]]:
    """The bars, the longest first, of a heatmap whose highest level is a share of the values in a
    dot, from 0 to 1.

    Levels are roots of shares: the middle one is a quarter.
    """
    quarter, most = (format_value(float(f"{100 * share:.2g}")) for share in (densest / 4, densest))
    long = colour_bar(["0", quarter, f"{most}% of values"], ramp)
    return [long, colour_bar(["0", f"{most}%"], ramp)]


def bar_of_bands(shares: Sequence[tuple[str, int]], ramp: str | None) -> list[Piece]:
    """What is within each band, and the level that it is drawn in."""
    pieces: list[Piece] = []
    for text, level in shares:
        gap = " " if pieces else ""
        pieces.append((f"{gap}{text} ", roles.NOTE))
        pieces.append((_cell(level, ramp), roles.LEGEND if ramp else roles.heat(level, 0)))
    return pieces
