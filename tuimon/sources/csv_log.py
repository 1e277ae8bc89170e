"""Tables of comma-separated values: of Lightning, Ultralytics, Keras, Ray and everybody else."""

import csv
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import numpy as np

from tuimon.sources.csv_cells import (
    NOTHING,
    cells_of,
    delimiter_of,
    has_gaps,
    is_header,
    is_number,
    number_in,
    parsed_rows,
    without_gaps,
)
from tuimon.sources.log_columns import LogLayout, NumberColumn, RowPlaces, joined, layout_of
from tuimon.sources.log_file import LineFile, Scalars, head_of

_MOST_HEADERS = 64
"""In a stretch of a log; what looks like more of them is left out."""
_WORD = re.compile(rb"^[ \"']*[^\W\d].*$", re.MULTILINE)


class CsvLog(LineFile):
    """A table with a header; further headers begin further tables."""

    origin = "CSV"

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether the first line names columns, one of them that of steps or epochs."""
        line = head_of(path).partition(b"\n")[0].decode(errors="replace").lstrip("\ufeff")
        return is_header(cells_of(line, delimiter_of(line)))

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
        found: Scalars = {}
        for left in reversed(range(_MOST_HEADERS)):
            if not self._names:
                head, _, lines = lines.partition(b"\n")
                self._head_line(head.decode(errors="replace").lstrip("\ufeff"))
                first += 1
            self._count = 0
            columns = self._quick(lines) if lines.strip() else {}
            end = self._next_header(lines) if columns is None and left else None
            part = lines[:end]
            if columns is None:
                columns = self._careful(part, first)
            points = self._places.points(columns, self._layout, self._count, wall_time)
            found = joined(found, points) if found else points
            if end is None:
                break
            first += part.count(b"\n")
            self._names, self._texts, lines = [], set(), lines[end:]
        return found

    def _head_line(self, line: str) -> None:
        self._delimiter = delimiter_of(line)
        self._names = cells_of(line, self._delimiter)
        self._layout = layout_of(self._names)

    def _quick(self, lines: bytes) -> dict[str, NumberColumn] | None:
        """All columns, where all cells of those that have numbers are numbers or empty."""
        sign, width = self._delimiter.encode(), len(self._names)
        wanted = [place for place in range(width) if place not in self._texts]
        if b'"' in lines or lines.count(sign) != (width - 1) * (lines.count(b"\n") or 1):
            return None
        lines = lines.replace(b"\r\n", b"\n")
        if gaps := has_gaps(lines, sign):
            lines = without_gaps(lines, sign)
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
            rows = np.flatnonzero(values != float(NOTHING)) if gaps else None
            values = np.ascontiguousarray(values) if rows is None else values[rows]
            columns[self._names[place]] = NumberColumn(values, rows)
        self._count = len(cells)
        return columns

    def _next_header(self, lines: bytes) -> int | None:
        """Where another header begins: a training that went on, with other metrics."""
        for match in _WORD.finditer(lines):
            line = match[0].decode(errors="replace")
            if is_header(cells_of(line, delimiter_of(line))):
                return match.start()
        return None

    def _careful(self, lines: bytes, first: int) -> dict[str, NumberColumn]:
        """The same cell by cell; what is no number in a column of numbers is left out and told."""
        rows: list[list[str]] = []
        numbers: list[int] = []
        text = StringIO(lines.decode(errors="replace").replace("\0", ""), newline="")
        reader = csv.reader(text, delimiter=self._delimiter)
        before = 0
        for row in parsed_rows(reader):
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
        values = np.fromiter(map(number_in, cells), np.float64, len(cells))
        present = np.fromiter(map(is_number, cells), np.bool_, len(cells))
        wrong = [at for at, cell in enumerate(cells) if not present[at] and cell.strip()]
        if wrong and not present.any():
            self._texts.add(place)
        elif wrong and place not in self._texts:
            name, cell = self._names[place].strip(), cells[wrong[0]].strip()[:40]
            reason = f"{name} is {cell!r}, no number"
            self.leave_out(reason, numbers[wrong[0]], count=len(wrong))
        rows = np.flatnonzero(present)
        return NumberColumn(values[rows], rows)
