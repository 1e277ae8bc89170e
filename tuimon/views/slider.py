"""The track in the head of a view: where among the steps of its tag the seen one is.

A drawing tells by its roles where the track is, so what is seen is what can be pointed at.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.text import width

TRACK_LEAST, TRACK_MOST = 10, 40
"""Cells of a track."""
_ROLES = (roles.PASSED, roles.THUMB, roles.TRACK)


class SliderTrack(NamedTuple):
    """The cells of a track in the first row of a drawing."""

    x: int
    cells: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell of the drawing is one of the track."""
        return y == 0 and self.x <= x < self.x + self.cells

    def step_at(self, x: int, count: int) -> int:
        """Which of `count` steps, from 0, column `x` means; it may lie beside the track."""
        share = (x - self.x) / max(1, self.cells - 1)
        return round(min(max(0.0, share), 1.0) * (count - 1))


def draw_track(index: int, count: int, cells: int) -> list[tuple[str, str]]:
    """A track of so many cells with a thumb at step `index` of `count`, two at least."""
    at = round(index / (count - 1) * (cells - 1))
    return [("━" * at, roles.PASSED), ("●", roles.THUMB), ("─" * (cells - 1 - at), roles.TRACK)]


def find_track(rows: Sequence[Row]) -> SliderTrack | None:
    """The track of a drawing, if it has one."""
    x = 0
    for span in rows[0] if rows else ():
        if span.role in _ROLES:
            rest = (one for one in rows[0] if one.role in _ROLES)
            return SliderTrack(x, sum(width(one.text) for one in rest))
        x += width(span.text)
    return None


def without_track(rows: Sequence[Row]) -> Sequence[Row]:
    """A drawing as it looks on paper, where nobody slides."""
    if not rows:
        return rows
    return [tuple(span for span in rows[0] if span.role not in _ROLES), *rows[1:]]
