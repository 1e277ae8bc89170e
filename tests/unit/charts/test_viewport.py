"""Windows of a chart, typed limits, and what is read at a cursor."""

import math
from dataclasses import replace

import numpy as np
import pytest

from support.chart_series import cells, curve, noisy_loss, of_role, text
from tuimon.charts import roles
from tuimon.charts.axis import shared_limits
from tuimon.charts.chart import draw_chart
from tuimon.charts.cursor import values_text
from tuimon.charts.detail import DrawingCache
from tuimon.charts.limits import LimitsError, limits_text, parse_limits
from tuimon.charts.model import ChartOptions, Cursor, Drawing
from tuimon.charts.viewport import Area, Viewport, panned, tailed, zoomed

AREA = Area(left=6, top=2, columns=50, rows=10, x0=0, x1=1000, first=0, last=990, least=4)


def drawn(view: Viewport, points: int = 1000, **options: object) -> Drawing:
    return draw_chart(
        "Loss",
        [curve(noisy_loss(points))],
        60,
        15,
        ChartOptions(**options),  # type: ignore[arg-type]
        view=view,
    )


def test_zooming_in_keeps_the_newest_point_and_out_shows_all() -> None:
    once = zoomed(Viewport(), AREA, 0.5)
    assert once == Viewport(tail=495)
    twice = zoomed(once, replace(AREA, x0=500), 0.5)
    assert twice.tail == 250
    assert zoomed(once, replace(AREA, x0=500), 2.0) == Viewport()


def test_zooming_around_a_position_leaves_it_where_it_is() -> None:
    view = zoomed(Viewport(), AREA, 0.5, 300)
    assert view == Viewport(x=(150, 650))


def test_panning_away_freezes_and_back_to_the_end_follows_again() -> None:
    view = panned(Viewport(tail=200), replace(AREA, x0=800), -0.25)
    assert (view.mode, view.x) == ("frozen", (750, 950))
    assert panned(view, replace(AREA, x0=750, x1=950), 0.25) == Viewport(tail=200)


def test_the_tail_is_a_round_quarter() -> None:
    assert tailed(Viewport(), AREA) == Viewport(tail=250)
    assert tailed(Viewport(tail=250), AREA) == Viewport()


def test_a_tail_moves_in_steps() -> None:
    limits = {drawn(Viewport(tail=200), points).area.x1 for points in range(900, 940)}
    assert len(limits) == 3


def test_a_spike_is_seen_in_any_window() -> None:
    values = np.ones(100_000)
    values[61_234] = 9.0
    for span in (100_000, 30_000, 1000, 50, 6):
        view = Viewport(x=(61_234 - span / 3, 61_234 + span / 2))
        drawing = draw_chart("Loss", [curve(values)], 60, 15, view=view)
        assert drawing.scales
        assert drawing.scales.y1 >= 9
        assert (
            min(
                y
                for y, _, _ in [*of_role(drawing, roles.band(0)), *of_role(drawing, roles.curve(0))]
            )
            <= 4
        )


def test_a_line_comes_from_and_goes_to_the_points_beside_the_window() -> None:
    sparse = curve([0.0, 10.0], [0, 1000])
    drawing = draw_chart("Loss", [sparse], 60, 15, view=Viewport(x=(400, 600)))
    assert {x for y, x, _ in of_role(drawing, roles.curve(0)) if y > 0} == set(range(6, 60))
    assert drawing.scales
    assert 3 < drawing.scales.y0 < drawing.scales.y1 < 7


def test_outliers_are_clipped_and_marked() -> None:
    values = noisy_loss(5000)
    values[2500] = 1e6
    clipped = draw_chart("Loss", [curve(values)], 60, 15, ChartOptions(clip=True))
    assert clipped.scales
    assert clipped.scales.y1 < 5
    assert "▲ 1" in text(clipped)[0]
    assert [char for _, _, char in of_role(clipped, "mark")] == ["▲"]
    everything = draw_chart("Loss", [curve(values)], 60, 15, ChartOptions(clip=False))
    assert everything.scales
    assert everything.scales.y1 == 1e6
    assert "▲" not in text(everything)[0]


@pytest.mark.parametrize(
    ("values", "top"),
    [
        (0.2 + 2.2 * np.exp(-np.arange(480) / 80), 2.4),  # a loss that falls
        (np.where(np.arange(480) == 9, 9.0, 1.0), 9.0),  # nothing else to be seen
        (np.where(np.arange(480) < 450, np.sin(np.arange(480)) / 100, 1.0), 1.0),  # where it is now
        (np.where(np.arange(480) < 470, 2 + np.sin(np.arange(480)) / 9, 2e33), 2.12),  # diverged
        (np.array([1.0] * 5 + [1e9] + [1.1] * 5), 1e9),  # few
    ],
)
def test_what_does_not_flatten_all_others_is_no_outlier(values: np.ndarray, top: float) -> None:
    drawing = draw_chart("Loss", [curve(values)], 60, 15)
    assert drawing.scales
    assert drawing.scales.y1 == pytest.approx(top, rel=0.02)
    above = int((values > drawing.scales.y1 * 1.05).sum())
    assert (f"▲ {above}" in text(drawing)[0]) == (above > 0)


@pytest.mark.parametrize("smoothing", [0.3, 0.6, 0.9])
def test_another_smoothing_moves_no_limits_of_a_clipped_chart(smoothing: float) -> None:
    curves = [curve(1 / (np.arange(500) + 1))]
    plain, smooth = (
        draw_chart("Loss", curves, 60, 15, ChartOptions(clip=True, smoothing=weight))
        for weight in (0.0, smoothing)
    )
    assert "▲" in text(plain)[0]
    assert plain.scales
    assert smooth.scales
    assert (plain.scales.y0, plain.scales.y1) == (smooth.scales.y0, smooth.scales.y1)


def test_outliers_of_a_long_log_are_counted_as_it_grows() -> None:
    values = noisy_loss(50_000)
    values[[700, 30_000, 45_000]] = 1e6
    detail, scales = DrawingCache(), None
    for size, count in ((20_000, 1), (40_000, 2), (50_000, 3)):
        grown = replace(curve(values[:size]), detail=detail)
        drawing = draw_chart("Loss", [grown], 60, 15, ChartOptions(growing=True), scales)
        scales = drawing.scales
        assert f"▲ {count}" in text(drawing)[0]


def test_what_leaves_typed_limits_is_not_drawn_along_the_edge() -> None:
    values = np.where(np.arange(600) % 200 < 100, 1.0, 9.0)
    drawing = draw_chart("x", [curve(values)], 60, 15, view=Viewport(y=(0, 2)))
    rows = cells(drawing)[1]
    assert {char for char, role in rows if role == "mark"} == {"▲"}
    assert sum(role == roles.curve(0) for _, role in rows) < 6


def test_readings_are_of_the_nearest_points_and_smoothed_as_the_line() -> None:
    from tuimon.charts.smoothing import smooth_all

    values = noisy_loss(1000)
    options = ChartOptions(smoothing=0.6)
    drawing = draw_chart("Loss", [curve(values)], 99, 15, options, cursor=Cursor(400.4, 100.0))
    ((here, mark),) = drawing.readings
    assert mark is not None
    assert (here.step, mark.step) == (400, 100)
    assert here.value == values[400]
    assert here.smoothed == pytest.approx(smooth_all([values], 0.6)[0][400])
    assert "step 400  mean " in text(drawing)[0]
    assert here.range is not None
    assert (here.range.points, here.range.min) == (301, values[100:401].min())
    assert here.range.mean == pytest.approx(values[100:401].mean())


@pytest.mark.parametrize("size", [1000, 30_000])
def test_a_range_counts_all_points_and_tells_of_those_that_are_finite(size: int) -> None:
    values = np.arange(size, dtype=np.float64)
    values[[20, 30, 40]] = math.nan, math.inf, 1.0
    series = curve(values, label="x")
    drawing = draw_chart("x", [series], 120, 15, cursor=Cursor(60.0, 10.0))
    ((here, _),) = drawing.readings
    inside = values[10:61][np.isfinite(values[10:61])]
    assert here.range == (51, 1.0, 60.0, pytest.approx(inside.mean()))
    assert f"mean {inside.mean():.4g}  1 to 60  51 points" in text(drawing)[0]
    told = values_text(drawing.readings).splitlines()
    assert told[0].split("\t")[5:] == ["delta", "points", "min", "max", "mean"]
    assert told[1].split("\t")[5:9] == ["50.0", "51", "1.0", "60.0"]
    table = text(draw_chart("x", [series], 120, 20, cursor=Cursor(60.0, 10.0), full=True))
    assert table[1].split() == [
        "step",
        "time",
        "value",
        "smoothed",
        "Δ",
        "points",
        "min",
        "max",
        "mean",
    ]
    assert table[2].split()[:5] == ["━", "x", "60", "1m", "00s"]
    narrow = text(draw_chart("x", [series], 40, 20, cursor=Cursor(60.0, 10.0), full=True))
    assert "value" in narrow[1]


def test_a_range_of_huge_values_has_a_mean() -> None:
    series = curve([1.7e308, 1.7e308, math.nan])
    ((here, _),) = draw_chart("x", [series], 80, 15, cursor=Cursor(0.0, 2.0)).readings
    assert here.range is not None
    assert here.range.mean == pytest.approx(1.7e308)
    nothing = curve([math.nan, math.nan])
    ((here, _),) = draw_chart("x", [nothing], 80, 15, cursor=Cursor(0.0, 1.0)).readings
    assert here.range is not None
    assert math.isnan(here.range.mean)


def test_many_unfocused_curves_are_one() -> None:
    curves = [
        replace(curve(noisy_loss(200, seed) + seed, label=f"r{seed}"), group="others", faded=True)
        for seed in range(9)
    ]
    drawing = draw_chart("Loss", [*curves, curve(noisy_loss(200))], 80, 15)
    assert "others ×9" in text(drawing)[0]
    assert of_role(drawing, "shade")
    assert len({y for y, _, _ in of_role(drawing, "faded")}) < 12


def test_the_newest_value_of_a_group_is_the_median_of_those_that_are_numbers() -> None:
    newest = [9e307, math.nan, 9.2e307]  # the sum of the two overflows
    group = [replace(curve([1.0, value]), group="lr 0.1") for value in newest]
    assert "lr 0.1 ×3 9.1e307" in text(draw_chart("Loss", group, 80, 15))[0]


def test_curves_beyond_the_palette_have_dashes_and_letters() -> None:
    curves = [curve([1.0, 2.0], label=f"r{n}", colour=n) for n in (0, 8)]
    legend = text(draw_chart("x", curves, 60, 12))[0]
    assert "━a r0" in legend
    assert "╍i r8" in legend


@pytest.mark.parametrize(
    ("typed", "view"),
    [
        ("", Viewport()),
        ("x=0:500 y=2:13", Viewport(x=(0, 500), y=(2, 13))),
        ("y=:1e-3", Viewport(y=(None, 1e-3))),
        ("x=.5k:", Viewport(x=(500, 990))),
        ("x=-5..5", Viewport(x=(-5, 5))),
    ],
)
def test_typed_limits(typed: str, view: Viewport) -> None:
    assert parse_limits(typed, "step", AREA) == view
    assert parse_limits(limits_text(view, "step"), "step", AREA) == view


def test_typed_times() -> None:
    for typed in ("x=90s:1h30", "x=1m30s:1h30m", "x=90:5400"):
        view = parse_limits(typed, "relative", AREA)
        assert view.x == (90, 5400)
        assert parse_limits(limits_text(view, "relative"), "relative", AREA) == view


@pytest.mark.parametrize(
    "typed", ["x", "x=5", "x=9:3", "y=a:b", "z=1:2", "y=1e999:2e999", "x=5000:"]
)
def test_what_is_no_limits(typed: str) -> None:
    with pytest.raises(LimitsError):
        parse_limits(typed, "step", AREA)


def test_the_best_value_is_marked_and_told() -> None:
    series = replace(curve([3.0, 1.0, 2.0, math.nan]), best="min")
    drawing = draw_chart("Loss", [series], 60, 12)
    assert "◆ 1 @ 1" in text(drawing)[0]
    ((row, _, _),) = [one for one in of_role(drawing, roles.end(0)) if one[2] == "◆"]
    assert row >= 8


def test_charts_of_a_page_share_x_but_for_those_that_would_be_lost_on_it() -> None:
    extents = [(0.0, 999.0), (100.0, 980.0), (0.0, 9.0), None, (0.0, 8.0)]
    still = shared_limits("step", extents, Viewport(), growing=False)
    assert still == [(0, 999), (0, 999), (0, 9), None, (0, 9)]
    growing = shared_limits("step", extents, Viewport(), growing=True)
    assert growing == [(0, 1000), (0, 1000), (0, 10), None, (0, 10)]
    frozen = shared_limits("step", extents, Viewport(x=(3, 9)), growing=True)
    assert frozen == [None] * 5
    drawing = draw_chart("x", [curve(noisy_loss(500))], 60, 12, shared=(0.0, 999.0))
    assert drawing.area is not None
    assert (drawing.area.x0, drawing.area.x1, drawing.area.last) == (0, 999, 499)


def test_a_fall_over_decades_is_known() -> None:
    falling = curve(10.0 ** np.linspace(1, -3.5, 300))
    assert draw_chart("loss", [falling], 60, 12).decades == 4
    assert draw_chart("loss", [falling], 60, 12, ChartOptions(log_y=True)).decades == 0
    assert draw_chart("loss", [curve(10.0 ** np.linspace(-3, 1, 300))], 60, 12).decades == 0
