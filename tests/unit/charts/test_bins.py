import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from tuimon.charts.bins import Bins, bin_tracks, bridge
from tuimon.charts.model import Curve
from tuimon.charts.smoothing import LONG
from tuimon.charts.track import make_track

NAN, INF = math.nan, math.inf


def bin_series(x: ArrayLike, bounds: ArrayLike, values: ArrayLike, positive: bool = False) -> Bins:
    curve = Curve(
        label="a",
        steps=np.asarray(x),
        wall_times=np.zeros(len(values)),
        values=np.asarray(values),
    )
    [bins] = bin_tracks([make_track(curve, "step")], [np.asarray(bounds)], [0.0], positive=positive)
    return bins


def test_extremes_and_mean_of_each_column() -> None:
    bins = bin_series(
        np.array([0, 1, 2, 3, 7, 8]),
        np.array([0, 2, 4, 6, 8]),
        np.array([5.0, 1, 2, 2, -4, 9]),
    )
    np.testing.assert_array_equal(bins.low, [1, 2, NAN, -4])
    np.testing.assert_array_equal(bins.high, [5, 2, NAN, 9])
    np.testing.assert_array_equal(bins.line, [3, 2, NAN, 2.5])
    assert bins.taken.tolist() == [True, True, False, True]
    assert bins.points == 6


def test_points_outside_the_edges_are_left_out() -> None:
    bins = bin_series(np.arange(10), np.array([3, 5, 7]), np.arange(10.0))
    np.testing.assert_array_equal(bins.low, [3, 5])
    np.testing.assert_array_equal(bins.high, [4, 7])
    outside = bin_series(np.arange(3), np.array([5, 6]), np.arange(3.0))
    assert outside.points == 0


def test_what_is_not_finite_is_flagged_and_counted() -> None:
    values = np.array([1, NAN, NAN, INF, -INF, NAN, 2.0])
    bins = bin_series(np.arange(7), np.array([0, 2, 4, 6]), values)
    np.testing.assert_array_equal(bins.low, [1, NAN, 2])
    assert bins.nan.tolist() == [True, True, True]
    assert bins.above.tolist() == [False, True, False]
    assert bins.below.tolist() == [False, False, True]
    assert bins.counts == (3, 1, 1, 0)
    assert bins.points == 2


def test_values_that_a_logarithm_cannot_show_are_counted() -> None:
    values = np.array([0, -1, 3.0, NAN])
    bins = bin_series(np.arange(4), np.array([0, 4]), values, positive=True)
    assert (bins.low.tolist(), bins.line.tolist()) == ([3], [3])
    assert bins.counts == (1, 0, 0, 2)


def test_the_mean_of_huge_values_is_finite() -> None:
    values = np.full(100, 1.7e308)
    bins = bin_series(np.arange(100), np.array([0, 99]), values)
    np.testing.assert_allclose(bins.line, [1.7e308])


def curve_of(values: NDArray[np.float64], steps: NDArray[np.int64]) -> Curve:
    return Curve(label="a", steps=steps, wall_times=np.zeros(len(values)), values=values)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("window", [(0, 12_000), (40, 90), (5_000, 5_001), (20_000, 30_000)])
def test_curves_binned_together_are_as_binned_alone(
    positive: bool, window: tuple[int, int]
) -> None:
    rng = np.random.default_rng(3)
    sizes = (0, 1, 50, 300, 5_000, LONG, LONG + 1, 10_000)
    series = [(rng.normal(0, 1, size), np.arange(size)) for size in sizes]
    series[3][0][::7], series[4][0][9:50] = NAN, INF
    series.append((rng.normal(0, 1, 500), rng.permutation(500)))
    bounds, smoothings = np.linspace(*window, 61).astype(np.int64), [0.0, 0.9, *[0.6] * 7]

    def bins(chosen: slice) -> list[Bins]:
        tracks = [make_track(curve_of(*one), "step") for one in series[chosen]]
        each = [bounds] * len(tracks)
        return bin_tracks(tracks, each, smoothings[chosen], positive=positive)

    together = bins(slice(None))
    for index, one in enumerate(together):
        [alone] = bins(slice(index, index + 1))
        for found, expected in zip(one, alone, strict=True):
            np.testing.assert_equal(found, expected)


def test_only_curves_that_have_changed_are_binned_again() -> None:
    curves = [curve_of(np.arange(100.0), np.arange(100)) for _ in range(3)]
    bounds = [np.arange(0, 101, 10)] * 3

    def bins() -> list[Bins]:
        tracks = [make_track(curve, "step") for curve in curves]
        return bin_tracks(tracks, bounds, [0.6] * 3, positive=False)

    first = bins()
    curves[1] = replace(curves[1], steps=np.arange(101), values=np.arange(101.0))
    second = bins()
    assert [a is b for a, b in zip(first, second, strict=True)] == [True, False, True]
    assert second[1].points == 101


def test_a_spike_is_never_lost() -> None:
    rng = np.random.default_rng(0)
    edges = np.linspace(0, 100_000, 105).astype(np.int64)
    for at in rng.integers(0, 100_000, 200):
        values = np.zeros(100_000)
        values[at] = 7
        bins = bin_series(np.arange(100_000), edges, values)
        assert np.nanmax(bins.high) == 7


def test_lines_bridge_empty_columns_but_not_gaps() -> None:
    line = np.array([NAN, 0, NAN, 2, NAN, 4, NAN])
    taken = np.array([False, True, False, True, True, True, False])
    np.testing.assert_array_equal(bridge(line, taken), [NAN, 0, 1, 2, NAN, 4, NAN])
