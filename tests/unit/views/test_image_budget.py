"""Animations are played as far as they can be decoded in time, however large or long they are."""

import io
import time

import pytest
from PIL import Image as Pillow

from tuimon.summaries.images import Image
from tuimon.views.image.pixels import MAX_ANIMATION_PIXELS, MAX_FRAMES, decode, delays


def gif(side: int, count: int) -> Image:
    frames = [Pillow.new("P", (side, side), number % 250) for number in range(count)]
    file = io.BytesIO()
    frames[0].save(
        file, "GIF", save_all=True, append_images=frames[1:], duration=50, optimize=False
    )
    return Image(file.getvalue())


@pytest.mark.parametrize(
    ("side", "count", "played"),
    [(8, 3, 3), (8, 1, 0), (8, MAX_FRAMES + 5, MAX_FRAMES), (6300, 12, 2), (2000, 40, 25)],
)
def test_no_more_frames_are_played_than_the_budget_allows(side: int, count: int, played: int):
    image = gif(side, count)
    began = time.process_time()
    found = delays(image)
    assert len(found) == played
    assert set(found) <= {0.05}
    assert played * side * side <= MAX_ANIMATION_PIXELS
    decode(image, 80, 40, frame=max(played - 1, 0))
    assert time.process_time() - began < 10
