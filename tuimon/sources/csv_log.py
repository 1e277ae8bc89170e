"""Tables of comma-separated values: of Lightning, Ultralytics, Keras, Ray and everybody else."""

import csv
import math
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

import numpy as np

from tuimon.sources.log_columns import STEPS, LogLayout, NumberColumn, RowPlaces, layout_of
from tuimon.sources.log_file import LineFile, Scalars, head_of

_DELIMITERS = ",;\t"
_NOTHING = b"-8.9e307"
"""Stands for an empty cell while numbers are parsed."""


class CsvLog(LineFile):
    """A table with a header; further headers begin further tables."""

    origin = "CSV"

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether the first line names columns, one of them that of steps or epochs."""
        line = head_of(path).partition(b"\n")[0].decode(errors="replace").lstrip("\ufeff")
        names = _cells(line, _delimiter(line))
        if len(names) < 2 or any(map(_is_number, names)):
            return False
        return bool({name.strip().lower() for name in names} & {*STEPS})

    def begin(self) -> None:
        """Forget the header."""
        self._names: list[str] = []
        self._layout = LogLayout(None, None, {})
        self._delimiter = ","
        self._places = RowPlaces()
        self._count = 0  # rows of the last stretch
        self._texts: set[int] = set()  # columns that hold other things than numbers

    def take(self, lines: bytes, first: int, wall_time: float) -> Scalars:
        """The points of rows."""
        if not self._names:
            head, _, lines = lines.partition(b"\n")
            first += 1
            self._head_line(head.decode(errors="replace").lstrip("\ufeff"))
        if not lines.strip():
            return {}
        columns = self._quick(lines) or self._careful(lines, first)
        return self._places.points(columns, self._layout, self._count, wall_time)

    def _head_line(self, line: str) -> None:
        self._delimiter = _delimiter(line)
        self._names = _cells(line, self._delimiter)
        self._layout = layout_of(self._names)

    def _quick(self, lines: bytes) -> dict[str, NumberColumn] | None:
        """All columns, where all cells of those that have numbers are numbers or empty."""
        sign, width = self._delimiter.encode(), len(self._names)
        wanted = [place for place in range(width) if place not in self._texts]
        if b'"' in lines or lines.count(sign) != (width - 1) * (lines.count(b"\n") or 1):
            return None
        lines = lines.replace(b"\r\n", b"\n")
        if has_gaps := sign + sign in lines or lines.startswith(sign) or _at_edge(lines, sign):
            lines = _filled(lines, sign)
        try:
            cells = np.loadtxt(
                StringIO(lines.decode("ascii")),
                delimiter=self._delimiter,
                usecols=wanted,
                ndmin=2,
                comments=None,
            )
        except ValueError:
            return None
        columns = {}
        for place, values in zip(wanted, cells.T, strict=True):
            rows = np.flatnonzero(values != float(_NOTHING)) if has_gaps else None
            values = np.ascontiguousarray(values) if rows is None else values[rows]
            columns[self._names[place]] = NumberColumn(values, rows)
        self._count = len(cells)
        return columns

    def _careful(self, lines: bytes, first: int) -> dict[str, NumberColumn]:
        """The same cell by cell; what is no number in a column of numbers is left out and told."""
        rows: list[list[str]] = []
        numbers: list[int] = []
        text = StringIO(lines.decode(errors="replace").replace("\0", ""), newline="")
        reader = csv.reader(text, delimiter=self._delimiter)
        before = 0
        for row in _rows(reader):
            number, before = first + before, reader.line_num
            if row is None:
                self.leave_out("no row of a table", number)
            elif len(row) == len(self._names):
                rows.append(row)
                numbers.append(number)
            elif row and any(cell.strip() for cell in row):
                self.leave_out(f"{len(row)} cells, not {len(self._names)}", number)
        self._count = len(rows)
        return {
            name: self._column(place, [row[place] for row in rows], numbers)
            for place, name in enumerate(self._names)
            if rows
        }

    def _column(self, place: int, cells: Sequence[str], numbers: Sequence[int]) -> NumberColumn:
        values = np.fromiter(map(_number, cells), np.float64, len(cells))
        present = np.fromiter(map(_is_number, cells), np.bool_, len(cells))
        wrong = [at for at, cell in enumerate(cells) if not present[at] and cell.strip()]
        if wrong and not present.any():
            self._texts.add(place)
        elif wrong and place not in self._texts:
            name, cell = self._names[place].strip(), cells[wrong[0]].strip()[:40]
            reason = f"{name} is {cell!r}, no number"
            self.leave_out(reason, numbers[wrong[0]], count=len(wrong))
        rows = np.flatnonzero(present)
        return NumberColumn(values[rows], rows)


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Rows; None for one that cannot be parsed."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line.rstrip("\r")], delimiter=delimiter), [])


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _at_edge(lines: bytes, sign: bytes) -> bool:
    return sign + b"\n" in lines or b"\n" + sign in lines or lines.endswith(sign)


def _filled(lines: bytes, sign: bytes) -> bytes:
    """Lines whose empty cells hold `_NOTHING`."""
    lines = b"\n" + lines.rstrip(b"\n") + b"\n"
    for _ in range(2):  # of three signs in a row the second pair is met the second time
        lines = lines.replace(sign + sign, sign + _NOTHING + sign)
    lines = lines.replace(sign + b"\n", sign + _NOTHING + b"\n")
    return lines.replace(b"\n" + sign, b"\n" + _NOTHING + sign)
