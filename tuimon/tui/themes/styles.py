"""The rich style of each role that rows of cells name, under a theme.

Charts and panes name roles ("axis", "curve0", "warn"); only this module and the themes know
colours. A theme has variables of ours: ``curve-0`` … are the colours of curves, ``role-NAME`` the
colour of one role where it is none of the theme's, ``fade`` is how far dim roles are blended into
the background (1 as a rule, less for more contrast).

Two roles paint half blocks, their ink before the slash and the background behind it:
``heat:7/12`` with levels of a ramp (0 leaves the background as it is), ``rgb:ffab2e/000000`` with
colours of a picture. The ramp is matplotlib's viridis, which is perceptually uniform, from where
it can be told from a dark screen.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import count, takewhile
from typing import Any

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError

from tuimon.charts import roles
from tuimon.charts.roles import RAMP
from tuimon.tui.themes.inks import DIM, ROLES
from tuimon.tui.themes.theme_file import ANSI, DARK, LIGHT

_LIT_BLEND = 0.75
_CURVE_BLENDS = {"curve": 0.0, "end": 0.0, "past": 0.4, "band": 0.62}
_INDEXED = re.compile(r"(curve|end|band|past)(\d+)")
_HALVES = re.compile(r"heat:(\d+)/(\d+)")
_PIXELS = re.compile(r"rgb:([0-9a-f]{6})(?:/([0-9a-f]{6}))?")
_KEPT_STYLES = 4096
"""A picture on a large screen has that many pairs of colours."""


def curve_colours(variables: Mapping[str, str]) -> tuple[str, ...]:
    """The colours of curves among a theme's variables; none in a theme that is not ours."""
    names = map("curve-{}".format, count())
    return tuple(variables[name] for name in takewhile(variables.__contains__, names))


def palette_of(app: App[Any]) -> int:
    """How many colours tell curves apart on the screen of an app; 1 where there are none."""
    if app.no_color:
        return 1
    return len(curve_colours(app.theme_variables) or curve_colours(DARK.variables))


class RoleStyles:
    """The rich style of every role under one theme, over one background."""

    def __init__(self, variables: dict[str, str], background: Color, *, ansi: bool) -> None:
        """`variables` are the theme's colours by name; an `ansi` theme has no blending."""
        self._variables = variables
        self._background = background
        self._ansi = ansi
        own = ANSI if ansi else DARK if self._dark else LIGHT
        self._curves = curve_colours(variables) or curve_colours(own.variables)
        self._fade = float(variables.get("fade", 1.0))
        self.style = lru_cache(maxsize=_KEPT_STYLES)(self._style)

    def _style(self, role: str) -> Style:
        if unlit := roles.unlit(role):
            return self.style(unlit) + self._lit()
        if match := _INDEXED.fullmatch(role):
            colour = self._curves[int(match[2]) % len(self._curves)]
            return self._make(colour, _CURVE_BLENDS[match[1]], "")
        if match := _PIXELS.fullmatch(role):
            return Style(color=f"#{match[1]}", bgcolor=f"#{match[2]}" if match[2] else None)
        if match := _HALVES.fullmatch(role):
            return Style(color=self._heat(int(match[1])), bgcolor=self._heat(int(match[2])))
        variable, blend, attributes = ROLES.get(role, ROLES["text"])
        own = self._variables.get(f"role-{role}")
        if own is not None:
            return self._make(own, 0.0, attributes)
        return self._make(self._variables.get(variable, "#dddddd"), blend, attributes)

    def _lit(self) -> Style:
        """What the line of a cursor adds to the cells that it runs behind."""
        accent = Color.parse(self._variables.get("accent", "#dddddd"))
        if self._ansi or accent.ansi is not None:  # one of the terminal's own colours
            return Style(reverse=True)
        return Style(bgcolor=accent.blend(self._background, _LIT_BLEND).rich_color)

    @property
    def _dark(self) -> bool:
        # An ansi theme does not say how bright the terminal is; most are dark.
        return self._ansi or self._background.brightness < 0.5

    def _heat(self, level: int) -> str | None:
        """The colour of a level from 1 on: the higher, the farther from the background."""
        if not level:
            return None
        step = min(level, len(RAMP)) - 1
        return RAMP[step if self._dark else -1 - step]

    def _make(self, colour: str, blend: float, attributes: str) -> Style:
        try:
            parsed = Color.parse(colour)
        except ColorParseError:
            parsed = Color.parse("#dddddd")
        bold, reverse = "bold" in attributes, "reverse" in attributes
        if self._ansi or parsed.ansi is not None:
            return Style(color=parsed.rich_color, dim=blend > DIM / 2, bold=bold, reverse=reverse)
        return Style(
            color=parsed.blend(self._background, blend * self._fade).rich_color,
            bold=bold,
            reverse=reverse,
        )
