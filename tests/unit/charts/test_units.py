"""What values are measured in, by the names of their metrics."""

import math

import pytest

from support.chart_series import curve, text
from tuimon.charts.chart import draw_chart
from tuimon.charts.model import Curve
from tuimon.charts.units import PLAIN, unit_of


@pytest.mark.parametrize(
    ("tag", "value", "told"),
    [
        ("memory/allocated_bytes", 2.8e9, "2.608 GiB"),
        ("mem [KiB]", 512.0, "512 KiB"),
        ("time/step_seconds", 0.02, "20 ms"),
        ("time/elapsed (s)", 7200.0, "2 h"),
        ("step_time_ms", 1500.0, "1.5 s"),
        ("eval/runtime_minutes", 90.0, "90 min"),
        ("CPU/host [%]", 97.25, "97.25%"),
        ("gpu/util_percent", math.nan, "NaN"),
        ("x [s]", math.inf, "+Inf"),
        ("x [s]", 0.0, "0"),
    ],
)
def test_values_are_told_in_units_that_suit_them(tag: str, value: float, told: str) -> None:
    assert unit_of(tag).text(value) == told


@pytest.mark.parametrize(
    "tag",
    # a GB may have 1000³ or 1024³ bytes, a time without a unit may be anything
    ["mem_gb", "memory/used [GB]", "epoch_time", "tokens_per_second", "acc_percent", "rate [b]",
     "bits_per_byte", "loss", "", "disk/reads [MB/s]"],
)  # fmt: skip
def test_where_a_name_leaves_a_doubt_numbers_are_bare(tag: str) -> None:
    assert unit_of(tag) is PLAIN


def labels(tag: str, values: list[float]) -> list[str]:
    one = curve(values, label=tag)
    measured = Curve(
        label=tag, steps=one.steps, wall_times=one.wall_times, values=one.values, unit=unit_of(tag)
    )
    rows = text(draw_chart(tag, [measured], 60, 11))
    return [row.split("┤")[0].strip() for row in rows if "┤" in row]


def test_axes_have_round_steps_of_their_unit() -> None:
    assert labels("cpu [%]", [94.0, 95.0]) == ["100%", "50%", "0"]
    assert labels("cpu [%]", [94.0, 400.0]) == ["400%", "200%", "0"]
    assert labels("bytes", [0.0, 3.2e9]) == ["2GiB", "1GiB", "0"]
    assert labels("elapsed_seconds", [0.0, 3 * 3600.0]) == ["3h", "2h", "1h", "0"]
