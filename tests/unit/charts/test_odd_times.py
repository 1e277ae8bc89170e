"""Wall times of simulations, of other units, of no clock at all."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from support.chart_series import curve, text
from tuimon.charts.chart import draw_chart
from tuimon.charts.model import ChartOptions, Cursor, Curve, XAxis


def timed(times: Callable[[int], float], start: float | None = 1.7e9, count: int = 100) -> Curve:
    """A curve with a point at each of some times, of a run that began at another."""
    walls = np.array([times(step) for step in range(count)])
    return replace(curve(np.arange(count)), wall_times=walls, start=start)


def drawn(axis: XAxis, *curves: Curve) -> tuple[str, str]:
    """The heading of a chart, and the labels of its x axis."""
    options = ChartOptions(x_axis=axis)
    rows = text(draw_chart("x", curves, 80, 12, options))
    return rows[0], rows[-1].strip()


@pytest.mark.parametrize(
    ("times", "labels", "absurd"),
    [
        (lambda step: step / 10, "0 +2s +4s +6s +8s", 0),
        (lambda step: -2e9 + 36 * step, "0 +10m +20m +30m +40m +50m", 0),
        (lambda step: 1.7e12 + 36 * step, "0 +10m +20m +30m +40m +50m", 100),
        (lambda step: 3e11 + 36 * step, "0 +10m +20m +30m +40m +50m", 100),
        (lambda step: 1.7e9 + 36 * step, "0 +10m +20m +30m +40m +50m", 0),
        (lambda step: 1.7e9 + 36 * step if step else 0.0, "0 +10m +20m +30m +40m +50m", 1),
        (lambda step: 1.7e9 + 36 * step if step % 4 else np.nan, "0 +10m +20m +30m +40m +50m", 25),
    ],
    ids=["simulated", "before 1970", "ms", "after 9999", "clock", "a zero", "some NaN"],
)
def test_relative_time_counts_from_the_first_point(
    times: Callable[[int], float], labels: str, absurd: int
) -> None:
    heading, ticks = drawn("relative", timed(times))
    assert " ".join(ticks.split()).startswith(labels)
    assert (f"{absurd} absurd time" in heading) == bool(absurd)
    assert ("absurd" in heading) == bool(absurd)


def test_each_clock_has_its_own_beginning() -> None:
    simulated = timed(lambda step: step / 10, start=0.0)
    clock = timed(lambda step: 1.7e9 + step / 10, start=0.0)
    heading, ticks = drawn("relative", simulated, clock)
    assert (ticks.split()[:2], "absurd" in heading) == (["0", "+2s"], False)


def test_times_that_no_calendar_has_are_told_on_the_clock() -> None:
    rows = "\n".join(text(draw_chart("x", [timed(lambda s: 1.7e12 + s)], 80, 12,
                                     ChartOptions(x_axis="wall"))))  # fmt: skip
    assert "100 absurd times" in rows
    assert "no time a clock has" in rows
    assert "absurd" not in drawn("step", timed(lambda step: np.inf))[0]


def test_the_cursor_counts_from_the_same_point() -> None:
    for axis in ("step", "relative"):
        one = timed(lambda step: 1.7e12 + 36 * step)
        at = 50.0 if axis == "step" else 1800.0
        drawing = draw_chart("x", [one], 80, 12, ChartOptions(x_axis=axis), cursor=Cursor(at))
        assert [reading.elapsed for reading, _ in drawing.readings] == [1800.0]


def test_times_at_the_ends_of_what_a_float_holds_are_absurd() -> None:
    far = timed(lambda step: 1.7e9 + step if step % 3 else 1.7e308)
    assert "34 absurd times" in drawn("relative", far)[0]
    opposite = timed(lambda step: 1.7e308 * (-1) ** step)
    assert "100 absurd times" in drawn("relative", opposite)[0]
