"""What the parts of drawings are made of: the colour of a theme, more or less dimmed."""

from typing import NamedTuple

from tuimon.charts import roles
from tuimon.tui.themes.contrast import TEXT


class Ink(NamedTuple):
    """A colour among the variables of a theme."""

    variable: str
    """Its name."""
    blend: float = 0.0
    """The share of the background in it."""
    attributes: str = ""
    """Of the text, as rich names them."""
    least: float = TEXT
    """The contrast that it has whatever the theme: 0 for what is to be faint, and no text."""


DIM = 0.45
_FAINT_BLEND = 0.68
_FADED_BLEND = 0.74
_SHADE_BLEND = 0.88

ROLES: dict[str, Ink] = {
    roles.TEXT: Ink("foreground"),
    roles.BLANK: Ink("foreground"),
    roles.TITLE: Ink("foreground", 0.0, "bold"),
    roles.NOTE: Ink("foreground", DIM),
    roles.LEGEND: Ink("foreground", 0.2),
    roles.VALUE: Ink("foreground", 0.0, "bold"),
    roles.FOCUS: Ink("primary", 0.0, "bold"),
    roles.DIM: Ink("foreground", DIM),
    roles.TICK: Ink("foreground", DIM),
    roles.AXIS: Ink("foreground", _FAINT_BLEND, least=0),
    roles.FADED: Ink("foreground", _FADED_BLEND, least=0),
    roles.SHADE: Ink("foreground", _SHADE_BLEND, least=0),
    roles.CURSOR: Ink("accent", 0.3, least=0),
    roles.MARK: Ink("error", 0.0, "bold"),
    roles.WARN: Ink("warning"),
    roles.ERROR: Ink("error", 0.0, "bold"),
    roles.OK: Ink("success"),
    roles.ACCENT: Ink("accent"),
    roles.PASSED: Ink("accent", DIM, least=0),
    roles.THUMB: Ink("accent", 0.0, "bold"),
    roles.TRACK: Ink("foreground", _FAINT_BLEND, least=0),
    roles.KEY: Ink("primary", 0.0, "bold"),
    roles.MATCH: Ink("accent", 0.0, "reverse"),
    roles.PICKED: Ink("primary"),
    roles.SELECTED: Ink("foreground", 0.0, "reverse"),
}
