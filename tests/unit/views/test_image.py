import io

import numpy as np
import pytest
from PIL import Image as Pillow
from summary_files import WRITERS, values, written

from tuimon.summaries.images import Image, Images, decode_images
from tuimon.views import image
from tuimon.views.image import ImageError, decode


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def claiming(width: int, height: int, kind: str) -> bytes:
    """A tiny file that claims to be large."""
    data = bytearray(encoded(np.zeros((8, 8, 3), np.uint8), kind))
    if kind == "PNG":
        import zlib

        data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
        data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    else:
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(data)


GRADIENT = np.stack(np.meshgrid(np.arange(256), np.arange(128), [90])[:2] * 2, -1)[..., 0, :3]
GRADIENT = GRADIENT.astype(np.uint8)


@pytest.mark.parametrize("writer", WRITERS)
def test_pixels_that_were_logged(tmp_path, writer, place):
    pixels = np.zeros((3, 4, 2), np.float32)
    pixels[0, 0, 0] = pixels[1, 1, 1] = 1  # red above left, green in the second row right
    found = values(written(tmp_path, lambda w: w.add_image("i", pixels), writer))
    rows = image.rows(place, decode_images(found["i"]), 2, 5)
    assert [[tuple(span) for span in row] for row in rows[3:]] == [
        [("▀", "rgb:ff0000/000000"), ("▀", "rgb:000000/00ff00")],
        [("▀▀", "rgb:000000/000000")],
    ]
    assert "2×4 png" in "".join(
        s.text for s in image.rows(place, decode_images(found["i"]), 60, 9)[1]
    )


@pytest.mark.parametrize(("columns", "lines"), [(40, 60), (100, 20), (300, 300), (1, 1)])
def test_the_aspect_is_kept(columns, lines):
    height, width, _ = decode(Image(encoded(GRADIENT)), columns, lines).shape
    assert width <= columns
    assert height <= lines
    assert abs(width - 2 * height) <= 1 or (width, height) == (1, 1)


def test_small_images_grow_by_whole_numbers():
    assert decode(Image(encoded(GRADIENT[:8, :8])), 50, 43).shape == (40, 40, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_all_kinds_of_pixels(mode):
    if mode == "I;16":
        picture = Pillow.fromarray(np.full((4, 4), 0x8000, np.uint16))
    else:
        picture = Pillow.new("RGBA", (4, 4), (128, 128, 128, 255)).convert(mode, dither=0)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    pixels = decode(Image(buffer.getvalue()), 4, 4)
    assert pixels.shape == (4, 4, 3)
    assert set(np.unique(pixels)) <= ({0, 255} if mode == "1" else set(range(120, 136)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "0 bytes"),
        (b"no image at all", "no readable image"),
        (encoded(GRADIENT)[:200], "truncated"),
        (encoded(GRADIENT)[:-30].replace(b"IDAT", b"ID\x1bT"), "no readable image"),
        (claiming(60_000, 60_000, "PNG"), "no readable image"),
        (claiming(9000, 9000, "PNG"), "9000×9000 pixels is too large"),
        (claiming(50_000, 50_000, "JPEG"), "no readable image"),
    ],
)
def test_what_is_no_image_says_why_in_a_line(data, reason, place, recwarn):
    with pytest.raises(ImageError, match=reason):
        decode(Image(data), 50, 50)
    rows = image.rows(place, Images(3, 3, (Image(data),)), 70, 20)
    assert len(rows) == 4
    assert rows[3][0].role == "warn"
    assert not recwarn.list


def test_large_jpegs_are_decoded_reduced():
    big = np.full((7000, 7000), 128, np.uint8)
    assert decode(Image(encoded(big, "JPEG")), 40, 40).shape == (40, 40, 3)


def test_several_stand_side_by_side(place):
    one = Image(encoded(np.full((4, 4, 3), 255, np.uint8)))
    rows = image.rows(place, Images(4, 4, (one, Image(b"x"), one)), 50, 12)
    assert "3 of 3 images" in "".join(span.text for span in rows[1])
    assert [span.text.strip()[:2] for span in rows[3]][::2] == ["▀▀", "no", "▀▀"]


@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_size_is_exceeded(fits, place, ascii_only):
    one, bad = Image(encoded(GRADIENT[:31, :77])), Image(b"\x1b[2J")
    for images in ((one,), (one, bad, one), (bad,) * 9, ()):
        found = Images(77, 31, images)
        fits(lambda w, h, found=found: image.rows(place, found, w, h, ascii_only=ascii_only))
