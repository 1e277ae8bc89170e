"""Curves like those of trainings, and drawings as text, for the tests of charts."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuimon.charts.model import Curve, Drawing

START = 1.7e9


def curve(
    values: ArrayLike,
    steps: ArrayLike | None = None,
    label: str = "train",
    colour: int = 0,
    seconds: float = 1.0,
    start: float = START,
) -> Curve:
    """A curve with a point every so many seconds per step."""
    heights = np.asarray(values, dtype=np.float64)
    at = np.arange(len(heights)) if steps is None else np.asarray(steps, dtype=np.int64)
    return Curve(
        label=label,
        steps=at,
        wall_times=start + seconds * at.astype(np.float64),
        values=heights,
        colour=colour,
    )


def noisy_loss(points: int, seed: int = 0) -> NDArray[np.float64]:
    """A decaying loss with noise."""
    rng = np.random.default_rng(seed)
    decay = 0.25 + 2.1 * np.exp(-6 * np.arange(points) / points)
    return decay * (1 + rng.normal(0, 0.1, points))


def text(drawing: Drawing) -> list[str]:
    """The rows of a drawing as plain text, without blanks at their ends."""
    return ["".join(span.text for span in row).rstrip() for row in drawing.rows]


def cells(drawing: Drawing) -> list[list[tuple[str, str]]]:
    """The cells of a drawing as (character, role); a blank has no ink and so no role."""
    return [
        [(char, span.role if char != " " else "") for span in row for char in span.text]
        for row in drawing.rows
    ]


def of_role(drawing: Drawing, role: str) -> list[tuple[int, int, str]]:
    """The cells of a role as (row, column, character)."""
    return [
        (y, x, char)
        for y, row in enumerate(cells(drawing))
        for x, (char, its_role) in enumerate(row)
        if its_role == role
    ]
