"""Windows of a chart, typed limits, and what is read at a cursor."""

import math
from dataclasses import replace

import numpy as np
import pytest

from support.chart_series import cells, curve, noisy_loss, of_role, text
from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
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
    assert {x for y, x, _ in of_role(drawing, roles.curve(0)) if y > 1} == set(range(6, 60))
    assert drawing.scales
    assert 3 < drawing.scales.y0 < drawing.scales.y1 < 7


def test_outliers_are_clipped_and_marked() -> None:
    values = noisy_loss(5000)
    values[2500] = 1e6
    clipped = draw_chart("Loss", [curve(values)], 60, 15, ChartOptions(clip=True))
    assert clipped.scales
    assert clipped.scales.y1 < 5
    assert "clipped" in text(clipped)[0]
    assert [char for _, _, char in of_role(clipped, "mark")] == ["↑"]


def test_what_leaves_typed_limits_is_not_drawn_along_the_edge() -> None:
    values = np.where(np.arange(600) % 200 < 100, 1.0, 9.0)
    drawing = draw_chart("x", [curve(values)], 60, 15, view=Viewport(y=(0, 2)))
    rows = cells(drawing)[2]
    assert {char for char, role in rows if role == "mark"} == {"↑"}
    assert sum(role == roles.curve(0) for _, role in rows) < 6


def test_readings_are_of_the_nearest_points_and_smoothed_as_the_line() -> None:
    from tuimon.charts.smoothing import smooth

    values = noisy_loss(1000)
    options = ChartOptions(smoothing=0.6)
    drawing = draw_chart("Loss", [curve(values)], 60, 15, options, cursor=Cursor(400.4, 100.0))
    ((here, mark),) = drawing.readings
    assert mark is not None
    assert (here.step, mark.step) == (400, 100)
    assert here.value == values[400]
    assert here.smoothed == pytest.approx(smooth(values, 0.6)[400])
    assert "step 400  Δ 300 steps  5m 00s" in text(drawing)[0]


def test_many_unfocused_curves_are_one() -> None:
    curves = [
        replace(curve(noisy_loss(200, seed) + seed, label=f"r{seed}"), group="others", faded=True)
        for seed in range(9)
    ]
    drawing = draw_chart("Loss", [*curves, curve(noisy_loss(200))], 80, 15)
    assert "others ×9" in text(drawing)[1]
    assert of_role(drawing, "shade")
    assert len({y for y, _, _ in of_role(drawing, "faded")}) < 12


def test_the_newest_value_of_a_group_is_the_median_of_those_that_are_numbers() -> None:
    newest = [9e307, math.nan, 9.2e307]  # the sum of the two overflows
    group = [replace(curve([1.0, value]), group="lr 0.1") for value in newest]
    assert "lr 0.1 ×3 9.1e307" in text(draw_chart("Loss", group, 80, 15))[1]


def test_curves_beyond_the_palette_have_dashes_and_letters() -> None:
    curves = [curve([1.0, 2.0], label=f"r{n}", colour=n) for n in (0, 8)]
    legend = text(draw_chart("x", curves, 60, 12))[1]
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
    assert "◆ 1 @ 1" in text(drawing)[1]
    ((row, _, _),) = [one for one in of_role(drawing, roles.end(0)) if one[2] == "◆"]
    assert row >= 8
