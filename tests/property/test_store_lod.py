"""Columns by blocks, by all points and by brute force are the same; no spike is ever lost."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tuimon.store import lod
from tuimon.store.lod import BLOCK, LevelOfDetail, column_extremes


@pytest.fixture(autouse=True, scope="module")
def blocks_at_any_size() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lod, "_DIRECT_POINTS", 0)
        patch.setattr(lod, "_LEAST_BLOCKS", 0)
        patch.setattr(lod, "_CHUNK", 2 * BLOCK)
        yield


ODD = [np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1.7e308, -1e9]


@st.composite
def windows(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    size = draw(st.integers(0, 1000))
    values = np.random.default_rng(draw(st.integers(0, 99))).standard_normal(size)
    for _ in range(draw(st.integers(0, 20)) if size else 0):
        at = draw(st.integers(0, size - 1))
        values[at : at + draw(st.integers(1, 200))] = draw(st.sampled_from(ODD))
    edges = sorted(draw(st.lists(st.integers(0, size), min_size=2, max_size=20)))
    return values, np.array(edges)


def brute_force(values: NDArray[np.float64]) -> list[float]:
    finite = values[np.isfinite(values)]
    positive = finite[finite > 0]
    return [
        finite.min(initial=np.inf),
        finite.max(initial=-np.inf),
        positive.min(initial=np.inf),
        len(finite),
        len(positive),
        int(np.isnan(values).sum()),
        int((values == np.inf).sum()),
        int((values == -np.inf).sum()),
    ]


@settings(max_examples=300)
@given(windows(), st.lists(st.integers(0, 1000), max_size=3))
def test_all_ways_agree(
    window: tuple[NDArray[np.float64], NDArray[np.intp]], looks: list[int]
) -> None:
    values, edges = window
    detail = LevelOfDetail()
    for length in sorted(looks):
        detail.extend(values[:length])
    detail.extend(values)
    by_blocks = detail.column_extremes(values, edges)._asdict()
    by_points = column_extremes(values, edges)._asdict()
    with np.errstate(over="ignore"):
        totals = by_blocks.pop("total"), by_points.pop("total")
    assert np.allclose(*totals, rtol=1e-9, atol=1e-9, equal_nan=True)
    for column, (start, end) in enumerate(pairwise(edges)):
        expected = brute_force(values[start:end])
        assert [field[column] for field in by_blocks.values()] == expected
        assert [field[column] for field in by_points.values()] == expected


@settings(max_examples=200)
@given(st.integers(1, 5000), st.integers(1, 400), st.data())
def test_a_spike_is_never_lost(size: int, columns: int, data: st.DataObject) -> None:
    values = np.zeros(size)
    at = data.draw(st.integers(0, size - 1))
    values[at] = 1e9
    detail = LevelOfDetail()
    detail.extend(values)
    edges = np.linspace(0, size, columns + 1).astype(np.intp)
    high = detail.column_extremes(values, edges).high
    assert (high == 1e9).sum() == 1
    assert edges[np.argmax(high)] <= at < edges[np.argmax(high) + 1]
