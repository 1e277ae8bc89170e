"""Pixels as cells: half blocks in colours, two pixels a cell, dots of braille, or ASCII."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, zip_longest

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.marks import MARKS
from tuimon.charts.model import Row, Span
from tuimon.views.dots import thresholds
from tuimon.views.image.pixels import Pixels
from tuimon.views.layout import SHADES

GAP = 1
"""Cells between pictures."""
_SHADES_OF_COLOUR = 31
"""Of red, green and blue: more cannot be told at this size, and cost bytes."""


def painted(pixels: Pixels) -> list[Row]:
    """Half blocks."""
    steps = np.round(pixels / 255 * _SHADES_OF_COLOUR)
    coarse = np.round(steps * 255 / _SHADES_OF_COLOUR).astype(np.int64)
    colours = coarse[..., 0] << 16 | coarse[..., 1] << 8 | coarse[..., 2]
    result: list[Row] = []
    uppers, lowers = colours[::2].tolist(), colours[1::2].tolist()
    for upper, lower in zip_longest(uppers, lowers, fillvalue=[None] * colours.shape[1]):
        runs = groupby(zip(upper, lower, strict=True))
        result.append(
            tuple(Span("▀" * len(list(run)), roles.pixels(*colour)) for colour, run in runs)
        )
    return result


def dotted(pixels: Pixels) -> list[Row]:
    """Braille, eight pixels a cell: the darker, the fewer of its dots."""
    height, width, _ = pixels.shape
    padded = np.zeros((-(-height // 4) * 4, -(-width // 2) * 2))
    padded[:height, :width] = _light(pixels)
    dots = padded > thresholds(*padded.shape) * 255
    cells = dots.reshape(len(padded) // 4, 4, -1, 2).transpose(0, 2, 3, 1)
    masks = (cells.reshape(*cells.shape[:2], 8) << np.arange(8)).sum(axis=2)
    glyphs = MARKS["braille"].glyphs
    assert glyphs is not None
    return [(Span("".join(line), roles.LEGEND),) for line in glyphs[masks].tolist()]


def shaded(pixels: Pixels) -> list[Row]:
    """Shades of ASCII."""
    light = _light(pixels)
    if len(light) % 2:
        light = np.concatenate([light, np.zeros_like(light[:1])])
    levels = np.round((light[::2] + light[1::2]) / 510 * (len(SHADES) - 1)).astype(int)
    return [
        (Span("".join(SHADES[level] for level in row), roles.LEGEND),) for row in levels.tolist()
    ]


def beside(drawn: Sequence[tuple[int, Sequence[Row]]]) -> list[Row]:
    """Pictures, each with its width in cells, side by side."""
    result: list[Row] = []
    for y in range(max(len(lines) for _, lines in drawn)):
        row: list[Span] = []
        for index, (cells, lines) in enumerate(drawn):
            row += [Span(" " * GAP, roles.BLANK)] if index else []
            row += lines[y] if y < len(lines) else [Span(" " * cells, roles.BLANK)]
        result.append(tuple(row))
    return result


def _light(pixels: Pixels) -> NDArray[np.float64]:
    """How bright pixels are, 0 … 255 [h, w], by Rec. 709."""
    light: NDArray[np.float64] = pixels @ np.array([0.2126, 0.7152, 0.0722])
    return light
