"""What a vector drawing is made of. Lengths are pixels, from the top left corner."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.roles import Role

Points = NDArray[np.float64]
"""Shape [n, 2]: x and y."""
Anchor = Literal["start", "middle", "end"]
DASHES: tuple[tuple[float, ...], ...] = ((), (7, 4), (2, 3), (9, 3, 2, 3))
"""Lengths drawn and left out in turn, by `Curve.pattern`: solid, dashes, dots, both."""


class Polyline(NamedTuple):
    """A line through points."""

    points: Points
    role: Role
    width: float = 1.0
    dash: tuple[float, ...] = ()


class Polygon(NamedTuple):
    """A filled area without an edge."""

    points: Points
    role: Role
    opacity: float = 1.0


class Label(NamedTuple):
    """A line of text."""

    x: float
    y: float
    """Of the point on its base line that `anchor` names."""
    text: str
    """Safe."""
    role: Role
    size: float
    anchor: Anchor = "start"
    bold: bool = False


@dataclass
class VectorDrawing:
    """Shapes, the hindmost first, in `width` × `height`."""

    width: float
    height: float
    title: str
    """Tells what it shows to who cannot see it."""
    shapes: list[Polyline | Polygon | Label] = field(default_factory=list)

    def put(self, other: "VectorDrawing", x: float, y: float) -> None:
        """Put another drawing on top, its corner at a point."""
        for shape in other.shapes:
            if isinstance(shape, Label):
                self.shapes.append(shape._replace(x=shape.x + x, y=shape.y + y))
            else:
                self.shapes.append(shape._replace(points=shape.points + np.array([x, y])))


def straight(x0: float, y0: float, x1: float, y1: float) -> Points:
    """The points of a line from one place to another."""
    return np.array([[x0, y0], [x1, y1]])
