"""The plot inside the frame: bands, then superseded lines, then lines, marks on top."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.marks import (
    BAND_LETTER,
    PAST_LETTER,
    Extent,
    Layer,
    Marks,
    enlarge_points,
    fill,
    join,
    line_letter,
    to_dots,
)
from tuimon.charts.model import Span

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Shape(NamedTuple):
    """A curve over the columns of dots, each array [columns], heights 0…1 or NaN for none.

    Attributes:
        colour: number of its colour role.
        low, high: range of the raw values.
        line: the line, already joined across empty columns.
        smoothed: the line is not the raw values: their range is a band behind it, or left out.
        dense: there are more points than columns. Raw values are then shown by their range, below
            the lines of other curves.
        past: the line shows superseded points.
        faded: other curves stand out before it.
    """

    colour: int
    low: Floats
    high: Floats
    line: Floats
    smoothed: bool
    dense: bool
    past: bool = False
    faded: bool = False


def paint(
    shapes: Sequence[Shape], above: Flags, below: Flags, height: int, marks: Marks, band: bool
) -> list[list[Span]]:
    """Draw shapes into `height` rows of spans.

    In a cell that any line crosses only lines show, so that they stand out from what is below.

    Args:
        shapes: the curves.
        above, below: cells [width] with a mark at the upper, lower edge.
        height: rows of cells.
        marks: how dots are drawn.
        band: draw the raw range behind smoothed lines.
    """
    width = len(above)
    bands, past, lines = (Layer(height, width, len(shapes)) for _ in range(3))
    for index, shape in enumerate(shapes):
        area, line = _extents(shape, height, marks)
        if shape.smoothed and band:
            bands.add(fill(area, marks, height), index)
        layer = bands if shape.dense and not shape.smoothed else lines
        if shape.past or shape.faded:
            layer = past
        layer.add(fill(line, marks, height), index)
    # Codes of who draws a cell: 0 nothing, then each band, each superseded line, each line, and
    # the marks.
    count = len(shapes)
    masks, codes = bands.masks, np.where(bands.masks > 0, 1 + bands.owners, 0)
    for depth, layer in ((1, past), (2, lines)):
        drawn = layer.masks > 0
        masks = np.where(drawn, layer.masks, masks)
        codes = np.where(drawn, 1 + depth * count + layer.owners, codes)
    glyphs = _glyphs(masks, codes, shapes, marks)
    for row, flags, glyph in ((0, above, marks.above), (-1, below, marks.below)):
        glyphs[row, flags] = glyph
        codes[row, flags] = 1 + 3 * count
    names = [
        roles.BLANK,
        *((roles.band if shape.smoothed else roles.curve)(shape.colour) for shape in shapes),
        *(roles.FADED if shape.faded else roles.past(shape.colour) for shape in shapes),
        *(roles.curve(shape.colour) for shape in shapes),
        roles.MARK,
    ]
    return [spans(row, code, names) for row, code in zip(glyphs, codes, strict=True)]


def _extents(shape: Shape, height: int, marks: Marks) -> tuple[Extent, Extent]:
    """Return the dots of a shape's range and of its line."""
    dots = height * marks.down
    low, high = to_dots(shape.low, dots), to_dots(shape.high, dots)
    rows = to_dots(shape.line, dots)
    line = join(rows)
    missing = low < 0
    raw = Extent(low, np.where(missing, -2, high))
    if marks.down > 2:  # a single dot of braille is easily overlooked
        line = enlarge_points(rows, line)
    if shape.smoothed:
        return raw, line
    hull = Extent(
        np.where(missing, line.low, np.minimum(line.low, low)), np.maximum(line.high, raw.high)
    )
    return raw, hull


def _glyphs(
    masks: NDArray[np.uint8], codes: NDArray[np.int64], shapes: Sequence[Shape], marks: Marks
) -> NDArray[np.str_]:
    if marks.glyphs is not None:
        return marks.glyphs[masks]
    letters = [line_letter(shape.colour) for shape in shapes]
    return np.array([" ", *BAND_LETTER * len(shapes), *PAST_LETTER * len(shapes), *letters])[codes]


def spans(glyphs: NDArray[np.str_], codes: NDArray[np.int64], names: Sequence[str]) -> list[Span]:
    """Return a row of glyphs as spans of equal role; `codes` number the roles in `names`."""
    text = "".join(glyphs.tolist())
    ends = [*(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist(), len(codes)]
    row = []
    start = 0
    for end in ends:
        row.append(Span(text[start:end], names[int(codes[start])]))
        start = end
    return row
