"""Whatever the columns of a batch hold: each point is in one row, and each tag keeps its order."""

import itertools
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuimon.events.points import EventBatch, ScalarColumns, SummaryRef
from tuimon.mirror.rows import PLUGINS, rows_of, shortest

TIMES = st.floats() | st.sampled_from([0.0, 1.0, 2.0])
POINTS = st.lists(st.tuples(st.integers(-3, 3), TIMES, st.integers(0, 99)), max_size=12)
BATCHES = st.dictionaries(st.text(max_size=3), POINTS, max_size=4)

Columns = dict[str, list[tuple[int, float, int]]]


def batch_of(columns: Columns) -> EventBatch:
    batch = EventBatch()
    batch.scalars = {
        tag: ScalarColumns(
            np.array([point[0] for point in points], np.int64),
            np.array([point[1] for point in points], np.float64),
            np.array([point[2] for point in points], np.float64),
        )
        for tag, points in columns.items()
    }
    return batch


@given(BATCHES)
def test_every_point_is_in_exactly_one_row_and_tags_keep_their_order(columns: Columns) -> None:
    found: dict[str, list[tuple[int, float]]] = {tag: [] for tag in columns}
    for row in rows_of([batch_of(columns)]):
        assert row.values
        for tag, value in row.values.items():
            found[tag].append((row.step, value))
    assert found == {
        tag: [(step, float(value)) for step, _, value in points] for tag, points in columns.items()
    }


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), TIMES), max_size=15),
    st.lists(st.integers(0, 15), max_size=3),
)
def test_rows_do_not_depend_on_how_the_points_were_cut_into_batches(
    points: list[tuple[str, int, float]], cuts: list[int]
) -> None:
    def batch(begin: int, end: int) -> EventBatch:
        columns: Columns = {}
        for number, (tag, step, wall_time) in enumerate(points[begin:end], begin):
            columns.setdefault(tag, []).append((step, wall_time, number))
        return batch_of(columns)

    ends = [0, *sorted(cuts), len(points)]
    pieces = [batch(begin, end) for begin, end in itertools.pairwise(ends)]
    assert repr(list(rows_of(pieces))) == repr(list(rows_of([batch(0, len(points))])))


@given(st.lists(st.sampled_from(["a", "b", "c"]), unique=True, min_size=1), st.integers(1, 9))
def test_tags_that_are_logged_together_share_a_row(tags: list[str], steps: int) -> None:
    columns = {
        tag: [(step, step + number / 10, step) for step in range(steps)]
        for number, tag in enumerate(tags)
    }
    rows = list(rows_of([batch_of(columns)]))
    assert [row.step for row in rows] == list(range(steps))
    assert all(list(row.values) == tags for row in rows)
    assert math.isclose(rows[0].wall_time, (len(tags) - 1) / 10)


def test_a_clock_that_stands_still_tears_no_step_apart() -> None:
    columns = {tag: [(step, 0.0, step) for step in range(5)] for tag in "ab"}
    assert len(list(rows_of([batch_of(columns)]))) == 5


def test_an_epochs_tag_stays_apart_from_the_batch_of_the_same_number() -> None:
    columns = {
        "batch": [(step, float(step), step) for step in range(10)],
        "epoch": [(0, 4.5, 1), (1, 9.5, 2)],
    }
    rows = list(rows_of([batch_of(columns)]))
    assert len(rows) == 12
    assert [(row.step, row.wall_time) for row in rows if "epoch" in row.values] == [
        (0, 4.5),
        (1, 9.5),
    ]


REFS = st.lists(
    st.builds(
        SummaryRef,
        tag=st.sampled_from("abc"),
        plugin=st.sampled_from([*sorted(PLUGINS), "graphs", ""]),
        step=st.integers(0, 2),
        wall_time=st.just(0.0),
        offset=st.just(0),
        length=st.just(0),
    ),
    max_size=15,
)


@given(REFS, st.integers(0, 15))
def test_every_mirrored_summary_is_in_one_row_of_its_step_in_file_order(
    refs: list[SummaryRef], cut: int
) -> None:
    refs = [ref._replace(offset=number) for number, ref in enumerate(refs)]
    batches = [EventBatch(), EventBatch()]
    batches[0].refs, batches[1].refs = refs[:cut], refs[cut:]
    rows = list(rows_of(batches))
    assert [ref for row in rows for ref in row.refs] == [
        ref for ref in refs if ref.plugin in PLUGINS
    ]
    for row in rows:
        assert row.refs
        assert {ref.step for ref in row.refs} == {row.step}
        assert len({ref[:2] for ref in row.refs}) == len(row.refs)
    for one, following in itertools.pairwise(rows):
        first = following.refs[0]
        assert first.step != one.step or first[:2] in {ref[:2] for ref in one.refs}


@given(st.lists(st.floats(width=32)))
def test_what_a_float32_holds_has_its_digits_and_no_more(values: list[float]) -> None:
    for value, short in zip(values, shortest(np.array(values, np.float64)).tolist(), strict=True):
        assert repr(float(np.float32(short))) == repr(value)
        if value.is_integer():
            assert short == value
        else:
            assert repr(short) == repr(float(str(np.float32(value))))


@given(st.lists(st.floats(-1e38, 1e38).filter(lambda value: float(np.float32(value)) != value)))
def test_a_value_that_no_float32_holds_keeps_all_its_digits(values: list[float]) -> None:
    assert repr(shortest(np.array(values, np.float64)).tolist()) == repr(values)
