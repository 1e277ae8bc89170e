import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from support.chart_series import START, cells, curve, noisy_loss, of_role, text
from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.detail import DrawingCache
from tuimon.charts.model import (
    ChartOptions,
    Cursor,
    Curve,
    MarkStyle,
    Scales,
    SupersededPoints,
    XAxis,
)

NAN, INF = math.nan, math.inf
FALLING = curve([2.0, 1.5, 1.2, 1.0, 0.9, 0.8], np.arange(6) * 100)

CHARTS: dict[MarkStyle, list[str]] = {
    "braille": [
        "Loss  ━ train 0.8",
        "  2.0┤⠑⢄",
        "     │  ⠱⡀",
        "     │   ⠈⠢⡀",
        "  1.5┤     ⠈⢢⡀",
        "     │       ⠈⠑⠤⡀",
        "     │          ⠈⠑⠢⣀",
        "     │              ⠉⠒⠤⢄⡀",
        "  1.0┤                  ⠈⠑⠒⠤⠤⢄⣀⣀",
        "     │                          ⠉⠉⠒⠒⠢⠤⢄⣀",
        "     └┬────────────┬─────────────┬──────",
        "      0           200           400",
    ],
    "hd": [
        "Loss  ━ train 0.8",
        "  2.0┤▚▖",
        "     │ ▝▚▖",
        "     │   ▝▚▖",
        "  1.5┤     ▝▄▖",
        "     │       ▝▀▄▖",
        "     │          ▝▀▚▄",
        "     │              ▀▀▚▄▖",
        "  1.0┤                  ▝▀▀▀▄▄▄▄▄",
        "     │                           ▀▀▀▀▚▄▄",
        "     └┬────────────┬─────────────┬──────",
        "      0           200           400",
    ],
    "ascii": [
        "Loss  * train 0.8",
        "  2.0+*",
        "     | **",
        "     |   **",
        "  1.5+     **",
        "     |       ****",
        "     |           ***",
        "     |              ******",
        "  1.0+                    *********",
        "     |                             *****",
        "     ++------------+-------------+------",
        "      0           200           400",
    ],
}


@pytest.mark.parametrize("marks", CHARTS)
def test_a_chart(marks: MarkStyle) -> None:
    drawing = draw_chart("Loss", [FALLING], 40, 12, ChartOptions(marks=marks))
    assert text(drawing) == CHARTS[marks]


def test_a_bright_smoothed_line_stands_out_from_the_dim_band() -> None:
    options = ChartOptions(smoothing=0.6)
    drawing = draw_chart("Loss", [curve(noisy_loss(5000), colour=3)], 60, 15, options)
    line, band = of_role(drawing, roles.curve(3)), of_role(drawing, roles.band(3))
    assert len(band) > 30
    plot_columns = {x for y, x, _ in line if y > 0}
    assert plot_columns == set(range(6, 60))


def test_without_smoothing_raw_values_are_the_line() -> None:
    drawing = draw_chart("Loss", [curve(noisy_loss(5000))], 60, 15)
    assert not of_role(drawing, roles.band(0))


def test_the_band_can_be_left_out() -> None:
    drawing = draw_chart(
        "Loss", [curve(noisy_loss(5000))], 60, 15, ChartOptions(band=False, smoothing=0.6)
    )
    assert not of_role(drawing, roles.band(0))


def test_few_points_are_joined_by_straight_lines() -> None:
    drawing = draw_chart("Loss", [FALLING], 60, 15)
    assert not of_role(drawing, roles.band(0))
    assert {x for y, x, _ in of_role(drawing, roles.curve(0)) if y > 0} == set(range(6, 60))


@pytest.mark.parametrize("count", [1, 2, 5, 31, 32])
def test_few_points_are_smoothed_as_tensorboard_does(count: int) -> None:
    values = np.array([1.0, 3.0, 2.0, 8.0, 5.0] * 7)[:count]
    options = ChartOptions(smoothing=0.6)
    drawing = draw_chart("x", [curve(values)], 60, 15, options, cursor=Cursor(count - 1))
    weights = 0.6 ** np.arange(count)[::-1]
    ((reading, _),) = drawing.readings
    assert reading.smoothed == pytest.approx((weights * values).sum() / weights.sum())


def test_the_cursor_tells_all_digits() -> None:
    one = curve([0.5, np.float32(0.99996), 0.25], [0, 151_456, 2_000_000])
    drawing = draw_chart("x", [one], 90, 15, cursor=Cursor(151_456.0, 2_000_000.0), full=True)
    rows = "\n".join(text(drawing))
    assert "151456" in rows
    assert "0.99996" in rows
    assert "-1848544 steps" in rows
    assert "step 151456" in text(draw_chart("x", [one], 90, 15, cursor=Cursor(151_456.0)))[0]


def test_test_points_show_above_dense_raw_values() -> None:
    train = curve(noisy_loss(5000))
    test = curve([1.0, 0.6, 0.5], [1000, 2500, 4900], "test", 1)
    drawing = draw_chart("Loss", [train, test], 60, 15)
    assert len({x for _, x, _ in of_role(drawing, roles.curve(1))}) > 35


@pytest.mark.parametrize("marks", ["braille", "hd", "ascii"])
def test_a_single_point_is_seen(marks: MarkStyle) -> None:
    drawing = draw_chart("Loss", [curve([0.4], [938])], 40, 10, ChartOptions(marks=marks))
    assert [y for y, _, _ in of_role(drawing, roles.curve(0)) if y > 0]


def test_a_point_alone_between_nan_is_seen() -> None:
    values = np.full(101, NAN)
    values[50] = 1.0
    drawing = draw_chart("Loss", [curve(values)], 40, 10)
    assert len([y for y, _, _ in of_role(drawing, roles.curve(0)) if y > 0]) == 1


def test_no_data_yet() -> None:
    assert "no data yet" in "".join(text(draw_chart("Loss", [curve([])], 40, 10)))
    assert "no data yet" in "".join(text(draw_chart("Loss", [], 40, 10)))


def test_nan_leaves_a_gap_with_marks_below_it_and_is_counted() -> None:
    values = np.linspace(2, 1, 1000)
    values[400:600] = NAN
    drawing = draw_chart("Loss", [curve(values)], 56, 12)
    assert "200 NaN" in text(drawing)[0]
    gap = set(range(6 + 21, 6 + 29))
    marks = of_role(drawing, "mark")
    assert {(y, char) for y, _, char in marks} == {(10, "×")}
    assert gap <= {x for _, x, _ in marks}
    assert not gap & {x for y, x, _ in of_role(drawing, roles.curve(0)) if y > 0}


def test_one_nan_among_many_points_hides_nothing() -> None:
    values = noisy_loss(10_000)
    values[5000] = NAN
    drawing = draw_chart("Loss", [curve(values)], 60, 15)
    assert {x for y, x, _ in of_role(drawing, roles.curve(0)) if y > 0} == set(range(6, 60))
    assert len(of_role(drawing, "mark")) == 1
    assert "1 NaN" in text(drawing)[0]


def test_infinities_are_marked_at_their_edge_and_counted() -> None:
    values = noisy_loss(1000)
    values[250], values[750:752] = INF, -INF
    drawing = draw_chart("Loss", [curve(values)], 60, 15)
    (top, _, up), (bottom, _, down) = of_role(drawing, "mark")
    assert (top, up) == (1, "↑")
    assert (bottom, down) == (12, "↓")
    assert "1 +Inf  2 -Inf" in text(drawing)[0]


def test_a_series_of_nan_alone_says_so() -> None:
    drawing = draw_chart("Loss", [curve(np.full(50, NAN))], 50, 12)
    assert "no values to draw" in "".join(text(drawing))
    assert of_role(drawing, "mark")


def test_a_spike_is_seen_wherever_it_is() -> None:
    for at in range(0, 100_000, 7919):
        values = np.ones(100_000)
        values[at] = 9.0
        drawing = draw_chart("Loss", [curve(values)], 60, 15, ChartOptions(smoothing=0.6))
        top = {y for y, _, char in of_role(drawing, roles.band(0)) if char != " "}
        assert min(top) <= 4


def test_log_y_leaves_out_and_counts_what_it_cannot_show() -> None:
    values = 10.0 ** np.linspace(0, -6, 200)
    values[:3] = 0, -1, -2
    drawing = draw_chart("lr", [curve(values)], 60, 15, ChartOptions(log_y=True))
    rows = text(drawing)
    assert "3 ≤ 0" in rows[0]
    labels = [row[:5].strip() for row in rows[1:-2] if row[5] == "┤"]
    assert labels == ["0.1", "0.01", "0.001", "1e-4", "1e-5", "1e-6"]


def test_a_readout_leaves_room_for_a_plot():
    curves = [curve([1.0, 2.0, 3.0], label=label) for label in ("a", "b", "c")]
    drawing = draw_chart("Loss", curves, 25, 6, full=True, cursor=Cursor(1.0, None))
    assert len(drawing.rows) == 6


@pytest.mark.parametrize(
    ("axis", "labels"),
    [
        ("step", "0 200 400 600 800"),
        ("relative", "0 +1h +2h +3h +4h"),
        ("wall", "23:00 Nov 15 01:00 02:00 03:00"),
    ],
)
def test_x_axes(live_in: Callable[[str], None], axis: XAxis, labels: str) -> None:
    live_in("UTC")  # the points begin on 14 November 2023 at 22:13
    series = curve(noisy_loss(1000), seconds=18)
    drawing = draw_chart("Loss", [series], 60, 15, ChartOptions(x_axis=axis))
    assert " ".join(text(drawing)[-1].split()) == labels


def test_relative_time_counts_from_the_start_of_the_run() -> None:
    values = noisy_loss(100)
    late = Curve(
        label="test",
        steps=np.arange(100),
        wall_times=START + 3000 + np.arange(100) * 6,
        values=values,
        start=START,
    )
    drawing = draw_chart("Loss", [late], 60, 15, ChartOptions(x_axis="relative"))
    assert drawing.scales
    assert drawing.scales.x0 == pytest.approx(3000)
    assert "+50m" in text(drawing)[-1]


def test_steps_may_go_back_and_be_negative() -> None:
    order = np.random.default_rng(1).permutation(2000)
    values = noisy_loss(2000)
    options = ChartOptions()
    ordered = draw_chart("Loss", [curve(values, np.arange(2000) - 500)], 60, 15, options)
    shuffled = draw_chart("Loss", [curve(values[order], order - 500)], 60, 15, options)
    assert text(shuffled)[2:] == text(ordered)[2:]


def test_steps_that_a_float_cannot_tell_apart() -> None:
    steps = np.arange(300, dtype=np.int64) + (2**62 + 1)
    drawing = draw_chart("Loss", [curve(noisy_loss(300), steps)], 60, 15)
    near_zero = draw_chart("Loss", [curve(noisy_loss(300))], 60, 15)
    assert text(drawing)[2:-1] == text(near_zero)[2:-1]
    assert "+100" in text(drawing)[-1]


@pytest.mark.parametrize("axis", ["step", "relative", "wall"])
@pytest.mark.parametrize("log_y", [False, True])
def test_what_was_found_out_before_draws_the_same(axis: XAxis, log_y: bool) -> None:
    values = noisy_loss(300_000)
    values[100_000:100_200], values[150_000], values[151_000], values[7] = NAN, INF, 9.0, -1.0
    options = ChartOptions(x_axis=axis, log_y=log_y, smoothing=0.99)
    detail = DrawingCache()
    for points in (10, 1000, 150_007, 300_000):
        fresh = curve(values[:points])
        known = replace(fresh, detail=detail)
        drawing = draw_chart("Loss", [known], 90, 20, options)
        assert drawing == draw_chart("Loss", [fresh], 90, 20, options)


def test_clocks_that_go_back_are_put_in_order() -> None:
    values = noisy_loss(2000)
    options = ChartOptions(x_axis="wall")
    order = np.random.default_rng(1).permutation(2000)
    ordered = draw_chart("Loss", [curve(values)], 60, 15, options)
    shuffled = draw_chart("Loss", [curve(values[order], order)], 60, 15, options)
    assert text(shuffled)[2:] == text(ordered)[2:]


def superseded(stretches: list[range], height: float) -> SupersededPoints:
    steps = np.concatenate([np.arange(each.start, each.stop) for each in stretches])
    starts = np.cumsum([0, *(len(each) for each in stretches[:-1])])
    return SupersededPoints(steps, START + steps, np.full(len(steps), height), starts)


@pytest.mark.parametrize("axis", ["step", "relative", "wall"])
def test_superseded_points_are_counted_and_on_demand_a_dim_line(axis: XAxis) -> None:
    options = ChartOptions(x_axis=axis, smoothing=0.6)
    old = superseded([range(200, 300), range(600, 900), range(700, 950)], 4.0)
    resumed = replace(curve(noisy_loss(1000)), superseded=old)
    hidden = draw_chart("Loss", [resumed], 60, 15, options)
    assert text(hidden)[0].endswith("650 overwritten")
    assert not of_role(hidden, roles.past(0))
    drawn = draw_chart("Loss", [resumed], 60, 15, replace(options, superseded=True))
    assert "650 overwritten shown" in text(drawn)[0]
    assert drawn.scales
    column = 54 / (drawn.scales.x1 - drawn.scales.x0)
    place = drawn.scales.x0 if axis == "wall" else 0.0
    origin = START - place if axis == "wall" else 0.0
    stretches = (range(200, 300), range(600, 950))
    expected = {6 + int((origin + step) * column) for each in stretches for step in each}
    assert {x for _, x, _ in of_role(drawn, roles.past(0))} == expected


def test_superseded_points_beyond_the_curve_are_in_the_picture() -> None:
    resumed = replace(curve(np.ones(100)), superseded=superseded([range(100, 900)], 7.0))
    drawn = draw_chart("Loss", [resumed], 60, 15, ChartOptions(superseded=True))
    assert drawn.scales
    assert drawn.scales.x1 >= 899
    assert drawn.scales.y1 >= 7


def test_a_live_update_changes_few_cells() -> None:
    values = noisy_loss(5000, seed=4)
    scales: Scales | None = None
    before: list[list[tuple[str, str]]] = []
    changed, rescaled = [], 0
    points = 2000
    while points < 5000:
        test_steps = np.arange(1, points // 250 + 1) * 250
        curves = [
            curve(values[:points]),
            curve(values[test_steps - 1] * 0.9, test_steps, "test", 1),
        ]
        drawing = draw_chart("Loss", curves, 60, 15, ChartOptions(growing=True), scales)
        after = cells(drawing)
        if before and scales == drawing.scales:
            changed.append(
                sum(
                    a != b
                    for x, y in zip(before, after, strict=True)
                    for a, b in zip(x, y, strict=True)
                )
            )
        rescaled += scales != drawing.scales
        before, scales = after, drawing.scales
        points += points // 100
    assert len(changed) > 80
    assert np.mean(changed) < 0.015 * 60 * 15
    assert rescaled <= 8


def test_other_options_do_not_inherit_scales() -> None:
    linear = draw_chart("Loss", [curve(noisy_loss(500))], 60, 15)
    fresh = draw_chart("Loss", [curve(noisy_loss(500))], 60, 15, ChartOptions(log_y=True))
    handed = draw_chart(
        "Loss", [curve(noisy_loss(500))], 60, 15, ChartOptions(log_y=True), linear.scales
    )
    assert handed.rows == fresh.rows


def test_little_room_leaves_a_line_for_each_curve() -> None:
    curves = [curve(np.linspace(2, 1, 50)), curve(np.linspace(1, 2, 50), label="test", colour=1)]
    assert text(draw_chart("Loss", curves, 30, 4)) == [
        "Loss",
        "train ███▇▇▆▆▅▅▄▄▃▃▂▂▁▁ 1",
        "test  ▁▁▁▂▂▃▃▄▄▅▅▆▆▇▇██ 2",
        "",
    ]
    assert text(draw_chart("Loss", curves[:1], 24, 1))[0].startswith("Loss █")


def test_drawing_waits_for_plotext_and_does_without_it() -> None:
    program = """
import sys
import numpy as np
from tuimon.charts.chart import draw_chart
from tuimon.charts.plotext_figure import load_plotext
from tuimon.charts.model import Curve
curve = Curve(label="a", steps=np.arange(9), wall_times=np.zeros(9), values=np.arange(9.0))
before = draw_chart("Loss", [curve], 40, 12).rows
assert "plotext" not in sys.modules
sys.modules["plotext"] = None
assert not load_plotext()
assert draw_chart("Loss", [curve], 41, 12).rows
del sys.modules["plotext"]
assert load_plotext()
assert draw_chart("Loss", [curve], 40, 12).rows == before
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
