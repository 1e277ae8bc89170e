"""The table of values below the charts, as rows of spans."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.heading import plain
from tuimon.charts.marks import Marks
from tuimon.charts.model import Row, Span
from tuimon.present.statistics import TagStatistics
from tuimon.text import Align, fit, format_value, shorten, width

_GAP = 2
_LEAST_NAME = 12
_SPARED = ("COUNT", "MIN", "MAX", "BEST STEP")
"""Columns that are left out where the room is short, in this order."""


class _TextColumn(NamedTuple):
    head: str
    texts: list[str]
    align: Align = "right"

    @property
    def width(self) -> int:
        return max(map(width, (self.head, *self.texts)))


def table(
    values: Sequence[TagStatistics],
    cues: Mapping[tuple[str, str], Span],
    cells: int,
    marks: Marks,
) -> list[Row]:
    """A head, and a line for each of `values`, behind the cue that (run, tag) has in its chart.

    Columns that find no room in so many cells are left out, and so are middles of names.
    """
    if not values:
        return []
    cue_cells = max((width(cue.text) for cue in cues.values()), default=-1) + 1
    room = cells - cue_cells
    names, numbers = _names(values, marks), _numbers(values)
    least = sum(min(name.width, _LEAST_NAME) for name in names) + _GAP * (len(names) - 1)
    for spared in _SPARED:
        if least + sum(_GAP + number.width for number in numbers) <= room:
            break
        numbers = [number for number in numbers if number.head != spared]
    room -= sum(_GAP + number.width for number in numbers) + _GAP * (len(names) - 1)
    widths = [*_share([name.width for name in names], room), *(each.width for each in numbers)]
    columns = [*names, *numbers]

    rows = [_row([column.head for column in columns], columns, widths, marks, roles.DIM)]
    for index, value in enumerate(values):
        row = _row([column.texts[index] for column in columns], columns, widths, marks, roles.TEXT)
        last = len(names) * 2
        role = roles.VALUE if math.isfinite(value.last) else roles.WARN
        rows.append((*row[:last], row[last]._replace(role=role), *row[last + 1 :]))
    if not cues:
        return rows
    no_cue = Span("", roles.BLANK)
    keys = [None, *((value.run, value.tag) for value in values)]
    found = [cues.get(key, no_cue) if key else no_cue for key in keys]
    return [
        (cue, Span(" " * (cue_cells - width(cue.text)), roles.BLANK), *row)
        for cue, row in zip(found, rows, strict=True)
    ]


def _names(values: Sequence[TagStatistics], marks: Marks) -> list[_TextColumn]:
    names = [_TextColumn("TAG", [plain(value.tag, marks) for value in values], "left")]
    if any(value.run != "." for value in values):
        names.append(_TextColumn("RUN", [plain(value.run, marks) for value in values], "left"))
    return names


def _numbers(values: Sequence[TagStatistics]) -> list[_TextColumn]:
    digits = max(len(str(value.best_step or 0)) for value in values)
    return [
        _TextColumn("LAST", [format_value(value.last) for value in values]),
        _TextColumn("MIN", [format_value(value.low) for value in values]),
        _TextColumn("MAX", [format_value(value.high) for value in values]),
        _TextColumn("BEST STEP", [_best(value, digits) for value in values]),
        _TextColumn("COUNT", [f"{value.points:,}" for value in values]),
    ]


def _best(value: TagStatistics, digits: int) -> str:
    if value.best_step is None:
        return ""
    return f"{'min' if value.best_is_low else 'max'} {value.best_step:>{digits}}"


def _share(wanted: Sequence[int], room: int) -> list[int]:
    """Cells of one or two columns that want so many."""
    if sum(wanted) <= room:
        return list(wanted)
    if len(wanted) == 1:
        return [room]
    first = min(wanted[0], max(room // 2, room - wanted[1]))
    return [first, room - first]


def _row(
    texts: Sequence[str],
    columns: Sequence[_TextColumn],
    widths: Sequence[int],
    marks: Marks,
    role: str,
) -> Row:
    """The texts in their columns, a gap behind each."""
    row: list[Span] = []
    for text, column, cells in zip(texts, columns, widths, strict=True):
        text = shorten(text, cells, marks.ellipsis, head=cells // 3)
        row += [Span(fit(text, cells, column.align), role), Span(" " * _GAP, roles.BLANK)]
    return tuple(row)
