"""From the cursor of a chart to a time, and back."""

import numpy as np
import pytest

from tuimon.charts.chart import draw_chart
from tuimon.charts.cursor import moment_at, position_at
from tuimon.charts.model import ChartOptions, Curve

STEPS = np.array([10, 20, 30, 40])
TIMES = np.array([1e9, 1e9 + 5, 1e9 + 7, 1e9 + 60])
CURVES = [
    Curve(label="none", steps=STEPS[:0], wall_times=TIMES[:0], values=TIMES[:0]),
    Curve(label="loss", steps=STEPS, wall_times=TIMES, values=np.arange(4.0)),
]


@pytest.mark.parametrize(
    ("axis", "positions"),
    [("step", [10, 20, 30, 40]), ("relative", [0, 5, 7, 60]), ("wall", TIMES.tolist())],
)
def test_a_time_has_the_place_of_what_was_logged_last(axis, positions) -> None:
    scales = draw_chart("x", CURVES, 60, 12, ChartOptions(x_axis=axis)).scales
    assert scales is not None
    whens = [1e9, 1e9 + 6.9, 1e9 + 7, 2e9]
    assert [position_at(CURVES, when, scales) for when in whens] == positions
    assert [moment_at(CURVES, at, scales) for at in positions] == TIMES.tolist()
    assert position_at(CURVES, 0.0, scales) == positions[0]
    assert position_at(CURVES[:1], 1e9, scales) is moment_at([], 0.0, scales) is None
