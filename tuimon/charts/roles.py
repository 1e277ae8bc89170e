"""Roles: what a piece of a drawing is. Renderers map them to colours; charts know none.

Most roles are plain names. Curves have roles with a number, by ``Curve.colour``: of the line and
its legend cue, of what is written beside it, of a title that names it, of the dim range of the raw
values behind it, and of the line of its superseded points. Half blocks have roles of two colours:
`heat` and `pixels`. Text of a training's output has the `Attributes` that it was printed with. Any
role can be `lit` by the line of a cursor that runs behind its cells.

A renderer is a `RoleTable`. Its ramp for heat is matplotlib's viridis, which is perceptually
uniform, from where it can be told from a dark screen.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final, Literal, NamedTuple, TypeVar

from tuimon.console.attributes import Attributes

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

_MOST_KEPT = 4096
"""A picture on a large screen has that many pairs of colours."""

BLANK: Final = "blank"  # empty cells; carries no ink, so any style will do
TEXT: Final = "text"
TITLE: Final = "title"
NOTE: Final = "note"  # how the chart is drawn: "log y", "smoothing 0.6"
LEGEND: Final = "legend"  # labels of curves
VALUE: Final = "value"  # last values of curves
FOCUS: Final = "focus"  # titles of what has the focus
DIM: Final = "dim"  # "+43 more", "no data yet"
TICK: Final = "tick"  # tick labels
AXIS: Final = "axis"  # axis lines and tick marks
FADED: Final = "faded"  # lines of curves among which others stand out
SHADE: Final = "shade"  # the range of curves among which others stand out
CURSOR: Final = "upright"  # the line of the cursor in blank cells
MARK: Final = "mark"  # where values are NaN or infinite
WARN: Final = "warn"  # what the reader must not miss: "3 NaN"
ERROR: Final = "error"
OK: Final = "ok"
ACCENT: Final = "accent"  # what is selected
PASSED: Final = "passed"  # a slider: the part of its track before the thumb
THUMB: Final = "thumb"
TRACK: Final = "track"
KEY: Final = "key"  # in the footer
MATCH: Final = "match"  # of what was searched for
PICKED: Final = "picked"  # the line of a table that its cursor is in
SELECTED: Final = "cursor"  # the line of a list that its cursor is in

CurvePart = Literal["line", "end", "title", "band", "past"]


class CurveRole(NamedTuple):
    """A part of a curve."""

    part: CurvePart
    colour: int
    """Its number; there may be fewer colours."""


class HeatRole(NamedTuple):
    """Half blocks in levels of a ramp."""

    ink: int
    """1 … 15."""
    ground: int
    """0 … 15; 0 leaves the background as it is."""


class PixelRole(NamedTuple):
    """Half blocks in colours of a picture, ``#rrggbb``."""

    # Texts, as numbers would make it equal to a `HeatRole`.
    ink: str
    ground: str | None


class LitRole(NamedTuple):
    """What the line of a cursor runs behind."""

    role: "str | CurveRole | HeatRole | PixelRole | Attributes"


Role = str | CurveRole | HeatRole | PixelRole | Attributes | LitRole
T = TypeVar("T")


def _part(part: CurvePart) -> Callable[[int], CurveRole]:
    return lru_cache(maxsize=512)(partial(CurveRole, part))


curve = _part("line")
"""The role of a curve's line, by its number."""
end = _part("end")
"""Of what is written beside a curve's line: its newest value, its best one."""
title = _part("title")
"""Of the title of a chart that has this curve alone."""
band = _part("band")
"""Of the range of raw values behind a curve's line."""
past = _part("past")
"""Of the line of a curve's superseded points."""


def is_title(role: "Role") -> bool:
    """Whether a role is that of a title, of a curve's or not."""
    return role == TITLE or (isinstance(role, CurveRole) and role.part == "title")


heat: Callable[[int, int], HeatRole] = lru_cache(maxsize=512)(HeatRole)
"""The role of a cell with two levels: of its ink 1 … 15, of its background 0 … 15."""


def lit(role: Role) -> LitRole:
    """Return the role of a cell that the line of the cursor runs behind."""
    return role if isinstance(role, LitRole) else LitRole(role)


def pixels(ink: int, ground: int | None) -> PixelRole:
    """Return the role of a cell with two colours, 0xRRGGBB: of its ink and its background."""
    return PixelRole(f"#{ink:06x}", None if ground is None else f"#{ground:06x}")


class RoleTable(dict[Role, T]):
    """How every role looks to a renderer, which says so for each sort of role once."""

    def __missing__(self, role: Role) -> T:
        if len(self) >= _MOST_KEPT:
            self.clear()
        made = self[role] = self._made(role)
        return made

    def _made(self, role: Role) -> T:
        match role:
            case Attributes():
                return self.printed(role)
            case CurveRole(part, colour):
                return self.curve(part, colour)
            case HeatRole(ink, ground):
                return self.halves(self.heat(ink), self.heat(ground) if ground else None)
            case PixelRole(ink, ground):
                return self.halves(ink, ground)
            case LitRole(behind):
                return self.lit(self[behind])
        return self.plain(role)

    def heat(self, level: int) -> str:
        """The colour of a level from 1 on, ``#rrggbb``: here for a dark background."""
        return RAMP[min(level, len(RAMP)) - 1]

    def plain(self, name: str) -> T:
        """Of a role that is a name."""
        raise NotImplementedError

    def curve(self, part: CurvePart, colour: int) -> T:
        """Of a part of the curve with this number."""
        raise NotImplementedError

    def halves(self, ink: str, ground: str | None) -> T:
        """Of two colours, ``#rrggbb``; None leaves the background as it is."""
        raise NotImplementedError

    def printed(self, look: Attributes) -> T:
        """Of text that was printed so."""
        raise NotImplementedError

    def lit(self, behind: T) -> T:
        """Of what looks like this without the line of a cursor behind it."""
        raise NotImplementedError
