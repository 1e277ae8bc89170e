"""What the parts of drawings are made of: the colour of a theme, more or less dimmed."""

from typing import NamedTuple


class Ink(NamedTuple):
    """A colour among the variables of a theme."""

    variable: str
    """Its name."""
    blend: float = 0.0
    """The share of the background in it."""
    attributes: str = ""
    """Of the text, as rich names them."""


DIM = 0.45
_FAINT_BLEND = 0.68
_FADED_BLEND = 0.74
_SHADE_BLEND = 0.88

ROLES: dict[str, Ink] = {
    "text": Ink("foreground"),
    "blank": Ink("foreground"),
    "title": Ink("foreground", 0.0, "bold"),
    "note": Ink("foreground", DIM),
    "legend": Ink("foreground", 0.2),
    "value": Ink("foreground", 0.0, "bold"),
    "focus": Ink("primary", 0.0, "bold"),
    "dim": Ink("foreground", DIM),
    "tick": Ink("foreground", DIM),
    "axis": Ink("foreground", _FAINT_BLEND),
    "faded": Ink("foreground", _FADED_BLEND),
    "shade": Ink("foreground", _SHADE_BLEND),
    "upright": Ink("accent", 0.3),
    "mark": Ink("error", 0.0, "bold"),
    "warn": Ink("warning"),
    "error": Ink("error", 0.0, "bold"),
    "ok": Ink("success"),
    "accent": Ink("accent"),
    "passed": Ink("accent", DIM),
    "thumb": Ink("accent", 0.0, "bold"),
    "track": Ink("foreground", _FAINT_BLEND),
    "key": Ink("primary", 0.0, "bold"),
    "match": Ink("accent", 0.0, "reverse"),
    "picked": Ink("primary"),
    "cursor": Ink("foreground", 0.0, "reverse"),
}
