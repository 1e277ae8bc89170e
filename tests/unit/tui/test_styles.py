"""Colours of roles that name two."""

import pytest
from textual.color import Color

from tuimon.charts import roles
from tuimon.tui.themes.styles import RoleStyles


def styles(background: str) -> RoleStyles:
    return RoleStyles({}, Color.parse(background), ansi=False)


def brightness(style, which: str) -> float:
    colour = getattr(style, which).get_truecolor()
    return sum(colour)


def test_pixels_are_painted_as_they_are():
    style = styles("#000000")[roles.pixels(0xFFAB2E, 0x000102)]
    assert style.color.get_truecolor().hex == "#ffab2e"
    assert style.bgcolor.get_truecolor().hex == "#000102"
    assert styles("#000000")[roles.pixels(0, None)].bgcolor is None


@pytest.mark.parametrize(("background", "sign"), [("#0f1318", 1), ("#fbfcfd", -1)])
def test_more_heat_is_farther_from_the_background(background, sign):
    found = [styles(background)[roles.heat(level, 16 - level)] for level in range(1, 16)]
    ink = [sign * brightness(style, "color") for style in found]
    ground = [sign * brightness(style, "bgcolor") for style in found]
    assert ink == ground[::-1]
    assert ink[0] < ink[5] < ink[10] < ink[14]


def test_no_heat_is_the_background():
    assert styles("#0f1318")[roles.heat(3, 0)].bgcolor is None


def test_the_line_of_a_cursor_is_as_dark_however_bright_the_dim_parts_are():
    usual, bright = (
        RoleStyles({"accent": "#ffff00", "fade": fade}, Color.parse("black"), ansi=False)
        for fade in ("1.0", "0.5")
    )
    lit = roles.lit(roles.curve(0))
    assert bright[lit].bgcolor == usual[lit].bgcolor
    assert brightness(bright[lit], "bgcolor") < 0.3 * 2 * 255
