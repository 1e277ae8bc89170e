"""From an encoded image to the pixels that have room: bounded in time and memory."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries.images import Image
from tuimon.text import safe

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_PIXELS = 40_000_000
"""Larger images are not decoded: this many take about a second and 120 MB."""
MAX_JPEG_PIXELS = 400_000_000
"""The same for JPEG, which is decoded at an eighth of its size."""
MAX_FRAMES = 1000
"""Of an animation; the rest is not played."""
MAX_ANIMATION_PIXELS = 100_000_000
"""The same, of all frames together: each is made of those before it, in up to a second."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_GREY = 0x60
"""What shines through transparent parts."""
_LEAST_DELAY = 0.02
_USUAL_DELAY = 0.1
"""Seconds of a frame, where an animation asks for less than what can be told apart."""

Pixels = NDArray[np.uint8]
"""Shape [h, w, 3]."""


class ImageError(ValueError):
    """An image that cannot be shown; says why in one line."""


@dataclass(frozen=True, slots=True)
class ImageWindow:
    """Which part of an image is seen: all of it at zoom 1."""

    zoom: float = 1.0
    x: float = 0.5
    """Its middle, as a share of the width."""
    y: float = 0.5

    def box(self, width: float, height: float) -> tuple[float, float, float, float]:
        """Left, upper, right and lower edge in pixels of an image of that size."""
        half = 0.5 / self.zoom
        x, y = (min(max(at, half), 1 - half) for at in (self.x, self.y))
        return (x - half) * width, (y - half) * height, (x + half) * width, (y + half) * height

    def moved(self, x: float, y: float) -> ImageWindow:
        """Moved by shares of what is seen."""
        half = 0.5 / self.zoom
        at_x, at_y = self.x + x / self.zoom, self.y + y / self.zoom
        return ImageWindow(
            self.zoom, min(max(at_x, half), 1 - half), min(max(at_y, half), 1 - half)
        )

    def nearer(self, factor: float) -> ImageWindow:
        """Enlarged about its middle."""
        return ImageWindow(min(max(self.zoom * factor, 1.0), 64.0), self.x, self.y).moved(0, 0)


class DecodedImage(NamedTuple):
    """An image as it was decoded, in colours or in grey: parts of it are quickly made of it."""

    picture: Picture
    size: tuple[int, int]
    """Of the image itself: JPEG is decoded at less than that."""
    frame: int

    @property
    def pixels(self) -> int:
        """Of what was decoded."""
        return self.picture.width * self.picture.height

    def serves(self, frame: int, wide: float, high: float) -> bool:
        """Whether it has the pixels of a frame, at so many at least."""
        enough = self.picture.width >= wide and self.picture.height >= high
        return self.frame == frame and (enough or self.picture.size == self.size)


def decode(
    image: Image,
    columns: int,
    lines: int,
    window: ImageWindow = ImageWindow(),
    frame: int = 0,
    full: DecodedImage | None = None,
) -> tuple[Pixels, DecodedImage]:
    """The pixels of an image, made to fit `columns` by `lines`, both at least 1.

    Small ones are enlarged by whole numbers. `full` is what an earlier call gave with the same
    image: where that serves, it is not decoded again. Raises ImageError for what cannot be shown.
    """
    try:
        wide, high = full.size if full is not None else _checked(image.data)
        left, upper, right, lower = window.box(wide, high)
        scale = min(columns / (right - left), lines / (lower - upper))
        draft = (wide, high) if scale >= 1 else (2 * wide * scale, 2 * high * scale)
        if full is None or not full.serves(frame, *draft):
            full = _load(image.data, frame, draft)
        return _part(full.picture, columns, lines, window, scale), full
    except ImageError:
        raise
    except MemoryError:
        raise ImageError("the image needs more memory than there is") from None
    except Exception as error:
        # Hostile files make Pillow's decoders raise nearly anything.
        reason = safe(str(error)).replace("<_io.BytesIO object", "<data")
        raise ImageError(f"no readable image: {reason or type(error).__name__}") from None


def size_of(image: Image) -> tuple[int, int] | None:
    """Width and height as the image itself says; None when it is none."""
    try:
        with _opened(image.data) as picture:
            return _upright(picture)
    except Exception:
        return None


def delays(image: Image) -> tuple[float, ...]:
    """Seconds that each frame of an animation is seen; one entry, or none, for a still image."""
    try:
        with _opened(image.data) as picture:
            # Pillow would go through all frames to count them.
            most = min(MAX_ANIMATION_PIXELS // (picture.width * picture.height or 1), MAX_FRAMES)
            found: list[float] = []
            with suppress(EOFError):
                while len(found) < most:
                    picture.seek(len(found))
                    delay = picture.info.get("duration", 0) / 1000
                    found.append(delay if delay >= _LEAST_DELAY else _USUAL_DELAY)
            return tuple(found) if len(found) > 1 else ()
    except Exception:
        return ()


def adjusted(pixels: Pixels, brightness: float, contrast: float) -> Pixels:
    """Pixels with so much light added (1 is all), after contrast around the middle."""
    if not brightness and contrast == 1:
        return pixels
    table = (np.arange(256) - 127.5) * contrast + 127.5 + 255 * brightness
    changed: Pixels = np.rint(table).clip(0, 255).astype(np.uint8)[pixels]
    return changed


def _opened(data: bytes) -> Picture:
    from PIL import Image as Pillow

    if not Image(data).format:  # Pillow would load all that it knows of to find out
        raise ImageError("no readable image: not PNG, JPEG, GIF, WebP or BMP")
    # What is too large is refused below; the warning would be written over the screen.
    warnings.filterwarnings("ignore", category=Pillow.DecompressionBombWarning)
    return Pillow.open(BytesIO(data), formats=_FORMATS)


def _checked(data: bytes) -> tuple[int, int]:
    """The size of an image that is not too large to be decoded."""
    if not data:
        raise ImageError("an image of 0 bytes")
    with _opened(data) as picture:
        wide, high = _upright(picture)
        if wide * high > (MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_PIXELS):
            raise _too_large(wide, high)
        return wide, high


def _load(data: bytes, frame: int, draft: tuple[float, float]) -> DecodedImage:
    """Decode an image, where that is quicker at less than its size, but no less than `draft`."""
    from PIL.Image import Transpose

    picture: Picture = _opened(data)
    size, turn = _upright(picture), _TURNS.get(_orientation(picture))
    if frame:
        picture.seek(frame)
    wide, high = draft if size == picture.size else draft[::-1]
    picture.draft(None, (round(wide), round(high)))
    if picture.size[0] * picture.size[1] > MAX_PIXELS:
        raise _too_large(*size)
    picture.load()
    upright = _opaque(picture)
    return DecodedImage(
        upright if turn is None else upright.transpose(Transpose(turn)), size, frame
    )


_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""By EXIF's orientation, the number of ``PIL.Image.Transpose`` that turns a picture upright."""


def _orientation(picture: Picture) -> int:
    from PIL.Image import Exif

    # Pillow's own `getexif` decodes the whole of some images.
    exif = Exif()
    exif.load(picture.info.get("exif") or b"")
    return int(exif.get(0x0112, 1))


def _upright(picture: Picture) -> tuple[int, int]:
    """Width and height of a picture as its EXIF orientation wants it to be seen."""
    wide, high = picture.size
    return (high, wide) if _orientation(picture) in (5, 6, 7, 8) else (wide, high)


def _part(picture: Picture, columns: int, lines: int, window: ImageWindow, scale: float) -> Pixels:
    """What is seen of a picture, `scale` times as large as the image is itself, about."""
    from PIL import Image as Pillow

    box = left, upper, right, lower = window.box(*picture.size)
    if scale < 1:
        wide, high = right - left, lower - upper
        fitting = min(columns / wide, lines / high)
        size = max(1, round(wide * fitting)), max(1, round(high * fitting))
        return _rgb(picture.resize(size, Pillow.Resampling.BOX, box=box))
    x, y = round(left), round(upper)
    small = _rgb(picture.crop((x, y, max(x + 1, round(right)), max(y + 1, round(lower)))))
    factor = max(1, min(columns // small.shape[1], lines // small.shape[0]))
    small = small[:lines, :columns]
    return np.repeat(np.repeat(small, factor, axis=0), factor, axis=1)


def _too_large(wide: int, high: int) -> ImageError:
    return ImageError(f"an image of {wide}×{high} pixels is too large to be shown here")


def _opaque(picture: Picture) -> Picture:
    """A picture of any mode in grey or in colours of 8 bits, before a grey ground."""
    from PIL import Image as Pillow

    if picture.mode in ("L", "RGB"):
        return picture
    if picture.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off at 255
        return Pillow.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA", "P"):
        ground = Pillow.new("RGB", picture.size, (_GREY, _GREY, _GREY))
        picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        ground.paste(picture, mask=picture)
        return ground
    return picture.convert("RGB")


def _rgb(picture: Picture) -> Pixels:
    return np.asarray(picture.convert("RGB"), np.uint8)
