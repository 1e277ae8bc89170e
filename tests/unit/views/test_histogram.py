import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.summary_files import WRITERS, values, written
from tuimon.summaries.histograms import Histogram, decode_histogram
from tuimon.views import histogram
from tuimon.views.base import ViewOptions
from tuimon.views.buckets import cumulate, sampled, statistics, value_limits
from tuimon.views.histogram import HistogramView
from tuimon.views.layout import SHADES, StepPlace

NUMBERS = st.floats(width=64) | st.sampled_from([0.0, 1e308, -1e308, 5e-324])


def heatmap(*args, **options) -> list:
    return histogram.draw(*args, **options).rows


def text(row) -> str:
    return "".join(span.text for span in row)


def buckets(*rows: tuple[float, float, float]) -> Histogram:
    return Histogram(np.array(rows, np.float64).reshape(-1, 3))


def normal(mean: float, sigma: float) -> Histogram:
    counts, edges = np.histogram(np.random.default_rng(0).normal(mean, sigma, 5000), 60)
    return Histogram(np.column_stack([edges[:-1], edges[1:], counts]))


def shades(rows: list) -> list[str]:
    """The columns of a heatmap drawn in ASCII, from the top down."""
    plot = [row[2].text for row in rows[2:-2]]
    return ["".join(column) for column in zip(*plot, strict=True)]


@pytest.mark.parametrize("writer", WRITERS)
def test_statistics_of_what_was_logged(tmp_path, writer):
    samples = np.random.default_rng(1).normal(3, 2, 1000)
    found = values(written(tmp_path, lambda w: w.add_histogram("h", samples), writer))
    told = statistics(decode_histogram(found["h"]))
    assert told.total == 1000
    assert (told.least, told.most) == (samples.min(), samples.max())
    assert told.mean == pytest.approx(samples.mean(), abs=0.05 * samples.std())


def test_the_head_tells_the_selected_step(place):
    drawn = heatmap(place, [300], [normal(0, 1)], ViewOptions(None, 90, 20))
    head = ["".join(span.text for span in row) for row in drawn[:2]]
    assert head[0].startswith("layer/weight ")
    assert "  4 of 50  " in head[0]
    assert head[1].startswith("step 300")
    assert "5000 values" in head[1]


def test_the_head_tells_what_the_colours_mean(place):
    steps, many = [0, 150, 300], [buckets((0, 1, 80), (1, 2, 20))] * 3
    for mode, told in (
        ("heatmap", r"  0 ████ ([\d.]+) ████ ([\d.]+)% of values"),
        ("ridgeline", r"  step 0 █{8} 300"),
        ("bands", r"  100% █ 87% █ 68% █ 38% █ median █"),
    ):
        rows = histogram.draw(place, steps, many, ViewOptions(None, 80, 20), mode=mode).rows
        head = "".join(span.text for span in rows[1])
        found = re.search(told + r"\Z", head)
        assert found, head
        assert len(head) == 80
        if mode == "heatmap":
            quarter, most = map(float, found.groups())
            assert quarter == pytest.approx(most / 4, rel=0.1)


def test_round_steps_are_labelled():
    steps = list(range(0, 3000, 10))
    rows = heatmap(
        StepPlace("h", 2990, 299, 300), steps, [normal(0, 1)] * 300, ViewOptions(None, 80, 20)
    )
    labels = "".join(span.text for span in rows[-1]).split()
    assert labels == ["0", "1000", "2000", "2990"]


def test_what_drifts_upwards_is_seen_higher():
    steps = list(range(5))
    many = [normal(step, 0.5) for step in steps]
    columns = shades(
        heatmap(StepPlace("h", 4, 4, 5), steps, many, ViewOptions(None, 45, 24, ascii_only=True))
    )
    brightest = [column.index("@") for column in columns[4::8]]
    assert brightest == sorted(brightest, reverse=True)
    assert brightest[0] - brightest[-1] >= 8


def test_the_brightest_is_the_densest_and_nothing_is_blank():
    one = buckets((0, 1, 1), (1, 2, 100), (2, 3, 0), (3, 4, 25))
    rows = heatmap(StepPlace("h", 0, 0, 1), [0], [one], ViewOptions(None, 30, 44, ascii_only=True))
    (column,) = set(shades(rows))
    levels = [SHADES.index(char) for char in reversed(column.strip())]
    quarter = len(levels) // 4
    assert max(levels[:quarter]) < min(levels[quarter + 1 : 2 * quarter - 1])
    assert set(levels[2 * quarter + 1 : 3 * quarter - 1]) == {0}
    assert levels[-2] == math.ceil(9 * math.ceil(15 * 0.5) / 15)  # √(25/100) of the brightest


def test_the_cursor_stands_below_the_selected_column():
    steps = list(range(0, 500, 100))
    rows = heatmap(StepPlace("h", 200, 2, 5), steps, [normal(0, 1)] * 5, ViewOptions(None, 56, 20))
    axis, labels = ("".join(span.text for span in row) for row in rows[-2:])
    assert axis.count("▲") == (len(axis) - axis.index("└") - 1) // 5
    middle = (axis.index("▲") + axis.rindex("▲")) // 2
    assert abs(labels.index("200") + 1 - middle) <= 1


@given(st.integers(1, 5000), st.integers(1, 300), st.data())
def test_samples_fit_and_hold_the_selected_one(count, most, data):
    selected = data.draw(st.integers(0, count - 1))
    indices = sampled(count, most, selected)
    assert len(indices) <= most
    assert selected in indices
    assert indices == sorted(set(indices))
    assert indices[-1] < count
    assert len(indices) >= min(count, most / 2 - 1)


def test_a_few_outliers_do_not_squeeze_the_rest():
    usual = [(edge / 10, (edge + 1) / 10, 1000) for edge in range(-10, 10)]
    one = buckets((-1e6, -1e6, 1), *usual, (1e6, 1e6, 1))
    low, high = value_limits([cumulate(one)])
    assert (low, high) == (pytest.approx(-1, abs=0.01), pytest.approx(1, abs=0.01))


@pytest.mark.parametrize(("ascii_only", "coloured"), [(False, True), (True, True), (False, False)])
def test_no_size_is_exceeded(fits, place, ascii_only, coloured):
    def look(w: int, h: int) -> ViewOptions:
        return ViewOptions(None, w, h, ascii_only=ascii_only, coloured=coloured)

    steps = list(range(0, 5000, 100))
    many = [normal(step / 900, 1 + step / 999) for step in steps]
    many[7] = None
    fits(lambda w, h: heatmap(place, steps, many, look(w, h)))
    fits(lambda w, h: heatmap(place, [300], [None], look(w, h)))


@pytest.mark.filterwarnings("error")
@given(
    st.lists(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=5), min_size=1, max_size=4),
    st.integers(1, 60),
    st.integers(1, 20),
)
def test_any_buckets_are_drawn(many, cells, height):
    found = [buckets(*rows) for rows in many]
    rows = heatmap(
        StepPlace("h", 0, 0, len(found)), range(len(found)), found, ViewOptions(None, cells, height)
    )
    assert len(rows) <= height
    assert all(sum(len(span.text) for span in row) <= cells for row in rows)


@pytest.mark.parametrize("mode", ["bands", "ridgeline"])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_size_is_exceeded_in_other_modes(fits, place, mode, ascii_only):
    steps = list(range(0, 5000, 100))
    many = [normal(step / 900, 1 + step / 999) for step in steps]
    many[7] = None
    for cursor in (None, 1e9):
        fits(
            lambda w, h, cursor=cursor: heatmap(
                place,
                steps,
                many,
                ViewOptions(None, w, h, ascii_only=ascii_only),
                mode=mode,
                cursor=cursor,
            )
        )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("mode", ["bands", "ridgeline"])
@given(
    st.lists(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=5), min_size=1, max_size=4),
    st.integers(1, 60),
    st.integers(1, 20),
    NUMBERS,
)
def test_any_buckets_are_drawn_in_other_modes(mode, many, cells, height, cursor):
    found = [buckets(*rows) for rows in many]
    place = StepPlace("h", 0, 0, len(found))
    cursor = cursor if math.isfinite(cursor) else None
    rows = heatmap(
        place, range(len(found)), found, ViewOptions(None, cells, height), mode=mode, cursor=cursor
    )
    assert len(rows) <= height
    assert all(sum(len(span.text) for span in row) <= cells for row in rows)


def test_bands_are_brightest_at_the_median():
    one = buckets(*((edge, edge + 1, 10) for edge in range(100)))
    rows = heatmap(
        StepPlace("h", 0, 0, 1),
        [0],
        [one],
        ViewOptions(None, 40, 44, ascii_only=True),
        mode="bands",
    )
    column = shades(rows)[0]
    assert column.count("@") == 1
    assert 18 <= column.index("@") <= 22
    assert list(column[: column.index("@")].strip()) == sorted(
        column[: column.index("@")].strip(), key=SHADES.index
    )


def test_a_ridge_hides_what_is_behind_it():
    """The later step has a hill where the earlier one's ground line runs."""
    flat = buckets((0, 100, 10))
    hill = buckets((0, 45, 0), (45, 55, 10), (55, 100, 0))
    for order, front in (((flat, hill), "*"), ((hill, flat), "*")):
        rows = heatmap(
            StepPlace("h", 1, 1, 2),
            [0, 1],
            list(order),
            ViewOptions(None, 68, 20, ascii_only=True),
            mode="ridgeline",
        )
        plot = ["".join(span.text for span in row)[:60] for row in rows[2:-2]]
        assert sum(line.count(front) for line in plot) >= 60
    assert plot[-1].count("*") == 60


def test_a_click_reads_the_bucket_and_the_step_there(subjects):
    edges = np.linspace(0, 10, 2000)

    def write(w):
        for step in range(4):
            w.add_histogram("h", edges + 10 * step, step, bins=np.arange(51))

    (subject,) = (found for key, found in subjects(write).items() if key[0] == "histogram")
    view = HistogramView()
    look = ViewOptions(None, 60, 24)
    view.draw(subject, look)
    view.point(view._grid.gutter + 2, 2 + view._grid.row_of(5.5))
    told = text(view.draw(subject, look).rows[1])
    assert told.startswith("step 0  5 … 6  200 (10.00%)")
    moved = ViewOptions(2, 60, 24)
    view.press("histogram-no-cursor")
    assert text(view.draw(subject, moved).rows[1]).startswith("step 2  20 … 30")
    view.press("histogram-up")
    assert text(view.draw(subject, moved).rows[1]).startswith("step 2  25 … 26")
    view.press("histogram-up")
    view.press("histogram-up")
    view.press("histogram-down")
    assert "(" in text(view.draw(subject, moved).rows[1])
    view.press("histogram-mode")
    assert view.draw(subject, moved).rows[2:] != view.draw(subject, look).rows[2:]


def test_every_mode_has_its_numbers(subjects):
    def write(w):
        for step in range(3):
            w.add_histogram("h", np.random.default_rng(0).normal(step, 1, 500), step)

    (subject,) = (found for key, found in subjects(write).items() if key[0] == "histogram")
    view = HistogramView()
    seen = []
    for _ in range(4):
        seen.append(text(view.draw(subject, ViewOptions(None, 110, 24)).rows[1]))
        view.press("histogram-mode")
    assert "mean" in seen[0]
    assert "median" in seen[2]
    assert seen[3] == seen[0]


def test_few_ridges_use_all_of_the_height():
    rows = heatmap(
        StepPlace("h", 2, 2, 3),
        [0, 1, 2],
        [buckets((0, 9, 5))] * 3,
        ViewOptions(None, 60, 24),
        mode="ridgeline",
    )
    labels = ["".join(span.text for span in row)[52:].strip() for row in rows]
    assert [labels.index(step) for step in "012"] == [13, 17, 21]
