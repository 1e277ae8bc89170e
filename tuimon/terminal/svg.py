"""The screen as an SVG that looks the same in every viewer.

Braille, box drawings and blocks are drawn as shapes, since fonts rarely have them in the width of
their letters; every word has a place and a length of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuimon.text import width

_CELL, _LINE, _FONT = 8.4, 18, 14
_BASELINE = 13.5
_FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_DOT = 2.0
_STROKE = 1.0

# The dots of U+2800 + bits, as (column, row) of a cell's 2 x 4 (Unicode, Braille Patterns).
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
# Which halves of a cell's cross a box drawing has: left, right, up, down.
_BOXES = {
    "─": "lr",
    "│": "ud",
    "┤": "lud",
    "├": "rud",
    "┬": "lrd",
    "┴": "lru",
    "┼": "lrud",
    "┌": "rd",
    "┐": "ld",
    "└": "ru",
    "┘": "lu",
    "╭": "rd",
    "╮": "ld",
    "╰": "ru",
    "╯": "lu",
}
_BLOCKS = {chr(0x2588 + index): (8 - index) / 8 for index in range(8)}

_HALVES = {"▀": 0.0, "▄": 0.5}
# Which quarters of a cell a block has, as (column, row).
_QUARTERS = {
    char: [(i, j) for bit, (i, j) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))) if mask >> bit & 1]
    for mask, char in enumerate(" ▘▖▌▝▀▞▛▗▚▄▙▐▜▟█")
    if mask not in (0, 15)
}
# Heavy horizontal lines: from where in the cell, and how wide.
_DASHES = {
    "━": [(0.0, 1.0)],
    "╍": [(0.05, 0.4), (0.55, 0.4)],
    "┅": [(0.03, 0.26), (0.37, 0.26), (0.7, 0.26)],
    "┉": [(0.02, 0.18), (0.27, 0.18), (0.52, 0.18), (0.77, 0.18)],
}


class Box(NamedTuple):
    """A filled rectangle in parts of a cell."""

    x: float
    y: float
    wide: float
    high: float


class _CharCell(NamedTuple):
    x: float
    y: float
    char: str
    style: Style


def screen_svg(strips: Sequence[Strip], title: str) -> str:
    """An SVG document of rows of styled text; `title` describes it to who cannot see it."""
    columns = max((strip.cell_length for strip in strips), default=0)
    page = background_of(strips)
    size = f'width="{columns * _CELL:.0f}" height="{len(strips) * _LINE}"'
    fills: dict[str, list[str]] = defaultdict(list)
    shapes: dict[str, list[str]] = defaultdict(list)
    texts: list[str] = []
    for y, strip in enumerate(strips):
        for x, segment in placed(strip):
            foreground, background = colours_of(segment.style or Style.null(), page)
            if background != page:
                wide = width(segment.text) * _CELL
                fills[background].append(_box(x * _CELL, y * _LINE, wide, _LINE))
            word: list[_CharCell] = []
            for cell in [*_cells(segment, x, y), None]:
                drawn = _shape(cell) if cell else ""
                if cell and drawn is None:
                    word.append(cell)
                    continue
                if drawn:
                    shapes[foreground].append(drawn)
                if word:
                    texts.append(_text(word, foreground))
                    word = []
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="{_FONT}" '
        f'font-family="{_FONTS}"><title>{escape(title)}</title>',
        f'<rect width="100%" height="100%" fill="{page}"/>',
        *(f'<path fill="{colour}" d="{"".join(paths)}"/>' for colour, paths in fills.items()),
        *(f'<path fill="{colour}" d="{"".join(paths)}"/>' for colour, paths in shapes.items()),
        *texts,
        "</svg>\n",
    ]
    return "\n".join(parts)


def placed(strip: Strip) -> Iterator[tuple[int, Segment]]:
    """The segments of a row with the cell where each begins."""
    x = 0
    for segment in strip:
        if not segment.control:
            yield x, segment
            x += width(segment.text)


def _cells(segment: Segment, x: int, y: int) -> Iterator[_CharCell]:
    for char in segment.text:
        yield _CharCell(x * _CELL, y * _LINE, char, segment.style or Style.null())
        x += width(char)


def _shape(cell: _CharCell) -> str | None:
    """The path of a character that is drawn; empty for a blank, None for a letter."""
    boxes = char_boxes(cell.char)
    if boxes is None:
        return None
    return "".join(
        _box(cell.x + x * _CELL, cell.y + y * _LINE, wide * _CELL, high * _LINE)
        for x, y, wide, high in boxes
    )


@lru_cache(maxsize=1024)
def char_boxes(char: str) -> Sequence[Box] | None:
    """The boxes that a character is drawn as: none of a blank; None for a letter."""
    if char.isspace() or char == "\u2800":
        return ()
    if "\u2800" < char <= "\u28ff":
        bits = ord(char) - 0x2800
        wide, high = _DOT / _CELL, _DOT / _LINE
        return [
            Box(0.25 + 0.5 * i - wide / 2, (0.5 + j) / 4, wide, high)
            for bit, (i, j) in enumerate(_DOTS)
            if bits >> bit & 1
        ]
    if char in _BLOCKS:
        return [Box(0, 0, _BLOCKS[char], 1)]
    if char in _HALVES:
        return [Box(0, _HALVES[char], 1, 0.5)]
    if char in _QUARTERS:
        return [Box(i / 2, j / 2, 0.5, 0.5) for i, j in _QUARTERS[char]]
    if char in _DASHES:
        thick = 2 * _STROKE / _LINE
        return [Box(x, 0.5 - thick / 2, wide, thick) for x, wide in _DASHES[char]]
    if char in _BOXES:
        thin, flat = _STROKE / _CELL, _STROKE / _LINE
        arms = {
            "l": Box(0, 0.5, 0.5, flat),
            "r": Box(0.5, 0.5, 0.5, flat),
            "u": Box(0.5, 0, thin, 0.5),
            "d": Box(0.5, 0.5, thin, 0.5),
        }
        return [arms[arm] for arm in _BOXES[char]]
    return None


def _text(word: Sequence[_CharCell], colour: str) -> str:
    text = "".join(cell.char for cell in word)
    place = f'x="{word[0].x:.1f}" y="{word[0].y + _BASELINE:.1f}"'
    length = f'textLength="{width(text) * _CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
    bold = ' font-weight="bold"' if word[0].style.bold else ""
    return f'<text {place} {length} fill="{colour}"{bold}>{escape(text, quote=False)}</text>'


def _box(x: float, y: float, wide: float, high: float) -> str:
    return f"M{x:.1f} {y:.1f}h{wide:.1f}v{high:.1f}h{-wide:.1f}z"


def colours_of(style: Style, page: str) -> tuple[str, str]:
    """Ink and ground of a style over a page, as ``#rrggbb``."""
    foreground, background = _hex(style, "color", "#dddddd"), _hex(style, "bgcolor", page)
    return (background, foreground) if style.reverse else (foreground, background)


def _hex(style: Style, which: str, default: str) -> str:
    colour = getattr(style, which)
    return default if colour is None or colour.is_default else str(colour.get_truecolor().hex)


def background_of(strips: Sequence[Strip]) -> str:
    """The background that most cells have."""
    areas: dict[str, int] = defaultdict(int)
    for strip in strips:
        for segment in strip:
            areas[_hex(segment.style or Style.null(), "bgcolor", "#000000")] += len(segment.text)
    return max(areas, key=lambda colour: areas[colour], default="#000000")
