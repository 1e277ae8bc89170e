"""Where charts stand on a page, and how large they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.present.chart_layout import (
    ChartPaging,
    PageLayout,
    SectionRule,
    grid_shape,
    section_rules,
    weight_of,
)
from tuimon.present.pairing import Metric, pair_tags


@pytest.mark.parametrize(
    ("count", "size", "shape"),
    [
        (1, (80, 16), (1, 1)),
        (2, (80, 16), (2, 1)),
        (3, (80, 16), (2, 1)),
        (3, (92, 28), (2, 2)),
        (3, (168, 36), (3, 1)),
        (300, (80, 16), (2, 1)),
        (5, (1, 1), (1, 1)),
        (0, (80, 20), (1, 1)),
    ],
)
def test_charts_are_arranged_to_be_well_shaped(
    count: int, size: tuple[int, int], shape: tuple[int, int]
) -> None:
    assert grid_shape(count, *size) == shape


def test_what_a_last_row_leaves_is_taken_by_the_first_charts_above() -> None:
    layout = PageLayout.of(7, 3)
    assert [layout.cell(place) for place in range(7)] == [
        *((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)),
        (2, 2),
    ]
    assert [layout.span(place) for place in range(7)] == [1, 1, 1, 2, 2, 1, 1]
    assert layout.beside(3, 0, 1) is None
    assert layout.beside(5, 0, 1) == 6
    assert layout.beside(6, -1, 0) == 4
    assert layout.beside(6, 0, -1) == 5


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 60))
def test_every_cell_has_one_chart_and_every_step_leads_back(
    count: int, columns: int, height: int
) -> None:
    layout = PageLayout.of(count, columns)
    cells = [
        (row + below, column)
        for place in range(count)
        for row, column in [layout.cell(place)]
        for below in range(layout.span(place))
    ]
    assert sorted(cells) == [(r, c) for r in range(layout.rows) for c in range(layout.columns)]
    assert all(layout.place(*layout.cell(place)) == place for place in range(count))
    for place in range(count):
        if (right := layout.beside(place, 1, 0)) is not None:
            assert layout.cell(right)[1] == layout.cell(place)[1] + 1
        if (below := layout.beside(place, 0, 1)) is not None:
            assert layout.beside(below, 0, -1) == place
    assert sum(layout.heights([4] * count, height, {0})) == height


def test_loss_and_accuracy_get_more_room_than_the_machine() -> None:
    tags = ["Loss/train", "Loss/test", "acc", "lr", "grad_norm", "epoch_time", "gpu/memory_bytes"]
    weights = [weight_of(metric) for metric in pair_tags(tags)]
    assert weights == [6, 6, 3, 4, 3, 3]
    assert PageLayout.of(6, 2).heights(weights, 37, ()) == [17, 11, 9]
    assert PageLayout.of(3, 2).heights(weights[:3], 37, {1}) == [24, 13]
    assert PageLayout.of(6, 2).heights(weights, 20, ()) == [8, 6, 6]


def test_a_section_has_a_heading_where_it_begins_and_on_every_page() -> None:
    titles = ["Loss", "g/a", "g/b", "g/c", "lr/x", "m/a", "m/b"]
    metrics = [Metric(title, ((title, title),)) for title in titles]
    plain, none = SectionRule(), SectionRule(shown=True)
    whole = SectionRule("g", "3 charts", "g", True)
    assert section_rules(metrics, ChartPaging(7, 2, 2, 0)) == [
        *(none, whole),
        *(SectionRule(section="g"), SectionRule(section="g")),
    ]
    assert section_rules(metrics, ChartPaging(7, 3, 1, 1)) == [
        *(SectionRule("g", "3 of 3", "g", True), none, SectionRule("m", "1 of 2", "m", True)),
    ]
    assert section_rules(metrics, ChartPaging(7, 3, 3, 0))[:3] == [
        *(none, whole, SectionRule(section="g", shown=True)),
    ]
    assert section_rules(metrics[:2], ChartPaging(2, 2, 1, 0)) == [plain, plain]
    assert (whole.title("g/a"), none.title("lr/x")) == ("a", "lr/x")
