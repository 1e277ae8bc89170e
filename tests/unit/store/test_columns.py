"""Columns that grow while others read them."""

from pathlib import Path

import numpy as np

from support.event_logs import cycle, encode, write_log
from tuimon.events.tail import EventFileTail
from tuimon.store.columns import Columns
from tuimon.store.store import Store


def numbers(start: int, stop: int) -> list[np.ndarray]:
    return [np.arange(start, stop), np.arange(start, stop) / 2]


def test_rows_that_were_taken_never_change() -> None:
    columns = Columns((np.int64, np.float64))
    columns.append(numbers(0, 20))
    taken = columns.rows
    columns.append(numbers(20, 500))
    columns.cut(10)
    columns.append(numbers(900, 930))
    assert [array.tolist() for array in taken.view()] == [
        array.tolist() for array in numbers(0, 20)
    ]
    assert columns.rows.view()[0].tolist() == [*range(10), *range(900, 930)]


def test_rows_that_are_expected_find_room() -> None:
    columns = Columns((np.int64, np.float64))
    columns.append(numbers(0, 100), growth=10.0)
    first = columns.rows.arrays
    columns.append(numbers(100, 1000), growth=1.0)
    assert columns.rows.arrays == first
    assert columns.rows.view()[0].tolist() == [*range(1000)]
    columns.append(numbers(1000, 1100))
    assert len(columns.rows.arrays[0]) == 2000


def test_expectations_have_a_limit() -> None:
    columns = Columns((np.int64,))
    columns.append([np.arange(100)], growth=1e9)
    assert len(columns.rows.arrays[0]) < 10_000


def test_a_long_file_is_read_without_moving_points_again_and_again(tmp_path: Path) -> None:
    tail = EventFileTail(write_log(tmp_path / "run", encode(cycle(50_000))))
    store = Store()
    buffers: list[np.ndarray] = []
    while not tail.offset or tail.backlog:
        for batch in tail.poll(200_000):
            store.apply("run", tail.path, batch)
        for series in store.runs["run"].series.values():
            steps = series.snapshot().steps
            if not any(np.shares_memory(steps, known) for known in buffers):
                buffers.append(steps)
    assert sum(len(series) for series in store.runs["run"].series.values()) == 50_000
    assert len(buffers) == 10  # one a tag
