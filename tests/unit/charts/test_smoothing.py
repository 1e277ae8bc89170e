import math
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from tuimon.charts.smoothing import Smoothed, smooth

NAN, INF = math.nan, math.inf


def tensorboard_smoothing(values: list[float], weight: float) -> list[float]:
    """TensorBoard's rule, point by point."""
    if all(value == values[0] for value in values):
        return values
    last, count, shown = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            shown.append(value)
            continue
        last = last * weight + (1 - weight) * value
        count += 1
        shown.append(last / (1 if weight == 1 else 1 - weight**count))
    return shown


def noisy(count: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(7)
    return 2 * np.exp(-np.arange(count) / count * 5) + rng.normal(0, 0.2, count)


@pytest.mark.parametrize("weight", [0.0, 0.1, 0.6, 0.9, 0.99, 0.999, 1.0])
def test_same_numbers_as_tensorboard(weight: float) -> None:
    values = noisy(20_000)
    expected = tensorboard_smoothing(values.tolist(), weight)
    np.testing.assert_allclose(smooth(values, weight), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [3.0],
        [NAN],
        [NAN, 1.0, 2.0],
        [1.0, NAN, INF, 2.0, -INF, 3.0],
        [INF, INF],
        [5.0, 5.0, 5.0],
        [5.0, 5.0, 6.0],
        [5e-324, 0.0, 5e-324],
    ],
)
def test_special_values(values: list[float]) -> None:
    expected = tensorboard_smoothing(values, 0.6)
    np.testing.assert_allclose(smooth(np.array(values), 0.6), expected, rtol=1e-12)


def test_a_constant_series_stays_exactly_what_it_is() -> None:
    assert set(smooth(np.full(1000, 0.1), 0.6).tolist()) == {0.1}


def test_huge_values_do_not_overflow() -> None:
    values = np.array([1e308, 1.7e308, 1e308, 1e-300] * 5000)
    expected = tensorboard_smoothing(values.tolist(), 0.999)
    np.testing.assert_allclose(smooth(values, 0.999), expected, rtol=1e-9)


@pytest.mark.parametrize("pieces", [[1] * 50, [3, 8192, 1, 9000, 20], [0, 5, 0]])
def test_growing_gives_the_same_as_all_at_once(pieces: list[int]) -> None:
    values = noisy(sum(pieces))
    values[::7] = NAN
    smoothed, start = Smoothed(0.9), 0
    for size in pieces:
        smoothed.extend(values[start : start + size])
        start += size
    assert len(smoothed) == len(values)
    np.testing.assert_allclose(smoothed.values, smooth(values, 0.9), rtol=1e-10)


def test_values_handed_out_stay_as_they_were() -> None:
    smoothed = Smoothed(0.6)
    smoothed.extend(np.array([1.0, 2.0, 3.0]))
    before = smoothed.values
    copy = before.copy()
    smoothed.extend(noisy(10_000))
    np.testing.assert_array_equal(before, copy)
    with pytest.raises(ValueError, match="read-only"):
        before[0] = 9


@pytest.mark.parametrize("weight", [-1.0, 2.0, NAN])
def test_a_weight_outside_the_range_is_clamped(weight: float) -> None:
    assert np.isfinite(smooth(noisy(100), weight)).all()


def test_a_live_series_costs_its_new_points_only() -> None:
    smoothed = Smoothed(0.6)
    smoothed.extend(noisy(1_000_000))
    point = np.array([0.5])
    smoothed.extend(point)  # grows the buffer once
    start = time.perf_counter()
    for _ in range(100):
        smoothed.extend(point)
    assert (time.perf_counter() - start) / 100 < 1e-3
