"""The plot inside the frame: bands, then lines in the background, then lines, labels on top."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.marks import (
    BAND_LETTER,
    GAP,
    PAST_LETTER,
    Extent,
    Layer,
    Marks,
    enlarge_points,
    fill,
    join,
    line_letter,
    pattern_columns,
    to_dots,
)
from tuimon.charts.model import Span
from tuimon.charts.roles import Role

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class CurveShape(NamedTuple):
    """A curve over the columns of dots, each array [columns]."""

    role: Role
    """Of its line."""
    band_role: Role
    """Of the range of its raw values."""
    low: Floats
    high: Floats
    """Range of the raw values. Heights 0…1 are inside the plot; NaN is none."""
    line: Floats
    """The line, already joined across empty columns."""
    smoothed: bool
    """The line is not the raw values: their range is a band behind it, or left out."""
    dense: bool
    """There are more points than columns. Raw values are then shown by their range, below the lines
    of other curves."""
    behind: bool = False
    """It is drawn below the lines of other curves."""
    letter: int = 0
    """Number of the letter that draws it in ASCII."""
    pattern: int = 0
    """Of the dashes of its line."""


class Plot:
    """The cells of a plot: a glyph and a role each."""

    def __init__(self, glyphs: NDArray[np.str_], codes: NDArray[np.int64], names: Sequence[Role]):
        """`codes` number the roles in `names`; 0 is a blank cell. Both arrays are [rows, cells]."""
        self._glyphs, self._codes = glyphs, codes
        self._names = list(names)
        self.height: int = glyphs.shape[0]
        self.width: int = glyphs.shape[1]

    def put(self, row: int, cell: int, text: str, role: Role) -> None:
        """Write text, one character a cell, over whatever is there; what is outside is cut."""
        text = text[: max(0, self.width - cell)]
        self._glyphs[row, cell : cell + len(text)] = list(text)
        self._codes[row, cell : cell + len(text)] = self._code(role)

    def mark(self, row: int, cells: Flags, glyph: str, role: Role) -> None:
        """Put a glyph into the flagged cells of a row."""
        self._glyphs[row, cells] = glyph
        self._codes[row, cells] = self._code(role)

    def blank(self, row: int, start: int, stop: int) -> bool:
        """Whether nothing is in the cells from `start` up to `stop`."""
        return not self._codes[row, max(0, start) : stop].any()

    def stand_upright(self, cell: int, glyph: str, role: Role) -> None:
        """Draw an upright line: into blank cells, and behind what others hold."""
        codes = self._codes[:, cell]
        empty = codes == 0
        for code in set(codes[~empty].tolist()):
            codes[codes == code] = self._code(roles.lit(self._names[code]))
        self._glyphs[empty, cell] = glyph
        codes[empty] = self._code(role)

    def rows(self) -> list[list[Span]]:
        """The rows as spans of equal role."""
        return [
            spans(glyphs, codes, self._names)
            for glyphs, codes in zip(self._glyphs, self._codes, strict=True)
        ]

    def _code(self, role: Role) -> int:
        if role not in self._names:
            self._names.append(role)
        return self._names.index(role)


def paint(shapes: Sequence[CurveShape], width: int, height: int, marks: Marks, band: bool) -> Plot:
    """Draw shapes into `width` × `height` cells.

    In a cell that any line crosses only lines show, so that they stand out from what is below.

    Args:
        shapes: the curves.
        width, height: size in cells.
        marks: how dots are drawn.
        band: draw the raw range behind smoothed lines.
    """
    bands, behind, lines = (Layer(height, width, len(shapes)) for _ in range(3))
    for index, shape in enumerate(shapes):
        area, line = _extents(shape, height, marks)
        if shape.smoothed and band:
            bands.add(fill(area, marks, height), index)
        layer = bands if shape.dense and not shape.smoothed else lines
        if shape.behind:
            layer = behind
        layer.add(fill(line, marks, height), index)
    # Codes of who draws a cell: 0 nothing, then each band, each line behind, each line.
    count = len(shapes)
    masks, codes = bands.masks, np.where(bands.masks > 0, 1 + bands.owners, 0)
    for depth, layer in ((1, behind), (2, lines)):
        drawn = layer.masks > 0
        masks = np.where(drawn, layer.masks, masks)
        codes = np.where(drawn, 1 + depth * count + layer.owners, codes)
    names: list[Role] = [
        roles.BLANK,
        *(shape.band_role if shape.smoothed else shape.role for shape in shapes),
        *(shape.role for shape in shapes),
        *(shape.role for shape in shapes),
    ]
    return Plot(_glyphs(masks, codes, shapes, marks), codes, names)


def _extents(shape: CurveShape, height: int, marks: Marks) -> tuple[Extent, Extent]:
    """Return the dots of a shape's range and of its line."""
    dots = height * marks.down
    low, high = to_dots(shape.low, dots), to_dots(shape.high, dots)
    rows = to_dots(shape.line, dots)
    line = join(rows)
    raw = Extent(low, np.where(low == GAP, GAP - 1, high))
    if marks.down > 2:  # a single dot of braille is easily overlooked
        line = enlarge_points(rows, line, dots)
    if not shape.smoothed:
        line = _hull(line, raw)
    if shape.pattern and not marks.ascii and (shape.smoothed or not shape.dense):
        shown = pattern_columns(shape.pattern, len(rows))
        line = Extent(line.low, np.where(shown, line.high, GAP - 1))
    return raw, line


def _hull(one: Extent, other: Extent) -> Extent:
    """Return the dots from the lower to the higher of two extents, either of which may be none."""
    low = np.where(one.low == GAP, other.low, np.minimum(one.low, other.low))
    return Extent(np.where(other.low == GAP, one.low, low), np.maximum(one.high, other.high))


def _glyphs(
    masks: NDArray[np.uint8], codes: NDArray[np.int64], shapes: Sequence[CurveShape], marks: Marks
) -> NDArray[np.str_]:
    if marks.glyphs is not None:
        return marks.glyphs[masks]
    letters = [line_letter(shape.letter) for shape in shapes]
    return np.array([" ", *BAND_LETTER * len(shapes), *PAST_LETTER * len(shapes), *letters])[codes]


def spans(glyphs: NDArray[np.str_], codes: NDArray[np.int64], names: Sequence[Role]) -> list[Span]:
    """Return a row of glyphs as spans of equal role; `codes` number the roles in `names`."""
    text = "".join(glyphs.tolist())
    ends = [*(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist(), len(codes)]
    row = []
    start = 0
    for end in ends:
        row.append(Span(text[start:end], names[int(codes[start])]))
        start = end
    return row
