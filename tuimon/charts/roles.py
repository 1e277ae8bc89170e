"""Roles: what a piece of a drawing is. The screen maps them to colours.

Charts know no colours but those of `RAMP`, the levels of heat, which light themes turn around.

Curves have numbered roles, by ``Curve.colour``: ``curve0``, ``curve1`` … for the line and its
legend cue, ``end0``, ``end1`` … for what is written beside it, ``band0``, ``band1`` … for the dim
range of the raw values behind it, ``past0``, ``past1`` … for the line of its superseded points.
Half blocks have roles of two colours: `heat` and `pixels`. Any role can be `lit` by the line of a
cursor that runs behind its cells.
"""

from functools import lru_cache
from typing import Final

RAMP = (
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
"""From the lowest level to the highest, on a dark ground."""

BLANK: Final = "blank"  # empty cells; carries no ink, so any style will do
TEXT: Final = "text"
TITLE: Final = "title"
NOTE: Final = "note"  # how the chart is drawn: "log y", "smoothing 0.6"
WARN: Final = "warn"  # what the reader must not miss: "3 NaN"
LEGEND: Final = "legend"  # labels of curves
VALUE: Final = "value"  # last values of curves
AXIS: Final = "axis"  # axis lines and tick marks
TICK: Final = "tick"  # tick labels
MARK: Final = "mark"  # where values are NaN or infinite
FADED: Final = "faded"  # lines of curves among which others stand out
SHADE: Final = "shade"  # the range of curves among which others stand out
CURSOR: Final = "upright"  # the line of the cursor in blank cells
DIM: Final = "dim"  # "+43 more", "no data yet"
ACCENT: Final = "accent"  # what is selected
PASSED: Final = "passed"  # a slider: the part of its track before the thumb
THUMB: Final = "thumb"
TRACK: Final = "track"

_LIT: Final = "|"


@lru_cache(maxsize=512)
def curve(colour: int) -> str:
    """Return the role of a curve's line."""
    return f"curve{colour}"


@lru_cache(maxsize=512)
def end(colour: int) -> str:
    """Return the role of what is written beside a curve's line: its newest value, its best one."""
    return f"end{colour}"


@lru_cache(maxsize=512)
def band(colour: int) -> str:
    """Return the role of the range of raw values behind a curve's line."""
    return f"band{colour}"


@lru_cache(maxsize=512)
def past(colour: int) -> str:
    """Return the role of the line of a curve's superseded points."""
    return f"past{colour}"


def lit(role: str) -> str:
    """Return the role of a cell that the line of the cursor runs behind."""
    return role if role.endswith(_LIT) else role + _LIT


def unlit(role: str) -> str | None:
    """Return the role of a cell without the line of the cursor behind it; None if none is."""
    return role.removesuffix(_LIT) if role.endswith(_LIT) else None


@lru_cache(maxsize=512)
def heat(ink: int, ground: int) -> str:
    """Return the role of a cell with two levels: of its ink 1 … 15, of its background 0 … 15."""
    return f"heat:{ink}/{ground}"


def pixels(ink: int, ground: int | None) -> str:
    """Return the role of a cell with two colours, 0xRRGGBB: of its ink and its background."""
    return f"rgb:{ink:06x}" if ground is None else f"rgb:{ink:06x}/{ground:06x}"
