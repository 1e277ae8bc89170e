"""A vector drawing as a PNG of twice its size."""

import math
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from tuimon.charts.roles import Role
from tuimon.vectors.primitives import Label, Points, Polygon, Polyline, VectorDrawing

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

SCALE = 2
"""Pixels of the image for one of the drawing."""
_FINER = 2
"""Everything is drawn so many times larger at first: Pillow's lines have no soft edges."""
_MOST_PIXELS = 64_000_000
"""Of what is drawn at first: larger drawings are scaled down to that."""
_FONTS = {
    False: ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "Helvetica.ttc"),
    True: ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "Arial Bold.ttf", "Helvetica.ttc"),
}
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png_image(drawing: VectorDrawing, inks: Mapping[Role, str], ground: str | None) -> bytes:
    """The file; `inks` are colours of roles, ``#rrggbb``, and so is the ground, if any."""
    from PIL import Image

    area = drawing.width * drawing.height
    scale = min(SCALE * _FINER, math.sqrt(_MOST_PIXELS / area))
    size = math.ceil(drawing.width * scale), math.ceil(drawing.height * scale)
    # See-through ground has a colour all the same: it shows at the soft edges of letters.
    image = Image.new("RGBA", size, ground or "#80808000")
    for shape in drawing.shapes:
        _draw(image, shape, inks[shape.role], scale)
    small = image.resize((size[0] // _FINER, size[1] // _FINER), Image.Resampling.BOX)
    file = BytesIO()
    (small if ground is None else small.convert("RGB")).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw(image: "Image", shape: Polyline | Polygon | Label, ink: str, scale: float) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(image)
    match shape:
        case Polyline(points, _, width, dash):
            thick = max(1, round(width * scale))
            for part in _dashed(points, dash):
                draw.line((part * scale).ravel().tolist(), ink, thick, joint="curve")
        case Polygon(points, _, opacity):
            _fill(image, points * scale, ink, opacity)
        case Label(x, y, text, _, points_high, anchor, bold):
            font = _font(round(points_high * scale), bold=bold)
            draw.text((x * scale, y * scale), text, ink, font, anchor=_ANCHORS[anchor])


def _fill(image: "Image", points: Points, ink: str, opacity: float) -> None:
    """Fill an area; one that lets through what is behind it is mixed with that."""
    from PIL import Image, ImageDraw

    low = np.maximum(np.floor(points.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0)) + 1, image.size).astype(int)
    if (high <= low).any():
        return
    layer = Image.new("RGBA", tuple((high - low).tolist()), f"{ink}00")
    colour = f"{ink}{round(255 * opacity):02x}"
    ImageDraw.Draw(layer).polygon((points - low).ravel().tolist(), colour)
    image.alpha_composite(layer, tuple(low.tolist()))


def _dashed(points: Points, dash: tuple[float, ...]) -> Iterator[Points]:
    """The parts of a line that are drawn."""
    if not dash or len(points) < 2:
        yield points
        return
    lengths = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate(([0.0], np.cumsum(lengths)))
    begin, total = 0.0, sum(dash)
    offsets = np.concatenate(([0.0], np.cumsum(dash)))
    while begin < at[-1]:
        for first, last in zip(offsets[:-1:2], offsets[1::2], strict=True):
            ends = np.clip((begin + first, begin + last), 0, at[-1])
            inside = points[(at > ends[0]) & (at < ends[1])]
            edges = [[np.interp(end, at, points[:, axis]) for axis in (0, 1)] for end in ends]
            yield np.array([edges[0], *inside, edges[1]])
        begin += total


def _font(size: int, *, bold: bool) -> "FreeTypeFont | ImageFont":
    """A font of the system's, else what Pillow brings."""
    from PIL import ImageFont

    for name in _FONTS[bold]:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
