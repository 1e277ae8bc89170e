"""The colours of a theme on a page or a slide, for drawings that are saved as files."""

from typing import Literal, NamedTuple, get_args

from textual.color import Color
from textual.theme import Theme

from tuimon.charts.roles import Role, RoleTable
from tuimon.tui.themes.styles import RoleStyles, curve_colours
from tuimon.tui.themes.theme_file import DARK, LIGHT

Ground = Literal["light", "dark", "transparent", "transparent-dark"]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
"""What a drawing stands on; what is transparent is to be put on a light or on a dark page."""
COLOURS = len(curve_colours(LIGHT.variables))
"""How many tell curves apart."""


class PageInks(RoleTable[str]):
    """The colour of every role, ``#rrggbb``, over the background of a theme."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        ground = Color.parse(theme.background or "white")
        self._styles = RoleStyles(variables_of(theme), ground, ansi=False)

    def _made(self, role: Role) -> str:
        colour = self._styles[role].color
        assert colour is not None
        return str(colour.get_truecolor().hex)


class PageStyle(NamedTuple):
    """What a saved drawing looks like."""

    inks: PageInks
    ground: str | None
    """``#rrggbb``; None lets the page through."""


def page_style(ground: Ground) -> PageStyle:
    """The colours of tuimon's own light or dark theme."""
    theme = DARK if ground.endswith("dark") else LIGHT
    see_through = ground.startswith("transparent")
    return PageStyle(PageInks(theme), None if see_through else theme.background)


def variables_of(theme: Theme) -> dict[str, str]:
    """The colours of a theme by name, as widgets have them."""
    own = {name: value for name, value in vars(theme).items() if isinstance(value, str)}
    return {**own, **theme.variables}
