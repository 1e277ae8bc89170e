import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import WRITERS, values, written
from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.summaries.images import Image, Images, decode_images
from tuimon.views.base import ViewOptions
from tuimon.views.image import drawing, pixels
from tuimon.views.image.decoder import ImageDecoder, ImageSource
from tuimon.views.image.drawing import Painter
from tuimon.views.image.image_view import ImageView
from tuimon.views.image.pixels import ImageError, ImageWindow, adjusted, delays
from tuimon.views.layout import StepPlace


def decode(image: Image, *size: int, **how: Any) -> np.ndarray:
    return pixels.decode(image, *size, **how)[0]


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def laid_out(place: StepPlace, images: Images, width: int, height: int, **how: Any) -> list[Row]:
    sources = [ImageSource(one, lambda one=one: one) for one in images.images]
    return drawing.rows(place, images, sources, width, height, **how)


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
    rows = laid_out(place, decode_images(found["i"]), 2, 5)
    assert [[tuple(span) for span in row] for row in rows[3:]] == [
        [("▀", roles.pixels(0xFF0000, 0x000000)), ("▀", roles.pixels(0x000000, 0x00FF00))],
        [("▀▀", roles.pixels(0x000000, 0x000000))],
    ]
    assert "2×4 png" in "".join(
        s.text for s in laid_out(place, decode_images(found["i"]), 60, 9)[1]
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
    found = decode(Image(buffer.getvalue()), 4, 4)
    assert found.shape == (4, 4, 3)
    assert set(np.unique(found)) <= ({0, 255} if mode == "1" else set(range(120, 136)))


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
    rows = laid_out(place, Images(3, 3, (Image(data),)), 70, 20)
    assert len(rows) == 4
    assert rows[3][0].role == "warn"
    assert not recwarn.list


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_grey_ground_shines_through(mode):
    picture = Pillow.new("RGBA", (3, 1), (255, 255, 255, 255))
    picture.putpixel((1, 0), (255, 255, 255, 0))
    picture.putpixel((2, 0), (255, 255, 255, 128))
    buffer = io.BytesIO()
    picture.convert(mode).save(buffer, "PNG")
    found = decode(Image(buffer.getvalue()), 3, 1)[0, :, 0]
    assert found == pytest.approx([255, 0x60, (255 + 0x60) / 2], abs=1)


def test_large_jpegs_are_decoded_reduced():
    big = np.full((7000, 7000), 128, np.uint8)
    assert decode(Image(encoded(big, "JPEG")), 40, 40).shape == (40, 40, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_says_which_side_is_up(kind, orientation):
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    options = {"lossless": True} if kind == "WEBP" else {}
    Pillow.fromarray(GRADIENT).save(buffer, kind, exif=exif, **options)
    turned = np.rot90(GRADIENT, {3: 2, 4: 2, 5: 3, 6: 3, 7: 1, 8: 1}.get(orientation, 0))
    turned = turned[:, ::-1] if orientation in (2, 4, 5, 7) else turned
    image = Image(buffer.getvalue())
    found = decode(image, 256, 256)
    assert found.shape == turned.shape == (*pixels.size_of(image)[::-1], 3)
    assert abs(found.astype(int) - turned).max() <= (12 if kind == "JPEG" else 0)
    small = decode(image, 32, 32)
    assert small.shape == ((32, 16, 3) if orientation > 4 else (16, 32, 3))
    corner = [int(channel) for channel in turned[0, 0]]
    assert small[0, 0].astype(int) == pytest.approx(corner, abs=16)


def test_several_stand_side_by_side(place):
    one = Image(encoded(np.full((4, 4, 3), 255, np.uint8)))
    rows = laid_out(place, Images(4, 4, (one, Image(b"x"), one)), 50, 12)
    assert "3 of 3 images" in "".join(span.text for span in rows[1])
    assert [span.text.strip()[:2] for span in rows[3]][::2] == ["▀▀", "no", "▀▀"]


@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_size_is_exceeded(fits, place, ascii_only):
    one, bad = Image(encoded(GRADIENT[:31, :77])), Image(b"\x1b[2J")
    for images in ((one,), (one, bad, one), (bad,) * 9, ()):
        found = Images(77, 31, images)
        fits(
            lambda w, h, found=found: laid_out(
                place, found, w, h, painter=Painter(ascii_only=ascii_only)
            )
        )


def gif(frames: int = 3, side: int = 8) -> bytes:
    """An animation whose frames get brighter."""
    pictures = [Pillow.new("L", (side, side), 40 * (frame + 1)) for frame in range(frames)]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "GIF", save_all=True, append_images=pictures[1:], duration=150)
    return buffer.getvalue()


def text(row) -> str:
    return "".join(span.text for span in row)


def test_zoom_shows_the_pixels_of_a_part():
    one = Image(encoded(GRADIENT))
    whole = decode(one, 256, 128)
    corner = ImageWindow().nearer(4).moved(-9, -9)
    assert (corner.zoom, corner.x, corner.y) == (4, 0.125, 0.125)
    assert (decode(one, 64, 32, window=corner) == whole[:32, :64]).all()
    assert (decode(one, 640, 320, window=corner)[::10, ::10] == whole[:32, :64]).all()
    assert ImageWindow().nearer(0.1) == ImageWindow()
    assert ImageWindow().nearer(1e9).zoom == 64
    for window in (corner, ImageWindow().nearer(64)):
        height, width, _ = decode(one, 80, 40, window=window).shape
        assert 1 <= width <= 80
        assert 1 <= height <= 40


def test_brightness_and_contrast():
    pixels = np.array([[[0, 100, 255]]], np.uint8)
    assert adjusted(pixels, 0, 1) is pixels
    assert adjusted(pixels, 0.5, 1).ravel().tolist() == [128, 228, 255]
    assert adjusted(pixels, 0, 2).ravel().tolist() == [0, 72, 255]
    assert adjusted(pixels, 0, 0.1).ravel().tolist() == [115, 125, 140]


def test_frames_of_an_animation():
    one = Image(gif())
    assert delays(one) == (0.15, 0.15, 0.15)
    means = [decode(one, 8, 8, frame=frame).mean() for frame in range(3)]
    assert means == pytest.approx([40, 80, 120], abs=4)
    assert delays(Image(encoded(GRADIENT))) == ()
    assert delays(Image(b"GIF89a")) == ()


def test_what_is_kept_of_decoded_images_is_bounded():
    decoder = ImageDecoder(30_000)
    for width in range(40, 80):
        source = ImageSource(0, lambda: Image(encoded(GRADIENT)))
        decoder.decode(source, width, width, ImageWindow())
        assert 0 < decoder.kept_bytes <= 30_000


def images_of(subjects, runs=("a",)):
    for number, run in enumerate(runs):

        def write(w, number=number):
            for step in range(30):
                w.add_image("i", np.full((3, 6, 8), (step + 60 * number) / 120), step)

        found = subjects(write, run)
    return found["image", runs[0], "i"]


def test_a_strip_holds_the_selected_step(subjects):
    subject = images_of(subjects)
    view, look = ImageView(), ViewOptions(7, 80, 22)
    assert "8×6 png" in text(view.draw(subject, look).rows[1])
    view.press("image-strip")
    rows = view.draw(subject, look).rows
    labels = [span for row in rows for span in row if span.text.startswith("step ")]
    marked = [span.text.strip() for span in labels if span.role == "accent"]
    assert marked == ["step 7"]
    assert len(labels) > 8
    assert labels[1].text.strip() == "step 0"


def test_runs_side_by_side(subjects):
    subject = images_of(subjects, ("a", "b\x1b[2J", "c"))
    view, look = ImageView(), ViewOptions(None, 80, 22)
    view.press("image-runs")
    rows = view.draw(subject, look).rows
    labels = [span.text.split() for span in rows[3] if span.text.strip()]
    assert labels == [["a", "29"], ["b␛[2J", "29"], ["c", "29"]]
    colours = [span.role for span in rows[4] if isinstance(span.role, roles.PixelRole)]
    assert len(set(colours)) == 3


def test_keys_move_zoom_and_reset(subjects):
    subject = images_of(subjects)
    view, look = ImageView(), ViewOptions(None, 80, 22)
    before = view.draw(subject, look).rows
    for key in ("near", "near", "right", "brighter", "starker", "next"):
        view.press(f"image-{key}")
    view.drag(3, 2)
    view.wheel(-1)
    told = text(view.draw(subject, look).rows[1])
    assert "zoom ×3.38" in told
    assert "brightness +0.1  contrast ×1.2" in told
    view.press("image-reset")
    view.press("image-next")
    assert view.draw(subject, look).rows == before


def test_an_animation_plays_until_it_is_stopped(subjects):
    def write(w):
        w.add_image("still", np.zeros((3, 4, 4)), 1)
        video = Summary.Image(height=8, width=8, colorspace=3, encoded_image_string=gif())
        value = Summary.Value(tag="video", image=video)
        w._get_file_writer().add_summary(Summary(value=[value]), 1)

    subject = subjects(write)["image", ".", "video"]
    view, look = ImageView(), ViewOptions(None, 80, 22)
    seen = [view.draw(subject, look) for _ in range(4)]
    assert [shown.again for shown in seen] == [0.15] * 4
    assert "frame 2 of 3" in text(seen[1].rows[1])
    assert seen[0].rows == seen[3].rows != seen[1].rows
    view.press("image-play")
    assert view.draw(subject, look).again is None


def test_images_of_a_step_can_be_seen_alone(place, subjects):
    def write(w):
        value = Summary.Value(tag="k", tensor=make_tensor_proto([b"8", b"8", *several]))
        value.metadata.plugin_data.plugin_name = "images"
        w._get_file_writer().add_summary(Summary(value=[value]), 1)

    several = [encoded(np.full((8, 8, 3), light, np.uint8)) for light in (10, 200)]
    subject = subjects(write)["image", ".", "k"]
    view, look = ImageView(), ViewOptions(None, 80, 22)
    heads = []
    for _ in range(4):
        heads.append(text(view.draw(subject, look).rows[1]))
        view.press("image-next")
    assert "2 of 2 images" in heads[0]
    assert "image 1 of 2" in heads[1]
    assert "image 2 of 2" in heads[2]
    assert heads[3] == heads[0]


@pytest.mark.parametrize("mode", ["strip", "runs"])
def test_no_size_is_exceeded_by_panels(subjects, fits, mode):
    subject = images_of(subjects, ("a", "b"))
    view = ImageView()
    view.press(f"image-{mode}")
    fits(lambda w, h: view.draw(subject, ViewOptions(None, w, h)).rows)
    fits(lambda w, h: view.draw(subject, ViewOptions(3, w, h, ascii_only=True)).rows)


@pytest.mark.parametrize(
    ("count", "size", "aspect", "shape"),
    [
        (22, (50, 19), 4.0, (3, 6)),  # low ones need few lines
        (22, (50, 19), 1.0, (3, 2)),
        (2, (120, 40), 1.0, (2, 1)),
        (2, (120, 40), 8.0, (1, 2)),  # the wider, the better below each other
        (1, (9, 9), 0.1, (1, 1)),
    ],
)
def test_pictures_are_arranged_to_be_large(count, size, aspect, shape):
    assert drawing.arranged(count, *size, aspect) == shape


def test_low_pictures_of_a_strip_stand_close(subjects):
    found = subjects(lambda w: [w.add_image("i", np.ones((3, 16, 64)), step) for step in range(22)])
    view = ImageView()
    view.press("image-strip")
    rows = view.draw(found["image", ".", "i"], ViewOptions(None, 52, 22)).rows
    at = [index for index, row in enumerate(rows) if text(row).startswith("step ")][1:]
    assert at == [3, 6, 9, 12, 15, 18]
