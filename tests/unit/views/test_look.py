"""ASCII only and few colours are two things: what each kind makes of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from tuimon.charts.marks import MARKS
from tuimon.text import width
from tuimon.views.base import ViewOptions
from tuimon.views.image.blocks import dotted
from tuimon.views.kinds import draw, kind_of, still
from tuimon.views.layout import BLOCK_SHADES, SHADES

BRAILLE = set(MARKS["braille"].glyphs.tolist()) - {" "}
HALVES = set("▀▄")


def write(w: Any) -> None:
    random = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(-1, 1, 24), np.linspace(-1, 1, 24))
    vertices = torch.tensor(np.stack([x, y, x * y], -1).reshape(1, -1, 3))
    at = torch.arange(22 * 24)
    faces = torch.stack([at, at + 1, at + 24], 1)[None]
    for step in range(4):
        w.add_histogram("h", random.normal(size=400), step)
        w.add_image("i", np.tile(np.linspace(0, 1, 64), (1, 64, 1)), step)
        w.add_audio("a", torch.sin(torch.arange(8000) / 5)[None], step, sample_rate=8000)
        w.add_mesh("m", vertices, faces=faces, global_step=step)
        w.add_pr_curve("p", random.integers(0, 2, 90), random.random(90), step)
        w.add_text("t", "word " * step, step)


@pytest.fixture
def drawn(subjects: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    found = subjects(write)

    def draw_all(**look: Any) -> dict[str, str]:
        """What is below the head, by kind."""
        result = {}
        for (kind, _, _), subject in found.items():
            rows = draw(kind_of(subject.item)(), subject, ViewOptions(None, 70, 24, **look)).rows
            result[kind] = "".join(span.text for row in rows[2:] for span in row)
        return result

    return draw_all


def test_ascii_only_has_no_other_signs(drawn):
    for kind, text in drawn(ascii_only=True).items():
        assert not set(text) & (BRAILLE | HALVES | set(BLOCK_SHADES[1:])), kind


def test_with_colours_values_are_half_blocks_in_them(drawn):
    found = drawn()
    for kind in ("histogram", "image", "audio"):
        assert set(found[kind]) & HALVES, kind
    for kind in ("mesh", "pr-curve", "audio"):
        assert set(found[kind]) & BRAILLE, kind


def test_without_colours_values_are_shades_and_dots(drawn):
    found = drawn(coloured=False)
    for kind in ("histogram", "audio"):
        assert set(BLOCK_SHADES) <= set(found[kind]), kind
    for kind in ("image", "mesh", "pr-curve", "audio"):
        assert set(found[kind]) & BRAILLE, kind
    for kind, text in found.items():
        assert not set(text) & HALVES, kind


def test_the_darker_a_surface_the_fewer_dots_without_colours(drawn):
    def dots(text: str) -> int:
        return sum((ord(char) - 0x2800).bit_count() for char in text if char in BRAILLE)

    assert dots(drawn(coloured=False)["mesh"]) < 0.95 * dots(drawn()["mesh"])


def test_dots_are_as_dense_as_an_image_is_bright():
    for light in (0, 64, 128, 192, 255):
        rows = dotted(np.full((40, 41, 3), light, np.uint8))
        assert len(rows) == 10
        text = "".join(span.text for row in rows for span in row)
        assert width(text) == 10 * 21
        dots = sum((ord(char) - 0x2800).bit_count() for char in text if char != " ")
        assert dots / (40 * 41) == pytest.approx(light / 255, abs=0.05)


def test_a_half_dark_picture_has_its_dots_where_it_is_bright():
    picture = Pillow.new("RGB", (20, 8))
    picture.paste((255, 255, 255), (10, 0, 20, 8))
    assert ["".join(span.text for span in row) for row in dotted(np.asarray(picture))] == [
        " " * 5 + "⣿" * 5
    ] * 2


def test_on_paper_nobody_slides(subjects):
    found = subjects(write)
    for (kind, _, _), subject in found.items():
        look = ViewOptions(2, 70, 24)
        view = kind_of(subject.item)()
        on_screen = "".join(span.text for span in draw(view, subject, look).rows[0])
        on_paper = "".join(span.text for span in still(view, subject, look)[0])
        assert "●" in on_screen, kind
        assert on_paper.strip() == on_screen.split("━")[0].strip(), kind
        assert "3 of 4" in on_paper, kind


def test_ramps_go_from_nothing_to_all():
    assert ViewOptions(None, 9, 9).ramp is None
    assert ViewOptions(None, 9, 9, coloured=False).ramp == BLOCK_SHADES
    assert ViewOptions(None, 9, 9, ascii_only=True).ramp == SHADES
