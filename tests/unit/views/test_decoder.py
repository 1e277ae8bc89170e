"""Which images are decoded, and when: counted at the function that does it."""

import io
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from tuimon.summaries.images import Image
from tuimon.views.image import pixels
from tuimon.views.image.decoder import Decoder
from tuimon.views.image.pixels import ImageError, Window
from tuimon.views.image.view import ImageView
from tuimon.views.view import Look

LARGE = 1280, 1024
WHOLE = Window()


def image(light: int, size: tuple[int, int] = LARGE, kind: str = "PNG") -> Image:
    buffer = io.BytesIO()
    Pillow.new("L", size, light).save(buffer, kind)
    return Image(buffer.getvalue())


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Length of each image that was decoded, and in which thread."""
    found: list[tuple[int, str]] = []
    load = pixels._load

    def counted(data: bytes, *rest: Any) -> Any:
        found.append((len(data), threading.current_thread().name))
        return load(data, *rest)

    monkeypatch.setattr(pixels, "_load", counted)
    return found


def test_another_part_of_an_image_is_not_decoded_again(loads):
    decoder, one = Decoder(), image(90)
    for zoom in (1, 4, 8, 64):
        assert (decoder.decode(one, 80, 40, WHOLE.nearer(zoom)) == 90).all()
    decoder.decode(one, 60, 60, WHOLE)
    assert len(loads) == 1
    decoder.decode(image(100), 60, 60, WHOLE)
    decoder.decode(one, 60, 60, WHOLE)  # kept at this size
    assert len(loads) == 2
    decoder.decode(one, 61, 61, WHOLE)  # the other one has taken its place
    assert len(loads) == 3


def test_a_jpeg_is_decoded_again_when_more_of_it_is_seen(loads):
    decoder, one = Decoder(), image(90, (4096, 2048), "JPEG")
    decoder.decode(one, 80, 40, WHOLE)
    decoder.decode(one, 80, 40, WHOLE.nearer(1.5))
    assert len(loads) == 1
    decoder.decode(one, 80, 40, WHOLE.nearer(16))
    assert len(loads) == 2
    decoder.decode(one, 70, 40, WHOLE)
    assert len(loads) == 2


def test_what_is_being_decoded_is_waited_for(monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    calls = []
    load = pixels._load

    def slow(*how: Any) -> Any:
        calls.append(how)
        begun.set()
        assert go_on.wait(10)
        return load(*how)

    monkeypatch.setattr(pixels, "_load", slow)
    decoder, one = Decoder(), image(90)
    decoder.ahead([lambda: one], 80, 40, WHOLE)
    assert begun.wait(10)
    threading.Timer(0.05, go_on.set).start()
    assert (decoder.decode(one, 80, 40, WHOLE) == 90).all()
    assert len(calls) == 1


def test_a_fault_met_ahead_is_met_again_by_who_looks():
    decoder = Decoder()
    bad = Image(image(90).data[:-60])
    decoder.ahead([lambda: bad], 80, 40, WHOLE)
    assert decoder.settled(10)
    for _ in range(2):
        with pytest.raises(ImageError):
            decoder.decode(bad, 80, 40, WHOLE)


@pytest.mark.parametrize(("size", "decoded"), [((64, 64), 0), (LARGE, 1), ((5000, 5000), 0)])
def test_only_what_takes_a_while_is_decoded_ahead(loads, size, decoded):
    decoder = Decoder()
    decoder.ahead([lambda: image(1, size), lambda: None], 80, 40, WHOLE)
    assert decoder.settled(10)
    assert len(loads) == decoded


def large_images(steps: int) -> Callable[[Any], None]:
    """What writes an image of each step that takes a while to decode."""

    def write(w: Any) -> None:
        for step in range(steps):
            w.add_image("i", np.full((1, 1024, 1280), step * 20, np.uint8), step)

    return write


def test_steps_that_may_come_next_are_there_before(
    subjects: Callable[..., Any], loads, monkeypatch
):
    decoder = Decoder()
    monkeypatch.setattr("tuimon.views.image.drawing.SHARED", decoder)

    subject = subjects(large_images(12))["image", ".", "i"]
    view, look = ImageView(), Look(None, 80, 24)

    def waited(step: int | None) -> int:
        """How many images had to be decoded while one waited for a step."""
        loads.clear()
        view.draw(subject, look._replace(step=step))
        late = sum(thread == threading.current_thread().name for _, thread in loads)
        assert decoder.settled(10)
        return late

    assert waited(None) == 1
    assert [waited(step) for step in (10, 9, 8, 7)] == [0] * 4
    assert waited(8) == 0  # back
    assert waited(0) == 1  # far away
    assert waited(3) == 1  # in larger strides …
    assert [waited(step) for step in (6, 9)] == [0, 0]  # … and on


def test_pictures_of_a_strip_are_decoded_side_by_side(
    subjects: Callable[..., Any], loads, monkeypatch
):
    decoder = Decoder()
    monkeypatch.setattr("tuimon.views.image.drawing.SHARED", decoder)

    subject = subjects(large_images(6))["image", ".", "i"]
    view = ImageView()
    view.press("image-strip")
    view.draw(subject, Look(None, 160, 48))
    assert decoder.settled(10)
    assert len(loads) == 6
    assert any(thread == "tuimon-ahead" for _, thread in loads)
