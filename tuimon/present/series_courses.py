"""The courses of series in a few cells, for lists of tags."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.course import course
from tuimon.charts.model import MarkStyle
from tuimon.charts.sparkline import sparkline
from tuimon.store.series import Series

_GROWTH = 1 / 8
_MOST_PER_CELL = 16
"""Points that are looked at."""


class _Course(NamedTuple):
    series: Series
    epoch: int
    points: int
    cells: int
    marks: MarkStyle
    text: str


class SeriesCourses:
    """Sparklines that are made anew once a series has grown by an eighth: little is redrawn."""

    def __init__(self) -> None:
        self._kept: dict[str, _Course] = {}

    def of(self, series: Series, cells: int, marks: MarkStyle) -> str:
        """The course of a series in exactly so many cells."""
        kept, count = self._kept.get(series.tag), len(series)
        if (
            kept is None
            or kept.series is not series
            or (kept.epoch, kept.cells, kept.marks) != (series.epoch, cells, marks)
            or count > kept.points * (1 + _GROWTH)
        ):
            epoch, values = series.epoch, series.snapshot().values
            stride = max(1, len(values) // max(1, cells * _MOST_PER_CELL))
            text = _drawn(values[::stride], cells, marks)
            kept = self._kept[series.tag] = _Course(series, epoch, len(values), cells, marks, text)
        return kept.text


def _drawn(values: NDArray[np.float64], cells: int, marks: MarkStyle) -> str:
    if marks == "hd":  # for fonts without braille
        return sparkline(values, cells)
    return course(values.tolist(), cells, ascii_only=marks == "ascii")
