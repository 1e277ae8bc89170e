"""Images in half blocks: two pixels a cell, the whole picture in the room there is."""

from __future__ import annotations

import warnings
from io import BytesIO
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.summaries.images import Image, Images
from tuimon.text import fit, safe
from tuimon.views.layout import HEAD_ROWS, SHADES, Piece, Place, head, message
from tuimon.views.subject import Subject
from tuimon.views.view import Look, Shown, View

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_PIXELS = 40_000_000
"""Larger images are not decoded: this many take about a second and 120 MB."""
MAX_JPEG_PIXELS = 400_000_000
"""The same for JPEG, which is decoded at an eighth of its size."""
_LEAST_SIDE = 12
_GAP = 1
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_SHADES_OF_COLOUR = 31
"""Of red, green and blue: more cannot be told at this size, and cost bytes."""
_GREY = 0x60
"""What shines through transparent parts."""


class ImageError(ValueError):
    """An image that cannot be shown; says why in one line."""


class ImageView(View):
    """The images of a step."""

    kind = "image"
    name = "images"
    plugins = frozenset({"images"})

    def draw(self, subject: Subject, look: Look) -> Shown:
        place, decoded = subject.summary(look.step, Images)
        return Shown(rows(place, decoded, look.width, look.height, ascii_only=look.plain))


def rows(
    place: Place, images: Images, width: int, height: int, *, ascii_only: bool = False
) -> list[Row]:
    """Draw the images of a step side by side, as many as have room.

    Args:
        place: what is selected.
        images: they need not be images at all: then a line says why.
        width, height: cells; the rows never take more.
        ascii_only: shades of ASCII instead of half blocks and colours.
    """
    facts: list[Piece] = [(f"{images.width}×{images.height}", roles.LEGEND)]
    if not images.images:
        return message(place, facts, ("No image in this step.", roles.DIM), width, height)
    facts[0] = (f"{facts[0][0]} {images.images[0].format}".rstrip(), roles.LEGEND)
    room = height - HEAD_ROWS - 1
    if room < 1 or width < 1:
        return list(head(place, facts, width))[: max(0, height)]
    shown = max(1, min(len(images.images), (width + _GAP) // (_LEAST_SIDE + _GAP)))
    if len(images.images) > 1:
        facts.append((f"{shown} of {len(images.images)} images", roles.NOTE))
    each = (width - _GAP * (shown - 1)) // shown
    drawn = [_draw(image, each, room, ascii_only) for image in images.images[:shown]]
    return [*head(place, facts, width), (), *_beside(drawn)]


def decode(image: Image, columns: int, lines: int) -> NDArray[np.uint8]:
    """The pixels [h, w, 3] of an image, made to fit `columns` by `lines` pixels.

    Small ones are enlarged by whole numbers. Raises ImageError for what cannot be shown.
    """
    try:
        return _decode(image.data, columns, lines)
    except ImageError:
        raise
    except MemoryError:
        raise ImageError("the image needs more memory than there is") from None
    except Exception as error:
        # Hostile files make Pillow's decoders raise nearly anything.
        reason = safe(str(error)).replace("<_io.BytesIO object", "<data")
        raise ImageError(f"no readable image: {reason or type(error).__name__}") from None


def _decode(data: bytes, columns: int, lines: int) -> NDArray[np.uint8]:
    from PIL import Image as Pillow

    # What is too large is refused below; the warning would be written over the screen.
    warnings.filterwarnings("ignore", category=Pillow.DecompressionBombWarning)
    if not data:
        raise ImageError("an image of 0 bytes")
    with Pillow.open(BytesIO(data), formats=_FORMATS) as picture:
        wide, high = picture.size
        most = MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_PIXELS
        if wide * high > most:
            raise ImageError(f"an image of {wide}×{high} pixels is too large to be shown here")
        if wide <= columns and high <= lines:
            factor = min(columns // wide, lines // high)
            small = _rgb(picture)
            return np.repeat(np.repeat(small, factor, axis=0), factor, axis=1)
        scale = min(columns / wide, lines / high)
        size = max(1, round(wide * scale)), max(1, round(high * scale))
        picture.draft(None, (2 * size[0], 2 * size[1]))
        if picture.size[0] * picture.size[1] > MAX_PIXELS:
            raise ImageError(f"an image of {wide}×{high} pixels is too large to be shown here")
        full = Pillow.fromarray(_rgb(picture)) if picture.mode not in ("L", "RGB") else picture
        return _rgb(full.resize(size, Pillow.Resampling.BOX, reducing_gap=None))


def _rgb(picture: Picture) -> NDArray[np.uint8]:
    from PIL import Image as Pillow

    if picture.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off at 255
        grey = np.asarray(picture).astype(np.int64) >> 8
        return np.repeat(grey.clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    if picture.mode in ("RGBA", "LA", "PA", "P"):
        picture = picture.convert("RGBA")
        grey_ground = Pillow.new("RGBA", picture.size, (_GREY, _GREY, _GREY, 255))
        picture = Pillow.alpha_composite(grey_ground, picture)
    return np.asarray(picture.convert("RGB"), np.uint8)


def _draw(image: Image, columns: int, room: int, ascii_only: bool) -> tuple[int, list[Row]]:
    """The cells that the image takes, and its rows."""
    try:
        pixels = decode(image, columns, 2 * room)
    except ImageError as error:
        return columns, [(Span(fit(str(error), columns), roles.WARN),)]
    paint = _shaded if ascii_only else _painted
    return pixels.shape[1], paint(pixels)


def _painted(pixels: NDArray[np.uint8]) -> list[Row]:
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


def _shaded(pixels: NDArray[np.uint8]) -> list[Row]:
    light = pixels @ np.array([0.2126, 0.7152, 0.0722])  # Rec. 709
    if len(light) % 2:
        light = np.concatenate([light, np.zeros_like(light[:1])])
    levels = np.round((light[::2] + light[1::2]) / 510 * (len(SHADES) - 1)).astype(int)
    return [
        (Span("".join(SHADES[level] for level in row), roles.LEGEND),) for row in levels.tolist()
    ]


def _beside(drawn: list[tuple[int, list[Row]]]) -> list[Row]:
    """Pictures side by side."""
    result: list[Row] = []
    for y in range(max(len(lines) for _, lines in drawn)):
        row: list[Span] = []
        for index, (cells, lines) in enumerate(drawn):
            row += [Span(" " * _GAP, roles.BLANK)] if index else []
            row += lines[y] if y < len(lines) else [Span(" " * cells, roles.BLANK)]
        result.append(tuple(row))
    return result
