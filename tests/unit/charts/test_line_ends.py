"""Values beside the ends of lines: in the gutter, in the order of the lines."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.chart_series import curve, of_role, text
from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.line_ends import LineEnd, gutter_rows
from tuimon.charts.model import ChartOptions, Cursor


def written(*heights: float, rows: int = 5) -> list[str]:
    ends = [LineEnd(height, f"{height:g}", curve([1.0]), True) for height in heights]
    return [span.text.strip() for span in gutter_rows(ends, (0.0, 1.0), rows, 8)]


def test_beside_its_line() -> None:
    assert written(0.5) == ["", "", "0.5", "", ""]
    assert written(1.0, 0.0) == ["1", "", "", "", "0"]


def test_those_of_one_row_keep_the_order_of_their_lines_and_stay_near() -> None:
    assert written(0.5, 0.52) == ["", "", "0.52", "0.5", ""]
    assert written(0.01, 0.02, 0.03) == ["", "", "0.03", "0.02", "0.01"]
    assert written(0.99, 0.98, 0.5) == ["0.99", "0.98", "0.5", "", ""]


def test_of_more_lines_than_rows_the_first_are_told() -> None:
    assert written(0.1, 0.9, 0.2, 0.8, rows=3) == ["0.9", "0.2", "0.1"]


@given(st.lists(st.floats(-1, 2), max_size=12, unique=True), st.integers(1, 12))
def test_whatever_the_lines_labels_are_in_their_order(heights: list[float], rows: int) -> None:
    ends = [LineEnd(height, repr(height), curve([1.0]), True) for height in heights]
    told = [span.text.strip() for span in gutter_rows(ends, (0.0, 1.0), rows, 30)]
    shown = [float(label) for label in told if label]
    assert len(told) == rows
    assert shown == sorted(heights[:rows], reverse=True)


@pytest.mark.parametrize("smoothing", [0.0, 0.6, 0.99])
@pytest.mark.parametrize("seed", range(5))
def test_end_values_are_those_of_the_lines_from_top_to_bottom(seed: int, smoothing: float) -> None:
    random = np.random.default_rng(seed)
    curves = [curve(random.normal(n / 9, 1, 50), colour=n, label=f"r{n}") for n in range(6)]
    drawing = draw_chart("Loss", curves, 50, 12, ChartOptions(smoothing=smoothing))
    told = [line.split()[-1] for line in text(drawing)[:-2] if line.split()[-1][-1].isdigit()][-6:]
    assert [label[0] for label in told] == ["≈" if smoothing else told[0][0]] * 6 or not smoothing
    values = [float(label.lstrip("≈")) for label in told]
    assert values == sorted(values, reverse=True)
    for number in range(6):
        assert of_role(drawing, roles.end(number))


def test_a_line_that_ends_in_nan_is_told_below_all_others() -> None:
    drawing = draw_chart("x", [curve([1.0, math.nan]), curve([1.0, 0.0], colour=1)], 40, 9)
    told = [row.split()[-1] for row in text(drawing)[1:-2]]
    assert [label for label in told if label in ("0", "NaN")] == ["0", "NaN"]


def test_a_lone_line_has_the_whole_width() -> None:
    drawing = draw_chart("x", [curve([1.0, 2.0], label="x")], 40, 9)
    assert drawing.area is not None
    assert drawing.area.left + drawing.area.columns == 40
    assert text(drawing)[0] == "x  2"
    assert drawing.rows[0][0] == ("x", roles.title(0))


def test_the_newest_value_is_told_once() -> None:
    curves = [curve([1.0, 0.25]), curve([1.0, 0.5], colour=1, label="test")]
    drawn = "\n".join(text(draw_chart("x", curves, 60, 12)))
    assert (drawn.count("0.25"), drawn.count(" 0.5\n")) == (1, 1)
    smoothed = text(draw_chart("x", curves, 60, 12, ChartOptions(smoothing=0.6)))
    assert smoothed[0] == "x  ━ train 0.25    ━ test 0.5"


def test_what_is_not_noisy_is_never_smoothed() -> None:
    rates = [curve(0.1 * factor ** np.arange(50), label=f"lr {factor}") for factor in (0.8, 0.9)]
    options = ChartOptions(smoothing=0.9)
    exact = draw_chart("lr", [replace(each, noisy=False) for each in rates], 60, 12, options)
    assert "≈" in "".join(text(draw_chart("lr", rates, 60, 12, options)))
    assert exact.rows == draw_chart("lr", rates, 60, 12, replace(options, smoothing=0.0)).rows


def test_at_a_cursor_the_gutter_tells_what_the_lines_hold_there() -> None:
    curves = [curve([1.0, 4.0, 2.0]), curve([3.0, 0.5, 2.5], colour=1, label="test")]
    rows = text(draw_chart("x", curves, 50, 12, cursor=Cursor(1.0)))
    assert rows[0].split() == ["x", "━", "train", "4", "━", "test", "0.5", "step", "1", "1s"]
    told = [row.split()[-1] for row in rows[1:-2]]
    assert [label for label in told if label in ("4", "0.5", "2", "2.5")] == ["4", "0.5"]
