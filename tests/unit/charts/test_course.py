"""A course in one row of braille."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.charts.course import course
from tuimon.text import width


@pytest.mark.parametrize(
    ("values", "cells", "drawn", "plain"),
    [
        ([0, 1, 2, 3], 2, "⡠⠊", "_-"),
        ([3, 2, 1, 0], 2, "⠑⢄", "-_"),
        ([0, 3], 4, "⣀⠤⠒⠉", "_.-^"),
        ([5], 3, "⠒⠒⠒", "---"),
        ([2, 2], 1, "⠒", "-"),
        ([0, 3, 0, 3], 2, "⡸⡾", "--"),
        ([1, math.nan, math.nan, 1], 2, "⠂⠐", "--"),
        ([1000, 100, 10, 1], 2, "⠑⢄", "-_"),
        ([math.nan, math.inf], 2, "  ", "  "),
        ([], 3, "   ", "   "),
        ([1, 2], 0, "", ""),
    ],
)
def test_a_course(values: list[float], cells: int, drawn: str, plain: str):
    assert course(values, cells) == drawn
    assert course(values, cells, ascii_only=True) == plain


@given(st.lists(st.floats(), max_size=70), st.integers(0, 40), st.booleans())
def test_a_course_has_its_cells(values: list[float], cells: int, ascii_only: bool):
    drawn = course(values, cells, ascii_only=ascii_only)
    assert width(drawn) == cells
    assert drawn.isprintable()
    assert drawn.isascii() or not ascii_only
