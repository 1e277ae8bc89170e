"""Numbers of groups, compared with pandas' and with tables."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tuimon.store.spread import SPREADS, SpreadKind, aligned, spread_of, t_quantile

NAN = np.nan
numbers = st.floats(-1e6, 1e6, allow_nan=False) | st.just(NAN) | st.sampled_from([np.inf, -np.inf])


@given(arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(0, 6)), elements=numbers))
def test_middles_and_spreads_are_those_of_pandas(values: np.ndarray) -> None:
    frame = pd.DataFrame(values).replace([np.inf, -np.inf], NAN)
    mean, std, count = frame.mean(), frame.std(), frame.count()
    wide = pd.Series(t_quantile(count.to_numpy() - 1), index=count.index)
    half = {"std": std, "sem": frame.sem(), "ci": wide * std / np.sqrt(count)}
    for kind in SPREADS:
        found = spread_of(values, kind)
        middle = frame.median() if kind == "median" else mean
        low, high = (
            (middle - half[kind], middle + half[kind])
            if kind in half
            else (frame.min(), frame.max())
        )
        for got, wanted in zip(found[:3], (middle, low, high), strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-6)
        np.testing.assert_array_equal(found.runs, count)


def test_quantiles_of_t_are_those_of_the_tables() -> None:
    """Table of the 97.5 % quantiles, NIST/SEMATECH e-Handbook 1.3.6.7.2, to three digits."""
    table = {1: 12.706, 2: 4.303, 3: 3.182, 5: 2.571, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201}
    table |= {15: 2.131, 20: 2.086, 30: 2.042, 60: 2.000, 100: 1.984}
    freedom = np.array([*table])
    np.testing.assert_allclose(t_quantile(freedom), [*table.values()], atol=5e-4)
    assert np.isnan(t_quantile(np.array([0, -1]))).all()
    assert (np.diff(t_quantile(np.arange(1, 200))) < 0).all()


def test_huge_values_do_not_overflow() -> None:
    found = spread_of(np.full((3, 1), 1.5e308), "std")
    assert (found.middle[0], found.low[0], found.high[0]) == (1.5e308,) * 3
    assert spread_of(np.array([[1.5e308], [1.7e308]]), "median").middle[0] == 1.6e308


runs = st.dictionaries(st.integers(-50, 50), st.floats(-1e3, 1e3) | st.just(NAN), max_size=12)


@given(st.lists(runs, min_size=1, max_size=4))
def test_runs_are_aligned_as_pandas_interpolates_by_index(logged: list[dict[int, float]]) -> None:
    series = [pd.Series({step: run[step] for step in sorted(run)}, dtype=float) for run in logged]
    at = np.unique([step for run in logged for step in run]).astype(np.int64)
    given = [(one.index.to_numpy(np.int64), one.to_numpy()) for one in series]
    found = aligned(given, at)
    for row, one in zip(found, series, strict=True):
        between = one.dropna().reindex(at).interpolate("index", limit_area="inside")
        nan = one.index[one.isna()]
        for step, got in zip(at, row, strict=True):
            left, right = one.index[one.index <= step], one.index[one.index >= step]
            beside = not len(left) or not len(right)
            if beside or (step not in one.index and {left[-1], right[0]} & {*nan}) or step in nan:
                assert np.isnan(got)  # outside of its range, or beside what is no number
            else:
                assert got == pytest.approx(between[step], abs=1e-9)


def test_of_several_values_at_a_step_the_last_counts_and_late_steps_are_told_apart() -> None:
    steps, values = np.array([1, 2, 2, 4]), np.array([0.0, 5.0, 7.0, 9.0])
    at = np.array([0, 1, 2, 3, 4, 5])
    np.testing.assert_array_equal(aligned([(steps, values)], at)[0], [NAN, 0, 7, 8, 9, NAN])
    late = np.array([2**60, 2**60 + 2])
    row = aligned([(late, np.array([1.0, 3.0]))], np.array([2**60 + 1]), 2**60)[0]
    np.testing.assert_array_equal(row, [2.0])


def test_every_spread_has_a_name() -> None:
    from tuimon.store.spread import SPREAD_WORDS

    assert [*SPREAD_WORDS] == [*get_args(SpreadKind)]
