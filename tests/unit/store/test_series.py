"""Which points are in force over files and restarts, as they come."""

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from tuimon.events.points import SummaryRef
from tuimon.store.series import Point, RefSeries, Series
from tuimon.store.timeline import Restarts


def add(series: Series, steps: list[int], file: str = "1") -> None:
    """Points whose value tells how many there were before them."""
    number = len(series.all_points().steps)
    values = np.arange(number, number + len(steps), dtype=np.float64)
    series.append(file, (np.array(steps, np.int64), values + 1e9, values))


@pytest.fixture
def restarts() -> Restarts:
    return Restarts()


@pytest.fixture
def series(restarts: Restarts) -> Series:
    return Series("run", "tag", restarts)


def in_force(series: Series) -> list[int]:
    points = series.snapshot()
    assert points.wall_times.tolist() == [value + 1e9 for value in points.values.tolist()]
    assert len(series) == len(points.steps)
    everything = series.all_points()
    kept = ~everything.superseded
    order = np.argsort(everything.steps[kept], kind="stable")
    assert everything.steps[kept][order].tolist() == points.steps.tolist()
    assert everything.values[kept][order].tolist() == points.values.tolist()
    last = series.last
    assert (last.step if last else None) == (points.steps[-1] if len(points.steps) else None)
    return points.steps.tolist()


def test_empty(series: Series) -> None:
    assert (in_force(series), series.last, series.version) == ([], None, 0)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([5, 5, 6], [5, 5, 6]),
        ([5, 4, 3], [3, 4, 5]),
        ([1, 2, 3, 4, 2, 3], [1, 2, 3]),
        ([-(2**63), 2**63 - 1, 0], [-(2**63), 0, 2**63 - 1]),
    ],
)
def test_steps_are_in_order_however_points_come(
    series: Series, steps: list[int], expected: list[int]
) -> None:
    add(series, steps)
    assert in_force(series) == expected
    one_by_one = Series("run", "tag", Restarts())
    for step in steps:
        add(one_by_one, [step])
    assert in_force(one_by_one) == expected
    for mine, other in zip(series.all_points(), one_by_one.all_points(), strict=True):
        assert mine.tolist() == other.tolist()


def test_last_point(series: Series) -> None:
    add(series, [1, 2])
    assert series.last == Point(2, 1e9 + 1, 1.0)


def test_files_are_merged_in_the_order_of_their_names(series: Series) -> None:
    add(series, [10, 11, 12], "2")
    add(series, [0, 1, 2], "1")
    assert in_force(series) == [0, 1, 2, 10, 11, 12]
    add(series, [3, 10, 11], "1")  # the older file still grows
    assert in_force(series) == [0, 1, 2, 3, 10, 11, 12]
    assert series.snapshot().values.tolist() == [3, 4, 5, 6, 0, 1, 2]
    add(series, [13], "2")
    assert in_force(series) == [0, 1, 2, 3, 10, 11, 12, 13]
    add(series, [2], "3")
    assert in_force(series) == [0, 1, 2]


def test_restart_supersedes_without_a_point(series: Series, restarts: Restarts) -> None:
    add(series, [0, 1, 2, 3])
    restarts.add(("1", 0), 2)
    series.restart("1", 2)
    assert in_force(series) == [0, 1]
    add(series, [5])
    assert in_force(series) == [0, 1, 5]


def test_restart_in_a_later_file_reaches_earlier_ones(series: Series, restarts: Restarts) -> None:
    add(series, [0, 1, 2, 3], "1")
    restarts.add(("2", 0), 2)
    series.restart("2", 2)
    assert in_force(series) == [0, 1]
    add(series, [2, 3, 4], "1")
    assert in_force(series) == [0, 1]
    add(series, [7], "2")
    assert in_force(series) == [0, 1, 7]


def test_dropped_file_gives_back_what_it_superseded(series: Series) -> None:
    add(series, [0, 1, 2], "1")
    add(series, [1], "2")
    assert in_force(series) == [0, 1]
    series.drop("2")
    assert in_force(series) == [0, 1, 2]
    series.drop("1")
    assert in_force(series) == []


def test_snapshots_are_views_and_stay_as_they_are(series: Series) -> None:
    add(series, list(range(99)))
    add(series, [99])  # leaves room for more
    before = series.snapshot()
    copy = [column.copy() for column in before]
    add(series, [100])
    assert np.shares_memory(series.snapshot().values, before.values)
    add(series, [50, 51])
    for column, kept in zip(before, copy, strict=True):
        assert column.tolist() == kept.tolist()
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_epoch_tells_whether_an_earlier_snapshot_is_still_the_beginning(series: Series) -> None:
    add(series, [1, 2], "1")
    epoch = series.epoch
    add(series, [3], "1")
    assert series.epoch == epoch
    add(series, [2], "1")
    assert series.epoch > epoch
    epoch = series.epoch
    add(series, [9], "2")
    add(series, [10], "2")
    appended = series.epoch
    add(series, [4], "1")
    assert series.epoch > appended >= epoch


def test_growth_of_the_newest_file_of_several_copies_nothing(series: Series) -> None:
    add(series, [1, 2], "1")
    for step in (3, 4, 5, 6):
        add(series, [step], "2")
    before = series.snapshot()
    for step in range(7, 10):
        add(series, [step], "2")
    assert np.shares_memory(series.snapshot().values, before.values)
    assert in_force(series) == list(range(1, 10))


@pytest.mark.parametrize("within", [1, 3, 6, 40])
def test_growth_in_any_pieces_ends_as_if_all_had_come_at_once(within: int) -> None:
    """Out of order for long, and then from the beginning again."""
    rng = np.random.default_rng(within)
    steps = np.argsort(np.arange(3000) + rng.random(3000) * within, kind="stable")
    steps = np.concatenate([steps, np.arange(2990, 3400), np.arange(50), np.arange(20, 70)])
    values = np.arange(len(steps), dtype=np.float64)
    growing, at = Series("run", "tag", Restarts()), 0
    while at < len(steps):
        part = slice(at, at + int(rng.integers(1, 60)))
        growing.append("1", (steps[part], values[part], values[part]))
        at = part.stop
        once = Series("run", "tag", Restarts())
        once.append("1", (steps[:at], values[:at], values[:at]))
        for mine, other in zip(growing.snapshot(), once.snapshot(), strict=True):
            assert np.array_equal(mine, other)
        assert (growing.superseded, growing.oddities) == (once.superseded, once.oddities)
    assert len(growing) in (70, len(steps))


@pytest.fixture
def eager_threads() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("eager_threads")
def test_readers_see_whole_states_while_a_thread_appends(series: Series) -> None:
    """Steps ascend without a gap and all columns agree, in every snapshot at any moment."""
    batch, most_rounds, enough = 10, 20_000, 15
    failures: list[str] = []
    done = threading.Event()
    seen: set[int] = set()

    def check() -> None:
        while not done.is_set():
            points = series.snapshot()
            length = len(points.steps)
            seen.add(length)
            expected = np.arange(length)
            if not (
                (points.steps == expected).all()
                and (points.wall_times == expected).all()
                and (points.values == expected / 2.0).all()
            ):
                failures.append(f"torn snapshot of {length} points")
            everything = series.all_points()
            if len({len(column) for column in everything}) != 1:
                failures.append("columns of unequal length")

    readers = [threading.Thread(target=check) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(most_rounds):
        # Every fiftieth batch begins a new file, which logs the last points again.
        first = max(number * batch - (5 if number % 50 == 0 else 0), 0)
        steps = np.arange(first, (number + 1) * batch)
        series.append(f"{number // 50:05}", (steps, steps.astype(np.float64), steps / 2.0))
        if len(seen) >= enough:
            break
    done.set()
    for reader in readers:
        reader.join(10)
    assert failures == []
    assert len(seen) >= enough


LOGGED: list[tuple[str, int]] = [
    ("1", 1), ("1", 2), ("1", 3), ("start", 2), ("1", 2), ("1", 3), ("2", 4), ("2", 4), ("2", 1),
]  # fmt: skip


def logged(left_out: int) -> RefSeries:
    """References in two files with a restart, but for one of them."""
    restarts = Restarts()
    refs = RefSeries("run", "tag", "images", restarts)
    for offset, (file, step) in enumerate(LOGGED):
        if file == "start":
            restarts.add(("1", 0), step)
            refs.restart("1", step)
        elif offset != left_out:
            refs.append_refs(file, [SummaryRef("tag", "images", step, 1e9, offset, 1)], 0)
    return refs


@pytest.mark.parametrize("offset", [0, 1, 2, 4, 5, 6, 7, 8])
def test_what_a_record_gave_is_taken_back(offset: int) -> None:
    refs, expected = logged(-1), logged(offset)
    file, before = LOGGED[offset][0], refs.snapshot()
    refs.withdraw("3", offset)
    assert [c.tolist() for c in refs.snapshot()] == [c.tolist() for c in before]
    refs.withdraw(file, offset)
    assert [c.tolist() for c in refs.snapshot()] == [c.tolist() for c in expected.snapshot()]
    assert [c.tolist() for c in refs.all_refs()] == [c.tolist() for c in expected.all_refs()]
    assert refs.superseded == expected.superseded


def test_nothing_is_left_when_all_was_taken_back() -> None:
    refs = logged(-1)
    for offset, (file, _) in enumerate(LOGGED):
        refs.withdraw(file, offset)
    assert refs.is_empty
    assert len(refs.snapshot().steps) == 0
