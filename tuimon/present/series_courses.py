"""The courses of series in a few cells, for lists of tags."""

from typing import NamedTuple

from tuimon.charts.model import MarkStyle
from tuimon.charts.sparkline import thin_sparkline
from tuimon.store.series import Series

_GROWTH = 1 / 16
_MOST_PER_CELL = 64
"""Points that are looked at."""


class _Course(NamedTuple):
    series: Series
    epoch: int
    points: int
    cells: int
    marks: MarkStyle
    text: str


class SeriesCourses:
    """Sparklines that are made anew once a series has grown by a sixteenth: little is redrawn."""

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
            text = thin_sparkline(values[::stride], cells, marks)
            kept = self._kept[series.tag] = _Course(series, epoch, len(values), cells, marks, text)
        return kept.text
