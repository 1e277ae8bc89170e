import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from summary_files import WRITERS, values, written

from tuimon.summaries.pr_curves import PrCurve, decode_pr_curve
from tuimon.views import pr_curve
from tuimon.views.layout import Place
from tuimon.views.pr_curve import area


def curve(recall: np.ndarray, precision: np.ndarray) -> PrCurve:
    counts = np.zeros(len(recall), np.int64)
    thresholds = np.linspace(0, 1, len(recall))
    return PrCurve(thresholds, counts, counts, counts, counts, precision, recall)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_curve_that_was_logged(tmp_path, writer, place):
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 2000)
    guesses = np.clip(labels * 0.4 + random.random(2000) * 0.6, 0, 1)
    found = values(written(tmp_path, lambda w: w.add_pr_curve("pr", labels, guesses), writer))
    decoded = decode_pr_curve(found["pr"])
    assert 0.85 < area(decoded) < 1
    rows = pr_curve.rows(place, decoded, 60, 20)
    text = ["".join(span.text for span in row) for row in rows]
    assert "thresholds" in text[1]
    assert [line[:5].strip() for line in text[3:-2] if line[4] == "┤"] == ["1.0┤", "0.5┤", "0.0┤"]
    drawn = [index for index, line in enumerate(text[3:-2]) if line[5:].strip()]
    assert drawn[0] == 0
    assert drawn[-1] < len(text[3:-2]) * 2 / 3  # precision never falls below a half


def test_the_area_is_that_of_the_trapezoids():
    assert area(curve(np.array([1, 0.5, 0]), np.array([0.5, 1, 1]))) == pytest.approx(0.875)
    assert np.isnan(area(curve(np.array([np.nan]), np.array([1.0]))))


@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_size_is_exceeded(fits, place, ascii_only):
    for one in (
        curve(np.linspace(1, 0, 50), np.linspace(0.3, 1, 50)),
        curve(np.array([0.5]), np.array([0.5])),
        curve(np.array([]), np.array([])),
    ):
        fits(lambda w, h, one=one: pr_curve.rows(place, one, w, h, ascii_only=ascii_only))


@pytest.mark.filterwarnings("error")
@given(arrays(np.float64, (2, 6), elements=st.floats() | st.floats(0, 1)))
def test_any_numbers_are_drawn(table):
    assert pr_curve.rows(Place("pr", 0, 0, 1), curve(*table), 40, 15)
