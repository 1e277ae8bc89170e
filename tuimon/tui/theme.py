"""Colours: tuimon's themes, and the rich style of each role that rows of cells name.

Charts and panes name roles ("axis", "curve0", "warn"); only this module knows colours. The curve
palette is Okabe and Ito's (2008), made for colour-blind readers, brightened for dark screens.

Two roles paint half blocks, their ink before the slash and the background behind it:
``heat:7/12`` with levels of a ramp (0 leaves the background as it is), ``rgb:ffab2e/000000`` with
colours of a picture. The ramp is matplotlib's viridis, which is perceptually uniform, from where
it can be told from a dark screen.
"""

import re
from functools import lru_cache

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

_DARK_CURVES = (
    "#5cc8ff",
    "#ffab2e",
    "#3ddc97",
    "#f28bd0",
    "#f7e463",
    "#ff7f50",
    "#9fa8ff",
    "#c3ccd6",
)
_LIGHT_CURVES = (
    "#0072b2",
    "#d55e00",
    "#007f5c",
    "#b3508a",
    "#8a7400",
    "#a63c06",
    "#4149a8",
    "#55606b",
)
_ANSI_CURVES = (
    "ansi_bright_cyan",
    "ansi_bright_yellow",
    "ansi_bright_green",
    "ansi_bright_magenta",
    "ansi_bright_blue",
    "ansi_bright_red",
    "ansi_bright_white",
    "ansi_white",
)
_CURVE_BLENDS = {"curve": 0.0, "past": 0.4, "band": 0.62}
_DIM_BLEND = 0.45
_FAINT_BLEND = 0.68
_FADED_BLEND = 0.74


def _curve_variables(colours: tuple[str, ...]) -> dict[str, str]:
    return {f"curve-{index}": colour for index, colour in enumerate(colours)}


THEMES = (
    Theme(
        name="tuimon-dark",
        primary="#5cc8ff",
        secondary="#3b6ea5",
        accent="#ffab2e",
        warning="#ffc857",
        error="#ff6b6b",
        success="#3ddc97",
        foreground="#dde3ea",
        background="#0f1318",
        surface="#161c23",
        panel="#1d252e",
        variables=_curve_variables(_DARK_CURVES),
    ),
    Theme(
        name="tuimon-light",
        primary="#0072b2",
        secondary="#5b8fb9",
        accent="#d55e00",
        warning="#9a6700",
        error="#c4242b",
        success="#007f5c",
        foreground="#1d2730",
        background="#fbfcfd",
        surface="#f0f3f6",
        panel="#e4e9ee",
        dark=False,
        variables=_curve_variables(_LIGHT_CURVES),
    ),
)

_FIXED: dict[str, tuple[str, float, str]] = {
    # role: theme variable, share of background blended in, text attributes
    "text": ("foreground", 0.0, ""),
    "blank": ("foreground", 0.0, ""),
    "title": ("foreground", 0.0, "bold"),
    "note": ("foreground", _DIM_BLEND, ""),
    "legend": ("foreground", 0.2, ""),
    "value": ("foreground", 0.0, "bold"),
    "focus": ("primary", 0.0, "bold"),
    "dim": ("foreground", _DIM_BLEND, ""),
    "tick": ("foreground", _DIM_BLEND, ""),
    "axis": ("foreground", _FAINT_BLEND, ""),
    "faded": ("foreground", _FADED_BLEND, ""),
    "mark": ("error", 0.0, "bold"),
    "warn": ("warning", 0.0, ""),
    "error": ("error", 0.0, "bold"),
    "ok": ("success", 0.0, ""),
    "accent": ("accent", 0.0, ""),
    "key": ("primary", 0.0, "bold"),
    "cursor": ("foreground", 0.0, "reverse"),
}
_INDEXED = re.compile(r"(curve|band|past)(\d+)")
_HALVES = re.compile(r"heat:(\d+)/(\d+)")
_PIXELS = re.compile(r"rgb:([0-9a-f]{6})(?:/([0-9a-f]{6}))?")
_RAMP = (
    "#3d2a6e",
    "#414487",
    "#3b528b",
    "#34618d",
    "#2d708e",
    "#277f8e",
    "#218e8d",
    "#1f9e89",
    "#2db27d",
    "#4ac16d",
    "#73d056",
    "#a0da39",
    "#c8e020",
    "#e7e419",
    "#fde725",
)
_KEPT_STYLES = 4096
"""A picture on a large screen has that many pairs of colours."""


class RoleStyles:
    """The rich style of every role under one theme, over one background."""

    def __init__(self, variables: dict[str, str], background: Color, *, ansi: bool) -> None:
        """`variables` are the theme's colours by name; an `ansi` theme has no blending."""
        self._variables = variables
        self._background = background
        self._ansi = ansi
        self._colours = sum(1 for name in variables if name.startswith("curve-")) or len(
            _DARK_CURVES
        )
        self.style = lru_cache(maxsize=_KEPT_STYLES)(self._style)

    def _style(self, role: str) -> Style:
        if match := _INDEXED.fullmatch(role):
            index = int(match[2]) % self._colours
            fallback = _ANSI_CURVES if self._ansi else _DARK_CURVES
            colour = self._variables.get(f"curve-{index}", fallback[index % len(fallback)])
            return self._make(colour, _CURVE_BLENDS[match[1]], "")
        if match := _PIXELS.fullmatch(role):
            return Style(color=f"#{match[1]}", bgcolor=f"#{match[2]}" if match[2] else None)
        if match := _HALVES.fullmatch(role):
            return Style(color=self._heat(int(match[1])), bgcolor=self._heat(int(match[2])))
        variable, blend, attributes = _FIXED.get(role, _FIXED["text"])
        return self._make(self._variables.get(variable, "#dddddd"), blend, attributes)

    def _heat(self, level: int) -> str | None:
        """The colour of a level from 1 on: the higher, the farther from the background."""
        if not level:
            return None
        # An ansi theme does not say how bright the terminal is; most are dark.
        dark = self._ansi or self._background.brightness < 0.5
        step = min(level, len(_RAMP)) - 1
        return _RAMP[step if dark else -1 - step]

    def _make(self, colour: str, blend: float, attributes: str) -> Style:
        try:
            parsed = Color.parse(colour)
        except ColorParseError:
            parsed = Color.parse("#dddddd")
        bold, reverse = "bold" in attributes, "reverse" in attributes
        if self._ansi or parsed.ansi is not None:
            return Style(
                color=parsed.rich_color, dim=blend > _DIM_BLEND / 2, bold=bold, reverse=reverse
            )
        return Style(
            color=parsed.blend(self._background, blend).rich_color, bold=bold, reverse=reverse
        )
