"""Dots of braille: lines and points, each with a role, the last one drawn owning its cell.

And the thresholds by which brightness becomes dots.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import spans
from tuimon.charts.marks import MARKS
from tuimon.charts.model import Span
from tuimon.charts.roles import Role

Floats = NDArray[np.float64]
# Bits of the dots of a braille cell (Unicode, Braille Patterns).
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
# Ordered dither of 4 x 4 (Bayer 1973, "An optimum method for two-level rendition").
_ORDER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])


class DotCanvas:
    """A canvas of cells. Coordinates count dots from the left and from the top."""

    def __init__(self, width: int, height: int, *, ascii_only: bool) -> None:
        """`width` and `height` in cells."""
        self._marks = MARKS["ascii" if ascii_only else "braille"]
        self.across, self.down = self._marks.across, self._marks.down
        """Dots in a cell."""
        self.columns, self.rows = width * self.across, height * self.down
        """Dots of the canvas."""
        self._set = np.zeros((self.rows, self.columns), np.bool_)
        self._codes = np.zeros((height, width), np.int64)
        self._names: list[Role] = [roles.BLANK]
        self._signs: dict[tuple[int, int], str] = {}

    def line(self, x0: float, y0: float, x1: float, y1: float, role: Role) -> None:
        """A straight line between two dots."""
        count = int(max(abs(x1 - x0), abs(y1 - y0))) + 1
        self.points(np.linspace(x0, x1, count), np.linspace(y0, y1, count), role)

    def points(self, x: Floats, y: Floats, role: Role) -> None:
        """Dots; those outside the canvas and those that are no numbers are left out."""
        with np.errstate(invalid="ignore"):
            inside = (x > -0.5) & (x < self.columns - 0.5) & (y > -0.5) & (y < self.rows - 0.5)
        column, row = np.rint(x[inside]).astype(np.int64), np.rint(y[inside]).astype(np.int64)
        down, across = row // self.down, column // self.across
        code = self._code(role)
        # Another line's dots in the cell would look like dots of this one.
        other = self._codes[down, across] != code
        for cell_row, cell in set(zip(down[other].tolist(), across[other].tolist(), strict=True)):
            self._set[
                cell_row * self.down : (cell_row + 1) * self.down,
                cell * self.across : (cell + 1) * self.across,
            ] = False
            self._signs.pop((cell_row, cell), None)
        self._set[row, column] = True
        self._codes[down, across] = code

    def sign(self, x: float, y: float, sign: str, role: Role) -> None:
        """A character in the cell of a dot, over what is there."""
        row, cell = round(y) // self.down, round(x) // self.across
        if 0 <= row < self._codes.shape[0] and 0 <= cell < self._codes.shape[1]:
            self._signs[row, cell] = sign
            self._codes[row, cell] = self._code(role)

    def lines(self) -> list[list[Span]]:
        """The canvas as rows of spans."""
        height, width = self._codes.shape
        grid = self._set.reshape(height, self.down, width, self.across)
        if self._marks.ascii:
            glyphs = np.where(grid.any(axis=(1, 3)), ".", " ").astype("<U1")
        else:
            masks = (grid * _BITS[None, :, None, :]).sum(axis=(1, 3))
            glyphs = np.array([chr(0x2800 + mask) for mask in range(256)])[masks]
            glyphs[masks == 0] = " "
        for (row, cell), sign in self._signs.items():
            glyphs[row, cell] = sign
        return [
            spans(line, codes, self._names) for line, codes in zip(glyphs, self._codes, strict=True)
        ]

    def _code(self, role: Role) -> int:
        if role not in self._names:
            self._names.append(role)
        return self._names.index(role)


def thresholds(rows: int, columns: int) -> NDArray[np.float64]:
    """Above which brightness, 0 … 1, each dot is there [rows, columns]."""
    tiled = np.tile(_ORDER, (-(-rows // 4), -(-columns // 4)))
    found: NDArray[np.float64] = (tiled[:rows, :columns] + 0.5) / _ORDER.size
    return found
