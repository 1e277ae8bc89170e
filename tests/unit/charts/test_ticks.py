from collections.abc import Callable

import pytest

from tuimon.charts.ticks import (
    decade_label,
    log_ticks,
    multiples,
    nice_step,
    relative_label,
    step_labels,
    value_labels,
    wall_ticks,
)


@pytest.mark.parametrize(
    ("at_least", "step"),
    [(0.7, 1), (1, 1), (1.2, 2), (2.1, 2.5), (3, 5), (7, 10), (0.0003, 0.0005), (1e300, 1e300)],
)
def test_nice_steps_are_1_2_25_5(at_least: float, step: float) -> None:
    assert nice_step(at_least) == pytest.approx(step)


def test_multiples_include_limits_despite_rounding() -> None:
    assert multiples(0.1, 0.1, 0.3) == pytest.approx([0.1, 0.2, 0.3])
    assert multiples(5, -7, 7) == [-5, 0, 5]
    assert multiples(5, 1, 4) == []


@pytest.mark.parametrize(
    ("values", "step", "labels"),
    [
        ([0, 0.5, 1], 0.5, ["0.0", "0.5", "1.0"]),
        ([-0.25, 0, 0.25], 0.25, ["-0.25", "0.00", "0.25"]),
        ([0, 5000, 10_000], 5000, ["0", "5k", "10k"]),
        ([122_500, 125_000], 2500, ["122.5k", "125.0k"]),
        ([0, 2.5e6], 2.5e6, ["0", "2.5M"]),
        ([0, 2e-4, 4e-4], 2e-4, ["0", "2e-4", "4e-4"]),
        ([2.75e-4, 3e-4], 2.5e-5, ["2.75e-4", "3.00e-4"]),
        ([0.002, 0.003], 1e-3, ["0.002", "0.003"]),
        ([1e9, 2e9], 1e9, ["1e9", "2e9"]),
        ([100_000.001, 100_000.002], 0.001, ["100000.001", "100000.002"]),
    ],
)
def test_value_labels(values: list[float], step: float, labels: list[str]) -> None:
    assert value_labels(values, step) == labels


@pytest.mark.parametrize(
    ("values", "step", "labels"),
    [
        ([0, 250, 500], 250, ["0", "250", "500"]),
        ([0, 2500, 5000], 2500, ["0", "2500", "5000"]),
        ([0, 2500, 5000, 7500, 10_000], 2500, ["0", "2.5k", "5k", "7.5k", "10k"]),
        ([1_250_020, 1_250_040], 20, ["1250.02k", "1250.04k"]),
        ([0, 5e8, 1e9], 5e8, ["0", "0.5B", "1B"]),
        ([0, 2e12], 2e12, ["0", "2T"]),
        ([4e18, 8e18], 4e18, ["4e18", "8e18"]),
    ],
)
def test_step_labels(values: list[float], step: float, labels: list[str]) -> None:
    assert step_labels(values, step) == labels


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.1, 1.0, ["2", "5", "10"]),
        (-3, 0, ["0.001", "0.01", "0.1", "1"]),
        (-9, -1, ["1e-8", "1e-6", "1e-4", "0.01"]),
        (-0.3, -0.1, ["0.6", "0.7"]),
        (3.9, 5, ["10k", "20k", "50k", "100k"]),
    ],
)
def test_log_ticks(low: float, high: float, labels: list[str]) -> None:
    ticks = log_ticks(low, high, most=5)
    assert [tick.label for tick in ticks] == labels
    assert all(low - 1e-9 <= tick.position <= high + 1e-9 for tick in ticks)


def test_decade_labels() -> None:
    assert [decade_label(n) for n in (-4, -3, -1, 0, 3, 4, 6, 8, 9)] == [
        *("1e-4", "0.001", "0.1", "1", "1000", "10k", "1M", "100M", "1e9")
    ]


@pytest.mark.parametrize(
    ("seconds", "label"),
    [
        (0, "0"),
        (30, "+30s"),
        (300, "+5m"),
        (330, "+5m30"),
        (3600, "+1h"),
        (4800, "+1h20"),
        (86_400, "+1d"),
        (194_400, "+2d6h"),
        (-90, "-1m30"),
    ],
)
def test_relative_labels(seconds: float, label: str) -> None:
    assert relative_label(seconds, 1) == label


def test_wall_ticks_stand_at_local_times_with_the_date_at_midnight(
    live_in: Callable[[str], None],
) -> None:
    live_in("CET-1")
    evening = 1_763_928_000.0  # 2025-11-23 21:00 at UTC+1
    ticks = wall_ticks(7200, evening, evening + 5 * 3600)
    assert [tick.label for tick in ticks] == ["22:00", "Nov 24", "02:00"]
    assert ticks[0].position == evening + 3600
    assert wall_ticks(30, evening, evening + 40)[1].label == "21:00:30"
