import io

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from tensorboard import data_compat
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.image import metadata
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import WRITERS, tf2_style, values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.images import Image, decode_images

PIXELS = np.random.default_rng(1).integers(0, 256, (3, 6, 4), np.uint8)


def encoded(name: str, **options: object) -> bytes:
    file = io.BytesIO()
    Pillow.fromarray(PIXELS.transpose(1, 2, 0)).save(file, name, **options)
    return file.getvalue()


def tensor(*parts: object) -> Summary.Value:
    kind = metadata.create_summary_metadata("", "")
    return Summary.Value(tag="i", tensor=make_tensor_proto([*parts]), metadata=kind)


@pytest.mark.parametrize("writer", WRITERS)
def test_legacy_image(tmp_path, writer) -> None:
    value = values(written(tmp_path, lambda w: w.add_image("i", PIXELS, 0), writer))["i"]
    images = decode_images(value)
    assert (images.width, images.height, len(images.images)) == (4, 6, 1)
    assert images.images[0].format == "png"
    pixels = np.asarray(Pillow.open(io.BytesIO(images.images[0].data)))
    np.testing.assert_array_equal(pixels, PIXELS.transpose(1, 2, 0))
    assert decode_images(data_compat.migrate_value(value)) == images


@pytest.mark.parametrize("writer", WRITERS)
def test_several_images_are_tiled_by_the_writer(tmp_path, writer) -> None:
    batch = torch.zeros(3, 3, 5, 7)
    value = values(written(tmp_path, lambda w: w.add_images("i", batch), writer))["i"]
    images = decode_images(value)
    assert len(images.images) == 1
    size = Pillow.open(io.BytesIO(images.images[0].data)).size
    assert (images.width, images.height) == size


def test_tf2_style_images(tmp_path) -> None:
    value = tensor(b"4", b"6", encoded("png"), encoded("gif"))
    images = decode_images(values(tf2_style(tmp_path, Summary(value=[value])))["i"])
    assert (images.width, images.height) == (4, 6)
    assert [image.format for image in images.images] == ["png", "gif"]
    assert images.images[0].data == encoded("png")


def test_no_images_at_this_step() -> None:
    assert decode_images(tensor(b"0", b"0")).images == ()


@pytest.mark.parametrize("name", ["png", "jpeg", "gif", "bmp"])
def test_formats_are_tensorboards(name: str) -> None:
    theirs = pytest.importorskip("tensorboard.util.img_mime_type_detector")
    assert f"image/{Image(encoded(name)).format}" == theirs.from_bytes(encoded(name))


def test_other_formats() -> None:
    assert Image(encoded("webp")).format == "webp"
    assert Image(b"no image").format == Image(b"").format == ""


@pytest.mark.parametrize(
    "value",
    [
        Summary.Value(image=Summary.Image(width=-1, height=2)),
        tensor(b"4"),
        tensor(b"4", b"-6"),
        tensor(b"4", b"1_0"),
        tensor(b"4", "٣".encode()),
        tensor(b"4", b"9" * 5000),
        tensor([b"4", b"6"]),
        tensor(1.0, 2.0),
        Summary.Value(simple_value=1),
    ],
)
def test_malformed_images(value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_images(value)
