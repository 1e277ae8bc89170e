"""Which images are decoded, and when: counted at the function that does it."""

import io
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from support.waiting import wait_until
from tuimon.summaries.images import Image
from tuimon.views.base import ViewOptions
from tuimon.views.image import pixels
from tuimon.views.image.decoder import ImageDecoder, ImageSource, JobPool
from tuimon.views.image.image_view import ImageView
from tuimon.views.image.pixels import ImageError, ImageWindow

LARGE = 1280, 1024
WHOLE = ImageWindow()


def encoded(light: int, size: tuple[int, int] = LARGE, kind: str = "PNG") -> Image:
    buffer = io.BytesIO()
    Pillow.new("L", size, light).save(buffer, kind)
    return Image(buffer.getvalue())


def image(light: int, size: tuple[int, int] = LARGE, kind: str = "PNG") -> ImageSource:
    one = encoded(light, size, kind)
    return ImageSource((light, size, kind), lambda: one)


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
    decoder, one = ImageDecoder(), image(90)
    for zoom in (4, 8, 64):
        assert (decoder.decode(one, 80, 40, WHOLE.nearer(zoom)) == 90).all()
    decoder.decode(one, 60, 60, WHOLE)
    assert len(loads) == 1
    decoder.decode(image(100), 60, 60, WHOLE)
    decoder.decode(one, 60, 60, WHOLE)  # kept at this size
    assert len(loads) == 2
    decoder.decode(one, 61, 61, WHOLE)  # the other one has taken its place
    assert len(loads) == 3


def test_an_image_in_full_is_kept_only_for_who_zooms(loads):
    decoder, one = ImageDecoder(), image(90)
    decoder.decode(one, 80, 40, WHOLE)
    decoder.decode(one, 80, 40, WHOLE.nearer(2))
    assert len(loads) == 2
    decoder.decode(one, 80, 40, WHOLE.nearer(4))
    assert len(loads) == 2


def test_a_jpeg_is_decoded_again_when_more_of_it_is_seen(loads):
    decoder, one = ImageDecoder(), image(90, (4096, 2048), "JPEG")
    decoder.decode(one, 80, 40, WHOLE.nearer(1.2))
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
    decoder, one = ImageDecoder(), image(90)
    decoder.ahead([one], 80, 40, WHOLE)
    assert begun.wait(10)
    threading.Timer(0.05, go_on.set).start()
    assert (decoder.decode(one, 80, 40, WHOLE) == 90).all()
    assert len(calls) == 1


def test_a_fault_met_ahead_is_met_again_by_who_looks():
    decoder = ImageDecoder()
    bad = ImageSource("bad", lambda: Image(encoded(90).data[:-60]))
    decoder.ahead([bad], 80, 40, WHOLE)
    assert decoder.settled(10)
    for _ in range(2):
        with pytest.raises(ImageError):
            decoder.decode(bad, 80, 40, WHOLE)


@pytest.mark.parametrize(("size", "decoded"), [((64, 64), 0), (LARGE, 1), ((5000, 5000), 0)])
def test_only_what_takes_a_while_is_decoded_ahead(loads, size, decoded):
    decoder = ImageDecoder()
    decoder.ahead([image(1, size)], 80, 40, WHOLE)
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
    decoder = ImageDecoder()
    monkeypatch.setattr("tuimon.views.image.drawing.SHARED", decoder)

    subject = subjects(large_images(12))["image", ".", "i"]
    view, look = ImageView(), ViewOptions(None, 80, 24)

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


class Gate:
    """Lets images be decoded one by one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lights: list[int] = []
        """In the order in which they were begun."""
        self._pass = threading.Semaphore(0)
        load = pixels._load

        def held(*how: Any) -> Any:
            assert self._pass.acquire(timeout=10)
            full = load(*how)
            self.lights.append(full.picture.convert("L").getpixel((0, 0)))
            return full

        monkeypatch.setattr(pixels, "_load", held)

    def let(self, images: int) -> None:
        self._pass.release(images)


def test_of_several_images_those_are_there_that_are_decoded(monkeypatch):
    gate = Gate(monkeypatch)
    decoder = ImageDecoder(ahead=JobPool(1))
    several = [image(light) for light in (10, 20, 30)]

    def found(within: float | None = 0.0) -> list[int | None]:
        pixels = decoder.several(several, 80, 40, WHOLE, within)
        return [None if one is None else int(one[0, 0, 0]) for one in pixels]

    assert found() == [None] * 3
    gate.let(1)
    wait_until(lambda: found() == [10, None, None])
    gate.let(2)
    assert found(None) == [10, 20, 30]
    assert gate.lights == [10, 20, 30]  # each once


def test_one_of_several_that_cannot_be_decoded_is_told_and_tried_later(monkeypatch):
    calls = []

    def read() -> Image:
        calls.append(1)
        raise ImageError("no readable image")

    decoder = ImageDecoder()
    several = [ImageSource("bad", read), image(10)]
    for _ in range(2):
        bad, good = decoder.several(several, 80, 40, WHOLE, None)
        assert isinstance(bad, ImageError)
        assert good is not None
    assert len(calls) == 1
    monkeypatch.setattr("tuimon.views.image.decoder.time.monotonic", lambda: 1e9)
    decoder.several(several, 80, 40, WHOLE, None)
    assert len(calls) == 2


def test_no_more_than_two_large_images_are_decoded_at_once(monkeypatch):
    most, now, lock = [0], [0], threading.Lock()
    together = threading.Barrier(2)
    load = pixels._load

    def counted(*how: Any) -> Any:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait(10)
        try:
            return load(*how)
        finally:
            with lock:
                now[0] -= 1

    monkeypatch.setattr(pixels, "_load", counted)
    decoder = ImageDecoder(ahead=JobPool(4))
    decoder.several([image(light) for light in range(8)], 80, 40, WHOLE, None)
    assert most == [2]


def test_pictures_of_a_strip_appear_when_they_are_decoded_the_selected_one_first(
    subjects: Callable[..., Any], monkeypatch
):
    gate = Gate(monkeypatch)
    decoder = ImageDecoder(ahead=JobPool(1))
    monkeypatch.setattr("tuimon.views.image.drawing.SHARED", decoder)
    monkeypatch.setattr("tuimon.views.image.image_view._PATIENCE", 0.0)
    subject = subjects(large_images(6))["image", ".", "i"]
    view, look = ImageView(), ViewOptions(4, 160, 48)
    view.press("image-strip")

    def waiting() -> int:
        shown = view.draw(subject, look)
        signs = [span for row in shown.rows for span in row if span.text.strip() == "…"]
        assert shown.partial == bool(signs)
        return len(signs)

    assert waiting() == 6
    gate.let(2)
    wait_until(lambda: waiting() == 4)
    assert [light // 20 for light in gate.lights] == [4, 3]
    gate.let(4)
    wait_until(lambda: waiting() == 0)
    assert len(gate.lights) == 6
