"""What can be read on what: contrasts as WCAG 2 has them, and colours that are moved until it can.

A contrast is 1 … 21; text is read from `TEXT` on, lines are seen from `LINES` on.
"""

from dataclasses import replace
from typing import Any

from textual.color import Color
from textual.theme import Theme

TEXT, LINES = 4.5, 3.0
_INKS = ("primary", "secondary", "accent", "warning", "error", "success", "foreground")
_GROUNDS = ("background", "surface", "panel")
_HALVINGS = 10
_MUTED_SHARE = 0.6
MUTED = ("text-muted", "foreground-muted")
"""What muted text is called by Textual, which makes it see-through."""
_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)


def luminance(colour: Color) -> float:
    """Relative luminance, 0 … 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """Between two opaque colours."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def readable(ink: Color, *grounds: Color, least: float = TEXT) -> Color:
    """The colour nearest to an ink that has so much contrast to all grounds, as far as any has."""

    def enough(colour: Color) -> bool:
        return all(contrast(colour, ground) >= least for ground in grounds)

    if enough(ink):
        return ink
    far = max((_WHITE, _BLACK), key=lambda pole: min(contrast(pole, each) for each in grounds))
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(ink.blend(far, middle)) else (middle, high)
    return ink.blend(far, high)


def legible(theme: Theme) -> Theme:
    """A theme whose inks can be read on all of its grounds."""
    if theme.ansi:
        return theme
    colours = theme.to_color_system().generate()
    grounds = [Color.parse(colours[name]) for name in _GROUNDS]
    parsed = ((name, Color.parse(colours[name])) for name in _INKS)
    inks: dict[str, Any] = {name: readable(ink, *grounds).hex for name, ink in parsed}
    return with_muted(replace(theme, **inks))


def with_muted(theme: Theme) -> Theme:
    """A theme whose muted text can be read on all of its grounds, too."""
    if theme.ansi:
        return theme
    colours = theme.to_color_system().generate()
    background, *others = (Color.parse(colours[name]) for name in _GROUNDS)
    ink = background.blend(Color.parse(colours["foreground"]), _MUTED_SHARE)
    muted = readable(ink, background, *others).hex
    return replace(theme, variables={**theme.variables, **dict.fromkeys(MUTED, muted)})
