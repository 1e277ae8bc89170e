"""The screen as an SVG that looks the same in every viewer.

Braille, box drawings and blocks are drawn as shapes, since fonts rarely have them in the width of
their letters; every word has a place and a length of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
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


class _Cell(NamedTuple):
    x: float
    y: float
    char: str
    style: Style


def screen_svg(strips: Sequence[Strip], title: str) -> str:
    """An SVG document of rows of styled text; `title` describes it to who cannot see it."""
    columns = max((strip.cell_length for strip in strips), default=0)
    page = _background(strips)
    size = f'width="{columns * _CELL:.0f}" height="{len(strips) * _LINE}"'
    fills: dict[str, list[str]] = defaultdict(list)
    shapes: dict[str, list[str]] = defaultdict(list)
    texts: list[str] = []
    for y, strip in enumerate(strips):
        for x, segment in _placed(strip):
            foreground, background = _colours(segment.style or Style.null(), page)
            if background != page:
                wide = width(segment.text) * _CELL
                fills[background].append(_box(x * _CELL, y * _LINE, wide, _LINE))
            word: list[_Cell] = []
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


def _placed(strip: Strip) -> Iterator[tuple[int, Segment]]:
    x = 0
    for segment in strip:
        if not segment.control:
            yield x, segment
            x += width(segment.text)


def _cells(segment: Segment, x: int, y: int) -> Iterator[_Cell]:
    for char in segment.text:
        yield _Cell(x * _CELL, y * _LINE, char, segment.style or Style.null())
        x += width(char)


def _shape(cell: _Cell) -> str | None:
    """The path of a character that is drawn; empty for a blank, None for a letter."""
    x, y, char, _ = cell
    if char.isspace() or char == "\u2800":
        return ""
    if "\u2800" < char <= "\u28ff":
        bits = ord(char) - 0x2800
        return "".join(
            _box(x + (0.25 + 0.5 * i) * _CELL - _DOT / 2, y + (0.5 + j) * _LINE / 4, _DOT, _DOT)
            for bit, (i, j) in enumerate(_DOTS)
            if bits >> bit & 1
        )
    if char in _BLOCKS:
        return _box(x, y, _BLOCKS[char] * _CELL, _LINE)
    if char in _HALVES:
        return _box(x, y + _HALVES[char] * _LINE, _CELL, _LINE / 2)
    if char in _BOXES:
        half, middle = _CELL / 2, _LINE / 2
        arms = {
            "l": (x, y + middle, half, _STROKE),
            "r": (x + half, y + middle, half, _STROKE),
            "u": (x + half, y, _STROKE, middle),
            "d": (x + half, y + middle, _STROKE, middle),
        }
        return "".join(_box(*arms[arm]) for arm in _BOXES[char])
    return None


def _text(word: Sequence[_Cell], colour: str) -> str:
    text = "".join(cell.char for cell in word)
    place = f'x="{word[0].x:.1f}" y="{word[0].y + _BASELINE:.1f}"'
    length = f'textLength="{width(text) * _CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
    bold = ' font-weight="bold"' if word[0].style.bold else ""
    return f'<text {place} {length} fill="{colour}"{bold}>{escape(text, quote=False)}</text>'


def _box(x: float, y: float, wide: float, high: float) -> str:
    return f"M{x:.1f} {y:.1f}h{wide:.1f}v{high:.1f}h{-wide:.1f}z"


def _colours(style: Style, page: str) -> tuple[str, str]:
    foreground, background = _hex(style, "color", "#dddddd"), _hex(style, "bgcolor", page)
    return (background, foreground) if style.reverse else (foreground, background)


def _hex(style: Style, which: str, default: str) -> str:
    colour = getattr(style, which)
    return default if colour is None or colour.is_default else str(colour.get_truecolor().hex)


def _background(strips: Sequence[Strip]) -> str:
    """The background that most cells have."""
    areas: dict[str, int] = defaultdict(int)
    for strip in strips:
        for segment in strip:
            areas[_hex(segment.style or Style.null(), "bgcolor", "#000000")] += len(segment.text)
    return max(areas, key=lambda colour: areas[colour], default="#000000")
