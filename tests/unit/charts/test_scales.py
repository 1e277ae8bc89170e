import math

import pytest

from tuimon.charts.scales import log_scale, x_limits, y_scale, y_ticks


def test_x_begins_at_0_when_the_data_nearly_do() -> None:
    assert x_limits(5, 938, from_zero=True, least=1, previous=None) == (0, 1000)
    assert x_limits(938, 938, from_zero=True, least=1, previous=None) == (0, 1000)


def test_x_of_a_resumed_run_begins_where_it_does() -> None:
    assert x_limits(50_050, 52_000, from_zero=True, least=1, previous=None) == (50_000, 52_000)


def test_x_of_clock_time_never_begins_at_0() -> None:
    low, high = x_limits(100, 1000, from_zero=False, least=10, previous=None)
    assert 0 < low <= 100
    assert high >= 1000


def test_x_wastes_little() -> None:
    for high in (*range(1, 400), 12_345, 987_654_321):
        limits = x_limits(0, high, from_zero=True, least=1, previous=None)
        assert limits[0] == 0, high
        assert high <= limits[1]
        assert (limits[1] - high) / limits[1] <= 0.35 or high == 1


def test_x_stays_while_a_run_grows_and_changes_seldom() -> None:
    limits, changes = None, 0
    for high in range(100, 10_000, 7):
        new = x_limits(0, high, from_zero=True, least=1, previous=limits)
        changes += new != limits
        limits = new
    assert changes <= 22


@pytest.mark.parametrize("down", [1, 2, 4])
@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (0.2, 2.9), (-3, 4), (1e-5, 3e-4), (125_000, 125_900), (-1e300, 1e300), (-5, -4.9)],
)
def test_y_ticks_are_a_whole_number_of_rows_apart(low: float, high: float, down: int) -> None:
    for rows in (2, 3, 4, 6, 11, 26, 45):
        _check_y_ticks(low, high, rows, down)


def _check_y_ticks(low: float, high: float, rows: int, down: int) -> None:
    scale = y_scale(low, high, rows, down, None)
    if (rows, down) == (2, 1) and low < 0 < high:
        return  # no room for a tick at 0 between both signs
    dots = rows * down
    assert scale.y0 <= low + abs(low) * 1e-6
    assert high <= scale.y1 + abs(high) * 1e-6
    at = [(t.position - scale.y0) / (scale.y1 - scale.y0) * (dots - 1) for t in y_ticks(scale)]
    apart = scale.step / (scale.y1 - scale.y0) * (dots - 1) / down
    assert apart == pytest.approx(round(apart), rel=1e-3)
    cells = [(dot - (down - 1) / 2) / down for dot in at]
    assert cells == pytest.approx([round(cell) for cell in cells], abs=1e-2)
    assert (high - low) / (scale.y1 - scale.y0) > 0.45 or rows < 6


def test_y_keeps_its_limits_until_data_leave_them_or_use_little_of_them() -> None:
    first = y_scale(0.2, 2.9, 11, 4, None)
    assert y_scale(0.1 + first.y0, 2.8, 11, 4, first) is first
    assert y_scale(0.2, 3.5, 11, 4, first) != first
    assert y_scale(0.2, 1.0, 11, 4, first) != first


@pytest.mark.parametrize("value", [0.0, 5e-324, 3e-4, -7.5, 1e300, 1.7e308])
def test_equal_values_get_room_around_them(value: float) -> None:
    scale = y_scale(value, value, 11, 4, None)
    assert scale.y0 <= min(value, 1e307) <= scale.y1
    assert scale.y0 < scale.y1


@pytest.mark.parametrize("rows", [3, 11, 30])
@pytest.mark.parametrize(
    ("low", "high"), [(-1, 0.4), (-0.1, 0.1), (-9.3, -3), (-320, 308), (0.5, 0.5), (-323, -323)]
)
def test_log_scales_hold_their_data(low: float, high: float, rows: int) -> None:
    scale = log_scale(low, high, rows, 4, None)
    assert scale.y0 <= low + 1e-6
    assert high <= scale.y1 + 1e-6
    assert math.isfinite(scale.y1 - scale.y0)
