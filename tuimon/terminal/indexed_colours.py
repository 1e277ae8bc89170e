"""The 256 colours of terminals that have no more: those nearest to what a theme wants.

Rich takes grounds that are nearly black for black, so that bars and panels are not seen.
"""

from functools import lru_cache

from rich.color import Color, ColorType
from rich.style import Style

_LEVELS = (0, 95, 135, 175, 215, 255)
"""Of the cube from number 16 on; the greys from 232 on are 8, 18, … 238 (XTerm's defaults)."""
_CUBE, _GREYS, _MOST_GREY = 16, 232, 23
# How much a difference in red, green and blue is seen.
_WEIGHTS = (2, 4, 3)


@lru_cache(maxsize=1024)
def indexed(style: Style) -> Style:
    """A style in colours that have numbers."""
    ink, ground = (_indexed(colour) for colour in (style.color, style.bgcolor))
    return style + Style(color=ink, bgcolor=ground)


def _indexed(colour: Color | None) -> Color | None:
    if colour is None or colour.type is not ColorType.TRUECOLOR or colour.triplet is None:
        return colour
    return Color.from_ansi(nearest(*colour.triplet))


@lru_cache(maxsize=1024)
def nearest(red: int, green: int, blue: int) -> int:
    """The number of the colour that looks most like one, each part 0 … 255."""
    wanted = red, green, blue
    steps = [min(range(6), key=lambda at: abs(_LEVELS[at] - part)) for part in wanted]
    grey = min(max(round((sum(wanted) / 3 - 8) / 10), 0), _MOST_GREY)
    found = {
        _CUBE + 36 * steps[0] + 6 * steps[1] + steps[2]: tuple(_LEVELS[at] for at in steps),
        _GREYS + grey: (8 + 10 * grey,) * 3,
    }
    return min(found, key=lambda number: _apart(found[number], wanted))


def _apart(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    parts = zip(_WEIGHTS, one, other, strict=True)
    return sum(weight * (a - b) ** 2 for weight, a, b in parts)
