"""Rows of styled text as a PNG; the same shapes as in an SVG (`tui.picture`)."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip

from tuimon.terminal.svg import background_of, char_boxes, colours_of, placed
from tuimon.text import width

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

_CELL, _LINE = 14, 30
"""Pixels of a cell."""
_FONT = 23
_BASELINE = 0.76
_FONTS = (
    "DejaVuSansMono.ttf",
    "LiberationMono-Regular.ttf",
    "Menlo.ttc",
    "NotoSansMono-Regular.ttf",
)


def screen_png(strips: Sequence[Strip]) -> bytes:
    """A PNG of rows of styled text."""
    from PIL import Image, ImageDraw

    columns = max((strip.cell_length for strip in strips), default=1)
    page = background_of(strips)
    image = Image.new("RGB", (max(1, columns) * _CELL, max(1, len(strips)) * _LINE), page)
    draw = ImageDraw.Draw(image)
    font = _font()
    for y, strip in enumerate(strips):
        for x, segment in placed(strip):
            ink, ground = colours_of(segment.style or Style.null(), page)
            left, top = x * _CELL, y * _LINE
            wide = width(segment.text) * _CELL
            if ground != page and wide:
                draw.rectangle((left, top, left + wide - 1, top + _LINE - 1), fill=ground)
            for char in segment.text:
                cells = width(char)
                boxes = char_boxes(char)
                if boxes is None:
                    middle = left + cells * _CELL / 2
                    draw.text((middle, top + _BASELINE * _LINE), char, ink, font, anchor="ms")
                for box in boxes or ():
                    x0, y0 = round(left + box.x * _CELL), round(top + box.y * _LINE)
                    x1 = max(x0, round(left + (box.x + box.wide) * _CELL) - 1)
                    y1 = max(y0, round(top + (box.y + box.high) * _LINE) - 1)
                    draw.rectangle((x0, y0, x1, y1), fill=ink)
                left += cells * _CELL
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _font() -> "FreeTypeFont | ImageFont":
    """A font of equal widths if there is one, else what Pillow brings."""
    from PIL import ImageFont

    for name in _FONTS:
        try:
            return ImageFont.truetype(name, _FONT)
        except OSError:
            continue
    return ImageFont.load_default(_FONT)
