"""Colours of terminals that have 256 of them."""

import pytest
from rich.color import Color
from rich.style import Style

from tuimon.terminal.indexed_colours import indexed, nearest
from tuimon.tui.themes.theme_file import CONTRAST, DARK, LIGHT


@pytest.mark.parametrize(
    ("colour", "number"),
    [
        ((0, 0, 0), 16),
        ((255, 255, 255), 231),
        ((255, 0, 0), 196),
        ((95, 135, 175), 67),
        ((18, 18, 18), 233),
        ((128, 128, 128), 244),
        ((92, 200, 255), 81),
    ],
)
def test_the_nearest_colour_has_its_number(colour: tuple[int, int, int], number: int) -> None:
    assert nearest(*colour) == number


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
def test_bars_differ_from_the_background(theme) -> None:
    grounds = [Color.parse(ground).triplet for ground in (theme.background, theme.panel)]
    numbers = [nearest(*triplet) for triplet in grounds if triplet is not None]
    assert len(set(numbers)) == 2


def test_a_style_keeps_what_is_no_24_bit_colour() -> None:
    style = Style(color="#1d252e", bgcolor="red", bold=True)
    found = indexed(style)
    assert found == Style(color=Color.from_ansi(235), bgcolor="red", bold=True)
    assert indexed(Style(underline=True)) == Style(underline=True)
