"""Columns of dots to glyphs: braille, quarter blocks or ASCII.

A cell holds ``down × across`` dots. Its dots are a bit mask: the left column's dots from the top
are the low bits, the right column's the high bits.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.model import MarkStyle

Masks = NDArray[np.uint8]
Rows = NDArray[np.int64]

# Cells in a row that one of several curves in the same cells colours.
_TURN = 2
# With more curves, cells of many colours would be confetti.
_MOST_ALTERNATING = 3
_LINE_LETTERS = "*+xo#@%&abcdefghijklmnpqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KEYS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Which columns of dots a line shows, again and again: solid, dashes, dots, dashes and dots. Two
# columns make a cell of braille.
_PATTERNS = ("1", "11111100", "1000", "111111001100")
PATTERNS = len(_PATTERNS)
_CUES = "━╍┅┉"
GAP = -(1 << 40)
"""The dot row of what is not there."""
_FAR = 1e5  # heights, so that what lies far outside still leads out of the plot


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """How dots are drawn."""

    down: int
    across: int
    """Dots in a cell."""
    glyphs: NDArray[np.str_] | None
    """The glyph of every mask, str[2 ** (down * across)]; None where each curve has a letter of its
    own (:func:`line_letter`)."""
    nan: str
    above: str
    below: str
    """Glyphs for NaN, +Inf, -Inf."""
    over: str
    under: str
    """Glyphs at the edge beyond which values lie."""
    best: str
    """Glyph for the best value."""
    upright: str
    """Glyph of the cursor's line in blank cells."""
    resumed: str
    """Glyph for where a training was resumed."""

    @property
    def ascii(self) -> bool:
        """Whether nothing but ASCII may be drawn."""
        return self.glyphs is None

    @property
    def ellipsis(self) -> str:
        """What stands for the part of a text that was cut."""
        return ".." if self.ascii else "…"

    def cue(self, number: int, pattern: int = 0) -> str:
        """Return the glyph that stands for the line of a curve in the legend."""
        return line_letter(number) if self.ascii else _CUES[pattern % PATTERNS]


def line_letter(number: int) -> str:
    """Return the letter that draws a curve in ASCII."""
    return _LINE_LETTERS[number % len(_LINE_LETTERS)]


def key_letter(number: int) -> str:
    """Return the letter that names a curve where colours do not tell it from all others."""
    return _KEYS[number % len(_KEYS)]


def pattern_columns(pattern: int, columns: int) -> NDArray[np.bool_]:
    """Return which of so many columns of dots a line of a pattern shows."""
    shown = np.array([char == "1" for char in _PATTERNS[pattern % PATTERNS]])
    return np.resize(shown, columns)


def _braille() -> NDArray[np.str_]:
    # Unicode numbers braille dots 1-2-3 and 7 in the left column, 4-5-6 and 8 in the right one.
    order = (0, 1, 2, 6, 3, 4, 5, 7)
    masks = (sum(1 << order[bit] for bit in range(8) if mask >> bit & 1) for mask in range(256))
    return np.array([chr(0x2800 + mask) if mask else " " for mask in masks])


MARKS: dict[MarkStyle, Marks] = {
    "braille": Marks(4, 2, _braille(), *"×↑↓▲▼◆│↺"),
    "hd": Marks(2, 2, np.array(list(" ▘▖▌▝▀▞▛▗▚▄▙▐▜▟█")), *"×↑↓▲▼◆│↺"),
    "ascii": Marks(1, 1, None, *"!',^v$|<"),
}

BAND_LETTER, PAST_LETTER = ":", "."


class Extent(NamedTuple):
    """Dots filled in each column: rows low…high counted from the bottom; low > high is none."""

    low: Rows
    high: Rows


def to_dots(heights: NDArray[np.float64], dots: int) -> Rows:
    """Return the dot rows (from the bottom) of heights, [n]: 0…1 is the plot, NaN gives GAP."""
    with np.errstate(invalid="ignore"):
        rows = np.rint(np.clip(heights, -_FAR, _FAR) * (dots - 1))
    return np.where(np.isnan(rows), GAP, rows).astype(np.int64)


def join(rows: Rows) -> Extent:
    """Return the dots of a line through `rows` (one a column, or GAP), without holes.

    Between two columns, the nearer half of the climb belongs to each.
    """
    low, high = rows.copy(), rows.copy()
    left, right = rows[:-1], rows[1:]
    both = (left > GAP) & (right > GAP)
    middle = (left + right) // 2
    rises, falls = both & (left < right), both & (left > right)
    np.maximum(high[:-1], middle, out=high[:-1], where=rises)
    np.minimum(low[1:], middle + 1, out=low[1:], where=rises)
    np.minimum(low[:-1], middle + 1, out=low[:-1], where=falls)
    np.maximum(high[1:], middle, out=high[1:], where=falls)
    high[rows == GAP] = GAP - 1
    return Extent(low, high)


def enlarge_points(rows: Rows, extent: Extent, dots: int) -> Extent:
    """Make points that have no neighbour to join two dots wide and high, within `dots` alone."""
    here = rows > GAP
    lone = here & ~np.append(here[1:], False) & ~np.append(False, here[:-1])
    alone = np.flatnonzero(lone & (rows >= 0) & (rows < dots))
    partner = np.minimum(alone ^ 1, len(rows) - 1)
    low, high = extent.low.copy(), extent.high.copy()
    for columns in (alone, partner):
        low[columns] = np.maximum(extent.low[alone] - 1, 0)
        high[columns] = np.maximum(extent.high[alone], 1)
    return Extent(low, high)


def fill(extent: Extent, marks: Marks, height: int) -> Masks:
    """Return the masks [height, columns // across] of the dots in an extent, top row first."""
    base = np.arange(height - 1, -1, -1)[:, None] * marks.down
    start = np.clip(extent.low - base, 0, marks.down)
    stop = np.clip(extent.high + 1 - base, 0, marks.down)
    column: Masks = _column_masks(marks.down)[start, stop]
    if marks.across == 1:
        return column
    left, right = column[:, ::2], column[:, 1::2]
    return left | np.left_shift(right, marks.down, dtype=np.uint8)


@lru_cache(maxsize=4)
def _column_masks(down: int) -> Masks:
    """Return the bits, from the top, of dots start…stop-1 counted from the bottom."""
    table = np.zeros((down + 1, down + 1), dtype=np.uint8)
    for start in range(down + 1):
        for stop in range(start, down + 1):
            table[start, stop] = sum(1 << (down - 1 - dot) for dot in range(start, stop))
    return table


POPCOUNT: Masks = np.array([mask.bit_count() for mask in range(256)], dtype=np.uint8)


class Layer:
    """Curves drawn at the same depth: dots add up, and a cell takes the colour with most dots.

    Where a few curves run in the same cells with about equally many dots, their colours
    alternate, so that none disappears under another.
    """

    def __init__(self, height: int, width: int, curves: int) -> None:
        self._alternate = curves <= _MOST_ALTERNATING
        self.masks: Masks = np.zeros((height, width), dtype=np.uint8)
        self.owners: NDArray[np.int64] = np.zeros((height, width), dtype=np.int64)
        self._most: Masks = np.zeros((height, width), dtype=np.uint8)
        self._sharing: NDArray[np.int64] = np.zeros((height, width), dtype=np.int64)
        self._turn = np.arange(width) // _TURN

    def add(self, masks: Masks, owner: int) -> None:
        """Draw the dots of one curve."""
        dots = POPCOUNT[masks]
        if not self._alternate:
            self.owners[dots > self._most] = owner
        else:
            self._take_turns(dots, owner)
        np.maximum(self._most, dots, out=self._most)
        self.masks |= masks

    def _take_turns(self, dots: Masks, owner: int) -> None:
        clearly = dots > 2 * self._most
        shared = (dots > 0) & ~clearly & (2 * dots >= self._most)
        self._sharing[clearly] = 0
        self._sharing[shared] += 1
        takes_turn = self._turn % (self._sharing + 1) == self._sharing
        self.owners[clearly | (shared & takes_turn)] = owner
