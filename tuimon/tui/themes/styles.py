"""The rich style of each role that rows of cells name, under a theme.

Charts and panes name roles (see :mod:`tuimon.charts.roles`); only this module and the themes know
colours. A theme has variables of ours: ``curve-0`` … are the colours of curves, ``role-NAME`` the
colour of one role where it is none of the theme's, ``fade`` is how far dim roles are blended into
the background (1 as a rule, less for more contrast).
"""

from collections.abc import Mapping
from itertools import count, takewhile
from typing import Any

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError
from textual.widget import Widget

from tuimon.charts import roles
from tuimon.charts.roles import RAMP, CurvePart, RoleTable
from tuimon.console.attributes import Attributes
from tuimon.tui.themes.contrast import LINES, TEXT, readable
from tuimon.tui.themes.inks import DIM, ROLES
from tuimon.tui.themes.output_colours import OutputColours, own_style
from tuimon.tui.themes.theme_file import ANSI, ANSI_LIGHT, DARK, LIGHT

_LIT_BLEND = 0.75
_CURVE_BLENDS: dict[CurvePart, float] = {"past": 0.4, "band": 0.62}
_CURVE_CONTRASTS: dict[CurvePart, float] = {"line": LINES, "end": TEXT, "title": TEXT}


def curve_colours(variables: Mapping[str, str]) -> tuple[str, ...]:
    """The colours of curves among a theme's variables; none in a theme that is not ours."""
    names = map("curve-{}".format, count())
    return tuple(variables[name] for name in takewhile(variables.__contains__, names))


def palette_of(app: App[Any]) -> int:
    """How many colours tell curves apart on the screen of an app; 1 where there are none."""
    if app.no_color:
        return 1
    return len(curve_colours(app.theme_variables) or curve_colours(DARK.variables))


def styles_on(widget: Widget) -> "RoleStyles":
    """The styles under the theme that is on the screen, over the background of a widget."""
    app = widget.app
    ground = widget.background_colors[1]
    theme = app.current_theme
    return RoleStyles(app.theme_variables, ground, ansi=theme.ansi, dark=theme.dark)


class RoleStyles(RoleTable[Style]):
    """The rich style of every role under one theme, over one background."""

    def __init__(
        self, variables: dict[str, str], background: Color, *, ansi: bool, dark: bool = True
    ) -> None:
        """`variables` are the theme's colours by name; an `ansi` theme has no blending, and alone
        knows whether its background is `dark`.
        """
        super().__init__()
        self._variables = variables
        self._background = background
        self._ansi = ansi
        self._dark = dark if ansi else background.brightness < 0.5
        own = (ANSI if dark else ANSI_LIGHT) if ansi else DARK if self._dark else LIGHT
        named = curve_colours(variables)
        self._curves = named or curve_colours(own.variables)
        # What a theme names is as it is named.
        self._curve_contrasts = {} if named else _CURVE_CONTRASTS
        self._fade = float(variables.get("fade", 1.0))
        self._output = OutputColours(variables, background, DIM * self._fade)

    def plain(self, name: str) -> Style:
        ink = ROLES.get(name, ROLES[roles.TEXT])
        own = self._variables.get(f"role-{name}")
        if own is not None:
            return self._make(own, 0.0, ink.attributes)
        colour = self._variables.get(ink.variable, "#dddddd")
        return self._make(colour, ink.blend, ink.attributes, ink.least)

    def curve(self, part: CurvePart, colour: int) -> Style:
        least = self._curve_contrasts.get(part, 0.0)
        ink = self._curves[colour % len(self._curves)]
        bold = "bold" if part == "title" else ""
        return self._make(ink, _CURVE_BLENDS.get(part, 0.0), bold, least)

    def halves(self, ink: str, ground: str | None) -> Style:
        return Style(color=ink, bgcolor=ground)

    def printed(self, look: Attributes) -> Style:
        return own_style(look) if self._ansi else self._output.style(look)

    def lit(self, behind: Style) -> Style:
        accent = Color.parse(self._variables.get("accent", "#dddddd"))
        if self._ansi or accent.ansi is not None:  # one of the terminal's own colours
            return behind + Style(reverse=True)
        return behind + Style(bgcolor=accent.blend(self._background, _LIT_BLEND).rich_color)

    def heat(self, level: int) -> str:
        """The higher the level, the farther from the background."""
        return RAMP[min(level, len(RAMP)) - 1 if self._dark else -min(level, len(RAMP))]

    def _make(self, colour: str, blend: float, attributes: str, least: float = 0.0) -> Style:
        try:
            parsed = Color.parse(colour)
        except ColorParseError:
            parsed = Color.parse("#dddddd")
        bold, reverse = "bold" in attributes, "reverse" in attributes
        if self._ansi or parsed.ansi is not None:
            return Style(color=parsed.rich_color, dim=blend > DIM / 2, bold=bold, reverse=reverse)
        ink = parsed.blend(self._background, blend * self._fade)
        if least:
            ink = readable(ink, self._background, least=least)
        return Style(color=ink.rich_color, bold=bold, reverse=reverse)
