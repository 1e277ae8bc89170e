"""Images: ``Summary.Image``, and TF2-style tensors of strings [width, height, image, …].

The images stay encoded. Source: TensorBoard, ``data_compat.py`` and ``plugins/image``; signatures
of the formats as their specifications give them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuimon.summaries import SummaryError
from tuimon.summaries.tensors import strings, tensor_of

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary

_SIGNATURES = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "bmp": re.compile(rb"BM"),
}
_SIZE = re.compile(rb"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Image:
    """One encoded image."""

    data: bytes
    """A file's content, as it was logged: it need not be an image at all."""

    @property
    def format(self) -> str:
        """``png``, ``jpeg``, ``gif``, ``webp`` or ``bmp`` by its first bytes, or empty."""
        matching = (name for name, signature in _SIGNATURES.items() if signature.match(self.data))
        return next(matching, "")


@dataclass(frozen=True, slots=True)
class Images:
    """The images of one step."""

    width: int
    """Pixels, as the writer says: the images themselves may tell otherwise."""
    height: int
    images: tuple[Image, ...]
    """One, or with TF2-style writers any number."""


def decode_images(value: Summary.Value) -> Images:
    """The images of a value of plugin ``images``. Raises SummaryError."""
    if value.WhichOneof("value") == "image":
        image = value.image
        if image.width < 0 or image.height < 0:
            raise SummaryError(f"an image of {image.width} by {image.height} pixels")
        return Images(image.width, image.height, (Image(image.encoded_image_string),))
    shape, parts = strings(tensor_of(value))
    if len(shape) != 1 or len(parts) < 2:
        raise SummaryError(f"images of shape {list(shape)}, not width, height, images")
    width, height, *encoded = parts
    return Images(_size(width), _size(height), tuple(Image(data) for data in encoded))


def _size(digits: bytes) -> int:
    if not _SIZE.fullmatch(digits):
        raise SummaryError("the width or height of images is no number")
    return int(digits)
