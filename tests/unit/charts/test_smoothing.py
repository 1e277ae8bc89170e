import math
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from tuimon.charts.smoothing import LONG, Smoother, smooth_all

NAN, INF = math.nan, math.inf


def smooth(values, weight):
    return smooth_all([values], weight)[0]


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


@pytest.mark.parametrize("weight", [0.0, 0.6, 0.995, 1.0])
def test_series_smoothed_together_know_nothing_of_each_other(weight: float) -> None:
    series = [noisy(size) for size in (0, 1, 300, 63, 64, 65, 0, 2000, LONG, LONG + 1)]
    series += [np.full(100, 1e9), np.array([NAN, 2.0, INF]), noisy(130)]
    for values, shown in zip(series, smooth_all(series, weight), strict=True):
        expected = tensorboard_smoothing(values.tolist(), weight)
        np.testing.assert_allclose(shown, expected, rtol=1e-9, atol=1e-12)


def test_huge_values_do_not_overflow() -> None:
    values = np.array([1e308, 1.7e308, 1e308, 1e-300] * 5000)
    expected = tensorboard_smoothing(values.tolist(), 0.999)
    np.testing.assert_allclose(smooth(values, 0.999), expected, rtol=1e-9)


@pytest.mark.parametrize("pieces", [[1] * 50, [3, 8192, 1, 9000, 20], [0, 5, 0], [70_000] * 3])
@pytest.mark.parametrize("weight", [0.0, 0.6, 0.995, 1.0])
@pytest.mark.parametrize("odd", [0, 7, 9973])
def test_sums_over_columns_of_a_growing_series(pieces: list[int], weight: float, odd: int) -> None:
    values = noisy(sum(pieces))
    if odd:
        values[::odd], values[odd // 2 :: odd] = NAN, INF
    smoothed = Smoother(weight)
    for size in np.cumsum(pieces):
        smoothed.extend(values[:size])
    whole = smooth(values, weight)
    np.testing.assert_array_equal(np.isfinite(whole), np.isfinite(values))
    finite = np.where(np.isfinite(whole), whole, 0.0)
    rng = np.random.default_rng(0)
    for columns in (1, 5, 300):
        edges = np.sort(rng.integers(0, len(values) + 1, columns + 1))
        expected = [finite[a:b].sum() for a, b in pairwise(edges)]
        np.testing.assert_allclose(smoothed.totals(values, edges), expected, rtol=1e-9, atol=1e-9)


def test_a_spike_smoothed_over_a_long_time_is_not_forgotten() -> None:
    values = np.ones(100_000)
    values[50_000] = 1e12
    smoothed = Smoother(0.995)
    smoothed.extend(values)
    after = smoothed.values(values, 51_000, 51_001)
    np.testing.assert_allclose(after, [1 + 1e12 * 0.005 * 0.995**1000], rtol=1e-9)


@pytest.mark.parametrize("weight", [-1.0, 2.0, NAN])
def test_a_weight_outside_the_range_is_clamped(weight: float) -> None:
    assert np.isfinite(smooth(noisy(100), weight)).all()


def test_a_live_series_keeps_little() -> None:
    values = noisy(1_000_000)
    smoothed = Smoother(0.6)
    tracemalloc.start()
    smoothed.extend(values)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < values.nbytes / 10
