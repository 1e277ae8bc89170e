"""The colours of a training's output, on every theme."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color as RichColor
from textual.color import Color

from tuimon.console.attributes import Attributes
from tuimon.tui.themes.output_colours import DIMMEST, READABLE, contrast, own_style
from tuimon.tui.themes.styles import RoleStyles
from tuimon.tui.themes.theme_file import CONTRAST, DARK, LIGHT

colours = st.none() | st.integers(0, 255) | st.integers(0, 0xFFFFFF).map("#{:06x}".format)
looks = st.builds(Attributes, colours, colours, *[st.booleans()] * 6)


def parts(look: Attributes, theme) -> tuple[Color, Color]:
    """Ink and ground of text of these attributes."""
    background = Color.parse(theme.background)
    names = ("foreground", "error", "success", "warning")
    variables = {**theme.variables, **{name: getattr(theme, name) for name in names}}
    style = RoleStyles(variables, background, ansi=False)[look]
    ground = background if style.bgcolor is None else Color.from_rich_color(style.bgcolor)
    return Color.from_rich_color(style.color), ground


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
@given(look=looks)
def test_all_that_is_printed_can_be_read(theme, look: Attributes) -> None:
    assert contrast(*parts(look, theme)) >= (DIMMEST if look.dim else READABLE) - 0.05


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
def test_colours_can_be_told_apart(theme) -> None:
    inks = [parts(Attributes(ink), theme)[0] for ink in (1, 2, 3, 4, 5, 6, 7)]
    assert len(set(inks)) == len(inks)
    red, green, blue = inks[0], inks[1], inks[3]
    assert red.r > max(red.g, red.b)
    assert green.g > max(green.r, green.b)
    assert blue.b > max(blue.r, blue.g)


def test_a_rainbow_makes_few_colours() -> None:
    inks = {parts(Attributes(f"#{level:02x}80ff"), DARK)[0] for level in range(256)}
    assert len(inks) <= 16


def test_what_the_background_may_be_has_no_ink_in_the_terminals_own_colours() -> None:
    for ink in (0, 7, 15, 16, 231, "#000000", "#ffffff"):
        assert own_style(Attributes(ink)).color is None
    assert own_style(Attributes(8)).dim
    assert own_style(Attributes(1, bold=True)).color == RichColor.from_ansi(1)
    assert own_style(Attributes(None, 3)).color == RichColor.from_ansi(0)
    assert own_style(Attributes(None, 4)).color == RichColor.from_ansi(15)
