"""Points of logs that are rewritten."""

import math
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuimon.events.point_history import PointHistory
from tuimon.events.points import EventBatch, ScalarColumns

Point = tuple[int, float]
points = st.tuples(st.integers(0, 4), st.sampled_from([0.1, 0.25, 1e300, math.nan]))


def batch_of(points: list[Point], *, reset: bool = False) -> EventBatch:
    steps = np.array([step for step, _ in points], np.int64)
    values = np.array([value for _, value in points], np.float64)
    columns = ScalarColumns(steps, np.zeros(len(points)), values)
    return EventBatch(reset=reset, scalars={"loss": columns})


def new_of(history: PointHistory, batch: EventBatch) -> list[Point]:
    columns = history.new_of(batch).get("loss")
    return [] if columns is None else list(zip(columns.steps, columns.values, strict=True))


@given(st.lists(st.lists(st.lists(points, max_size=6), max_size=4), max_size=4))
def test_a_point_is_new_once_by_its_step_and_how_often_that_came(
    passes: list[list[list[Point]]],
) -> None:
    history = PointHistory()
    known: dict[tuple[int, int], float] = {}
    for batches in passes:
        history.begin_again()
        seen: Counter[int] = Counter()
        changed = 0
        for batch in batches:
            new = []
            for step, value in batch:
                place = step, seen[step]
                seen[step] += 1
                if place not in known:
                    known[place] = value
                    new.append((step, value))
                changed += repr(known[place]) != repr(value)
            assert repr(new_of(history, batch_of(batch))) == repr(
                [(np.int64(step), np.float64(value)) for step, value in new]
            )
        assert history.changed == changed


def test_what_is_appended_rotated_or_begun_again_is_new_and_what_is_rewritten_is_counted() -> None:
    history = PointHistory()
    first = [(step, 1 / (step + 1)) for step in range(4)]
    assert new_of(history, batch_of(first, reset=True)) == first
    more = [(2, 0.5), (3, 0.4)]  # resumed from step 2, in the same file
    assert new_of(history, batch_of(more)) == more
    rotated = [(4, 0.3), (5, 0.2)]
    assert new_of(history, batch_of(rotated, reset=True)) == rotated
    whole = [*first[:3], (3, 9.0), (6, 0.1)]
    assert new_of(history, batch_of(whole, reset=True)) == [(6, 0.1)]
    assert history.changed == 1
