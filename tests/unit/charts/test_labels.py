"""Where newest values are written beside the ends of lines."""

import numpy as np
import pytest

from tuimon.charts.canvas import Plot, paint
from tuimon.charts.labels import LineEnd, put_labels
from tuimon.charts.marks import MARKS

BRAILLE = MARKS["braille"]


def written(*ends: LineEnd, width: int = 12, height: int = 5) -> list[str]:
    """The rows of an empty plot with labels, without blanks at their ends."""
    plot = paint([], width, height, BRAILLE, band=False)
    put_labels(plot, ends, BRAILLE)
    return text(plot)


def text(plot: Plot) -> list[str]:
    return ["".join(span.text for span in row).rstrip() for row in plot.rows()]


def end(height: float, label: str, cell: int = 2) -> LineEnd:
    return LineEnd(cell, height, label, "")


def test_beside_its_line():
    assert written(end(0.5, "0.25")) == ["", "", "    0.25", "", ""]


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("cell", [2, 11])
def test_those_of_one_row_keep_the_order_of_their_lines(first: int, cell: int):
    lines = [end(0.52, "high", cell), end(0.5, "low", cell)]
    rows = written(lines[first], lines[1 - first])
    assert [row.strip() for row in rows if row] == ["high", "low"]


def test_never_beyond_the_end_of_another_line():
    plot = paint([], 12, 3, BRAILLE, band=False)
    plot.mark(1, np.ones(12, np.bool_), "x", "")
    put_labels(plot, [end(0.0, "low", 11), end(0.5, "", 11)], BRAILLE)
    assert text(plot) == ["", "x" * 12, ""]


def test_one_moves_on_to_make_room_for_another():
    plot = paint([], 12, 4, BRAILLE, band=False)
    for row in (2, 3):
        plot.mark(row, np.ones(12, np.bool_), "x", "")
    put_labels(plot, [end(0.2, "low"), end(0.25, "high")], BRAILLE)
    assert [row.strip() for row in text(plot)[:2]] == ["high", "low"]


def test_more_lines_than_rows_are_told_in_their_order():
    heights = [number * 37 % 100 for number in range(100)]
    rows = written(*(end(height / 100, str(height), 11) for height in heights), height=8)
    numbers = [int(row) for row in rows if row]
    assert len(numbers) >= 7
    assert numbers == sorted(numbers, reverse=True)


def test_lines_that_end_elsewhere_do_not_matter():
    rows = written(end(0.5, "high", 30), end(0.45, "low", 2), width=40)
    assert rows[2] == "    low" + " " * 25 + "high"


def test_what_is_drawn_is_not_written_over():
    plot = paint([], 12, 3, BRAILLE, band=False)
    plot.mark(1, np.ones(12, np.bool_), "x", "")
    put_labels(plot, [end(0.5, "0.25")], BRAILLE)
    assert text(plot) == ["    0.25", "x" * 12, ""]
