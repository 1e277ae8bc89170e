"""The colours of a training's output under a theme: those that were meant, as far as one can read
them there.
"""

from collections.abc import Mapping
from functools import lru_cache

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

from tuimon.console.attributes import Attributes
from tuimon.console.attributes import Colour as PrintedColour

READABLE = 4.5
"""The least contrast of text (WCAG 2, AA)."""
DIMMEST = 3.0
"""Of dim text."""
_STEPS = 6
_LEVELS = 17
"""From one level of a channel to the next: a rainbow must not make a style a cell."""
_BRIGHTER = 0.35
_NAMES = {1: "error", 2: "success", 3: "warning"}
"""Of xterm's 16 colours, those that themes have: what warns in a log warns as on the screen."""
_HUES = {
    0: "#000000",
    4: "#4a90f0",
    5: "#cf6bd6",
    6: "#22b0bd",
    7: "#c6cbd1",
    8: "#7d8590",
    15: "#ffffff",
}
_BRIGHT = (2, 3, 6, 7, *range(9, 16))
_DARK, _LIGHT = 0.03, 0.8
"""Luminances of what may be invisible on a dark, on a light background."""
_CUBE = (0, 95, 135, 175, 215, 255)


class OutputColours:
    """What `Attributes` look like under one theme, over one background."""

    def __init__(self, variables: Mapping[str, str], background: Color, dim: float) -> None:
        """`variables` are the theme's colours by name; `dim` is the share of the background in
        dim text."""
        self._variables = variables
        self._background = background
        self._dim = dim

    def style(self, look: Attributes) -> Style:
        """How text of these attributes is shown."""
        ground = None if look.ground is None else self._colour(look.ground)
        behind = ground or self._background
        wanted = self._named("foreground") if look.ink is None else self._colour(look.ink)
        ink = readable(wanted, behind)
        if look.dim:
            ink = readable(ink.blend(behind, self._dim), behind, DIMMEST)
        return _style(look, ink.rich_color, None if ground is None else ground.rich_color)

    def _colour(self, colour: PrintedColour) -> Color:
        if isinstance(colour, str) or colour >= 16:
            return _fixed(colour)
        if colour in _HUES:
            return Color.parse(_HUES[colour])
        if colour >= 8:
            return self._colour(colour - 8).blend(_pole(self._background), _BRIGHTER)
        return self._named(_NAMES[colour])

    def _named(self, name: str) -> Color:
        return Color.parse(self._variables.get(name, "#dddddd"))


def own_style(look: Attributes) -> Style:
    """How text of these attributes is shown in the terminal's own colours.

    What is black or white has no ink of its own, as one of them may be the background's.
    """
    ink, ground = look.ink, look.ground
    if ground is None and ink is not None and _is_extreme(ink):
        look, ink = look._replace(dim=look.dim or ink == 8), None
    elif ground is not None and ink is None and not look.reverse:
        ink = 0 if ground in _BRIGHT else 15
    return _style(look, _own(ink), _own(ground))


def _is_extreme(ink: PrintedColour) -> bool:
    if isinstance(ink, int) and ink < 16:
        return ink in (0, 7, 8, 15)
    return not _DARK < _luminance(_fixed(ink)) < _LIGHT


def _fixed(colour: PrintedColour) -> Color:
    """A colour that is the same in all terminals."""
    if isinstance(colour, str):
        red, green, blue = (round(level / _LEVELS) * _LEVELS for level in bytes.fromhex(colour[1:]))
        return Color(red, green, blue)
    if colour >= 232:
        grey = 8 + 10 * (colour - 232)
        return Color(grey, grey, grey)
    red, rest = divmod(colour - 16, 36)
    return Color(_CUBE[red], _CUBE[rest // 6], _CUBE[rest % 6])


def _own(colour: PrintedColour | None) -> RichColor | None:
    if colour is None:
        return None
    return RichColor.from_ansi(colour) if isinstance(colour, int) else _fixed(colour).rich_color


def _style(look: Attributes, ink: RichColor | None, ground: RichColor | None) -> Style:
    """Dim ink of a theme is a colour; that of the terminal's own colours an attribute."""
    return Style(
        color=ink,
        bgcolor=ground,
        bold=look.bold,
        dim=look.dim and (ink is None or ink.triplet is None),
        italic=look.italic,
        underline=look.underline,
        reverse=look.reverse,
        strike=look.strike,
    )


@lru_cache(maxsize=4096)
def readable(ink: Color, ground: Color, least: float = READABLE) -> Color:
    """That colour, or the nearest one towards white or black that has so much contrast."""
    if contrast(ink, ground) >= least:
        return ink
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if contrast(ink.blend(_pole(ground), middle), ground) < least:
            low = middle
        else:
            high = middle
    return ink.blend(_pole(ground), high)


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours: 1 … 21 (WCAG 2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=4096)
def _luminance(colour: Color) -> float:
    shares = (level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
              for level in colour.normalized)  # fmt: skip
    return sum(
        share * weight for share, weight in zip(shares, (0.2126, 0.7152, 0.0722), strict=True)
    )


def _pole(ground: Color) -> Color:
    """Black or white, whichever is farther."""
    return Color(255, 255, 255) if _luminance(ground) < 0.179 else Color(0, 0, 0)
