"""A point supersedes where a training restarted, and nowhere else."""

import random
from collections.abc import Iterable

import numpy as np
import pytest

from tuimon.store.step_order import FileRows, Oddity, StepOrder, order_steps, unwrapped

CLOCK = 1.7e9


def rows(
    steps: Iterable[int], begun: float = CLOCK, pace: float = 1.0, times: Iterable[float] = ()
) -> FileRows:
    """A file that was begun at a time, with a point every `pace` seconds, or at `times`."""
    logged = np.array([*steps], np.int64)
    walls = np.array([*times]) if times else begun + pace * np.arange(len(logged))
    return FileRows(logged, walls, (), begun)


def order(*files: FileRows) -> StepOrder:
    return order_steps(files)


def shuffled(count: int, within: int, seed: int = 0) -> list[int]:
    rng = random.Random(seed)
    return sorted(range(count), key=lambda step: step + rng.random() * within)


def overflow(first: int, step: int, count: int, dtype: str) -> tuple[list[int], list[int]]:
    """Steps as a counter of a type gives them, and as they were meant."""
    meant = [first + step * number for number in range(count)]
    return np.array(meant).astype(dtype).tolist(), meant


IN_TURN = [step for part in range(10) for step in (*range(900 + part * 5, 905 + part * 5), part)]


@pytest.mark.parametrize(
    ("steps", "oddities"),
    [
        ([0] * 100, {Oddity.NO_STEPS}),
        ([7] * 3, {Oddity.NO_STEPS}),
        ([7, 7], set()),
        ([step // 3 for step in range(30)], set()),
        ([0, 0, 0, 1, 2], set()),
        (range(50, 0, -1), {Oddity.OUT_OF_ORDER}),
        (IN_TURN, {Oddity.OUT_OF_ORDER}),
        ([x for n in range(9) for _ in "ab" for x in range(9 * n, 9 * n + 9)], "out"),
        ([x for n in range(80) for x in (1000 + n, 700 + n)], {Oddity.OUT_OF_ORDER}),
        ([*range(0, 400, 4), *range(101, 130, 4)], {Oddity.OUT_OF_ORDER}),
        (shuffled(10, 3), {Oddity.OUT_OF_ORDER}),
        ([*range(100)] * 20, {Oddity.OUT_OF_ORDER}),
        ([*range(0, 900, 50)] * 2 + [0, 50], {Oddity.OUT_OF_ORDER}),
    ],
    ids=str,
)
def test_points_that_do_not_restart_are_all_in_force(
    steps: Iterable[int], oddities: set[Oddity] | str
) -> None:
    found = order(rows(steps))
    assert not found.superseded.any()
    assert found.oddities == ({Oddity.OUT_OF_ORDER} if oddities == "out" else oddities)


@pytest.mark.parametrize("within", [2, 3, 6, 20, 50])
@pytest.mark.parametrize("count", [5, 12, 40, 200, 3000])
def test_steps_out_of_order_are_no_restart(count: int, within: int) -> None:
    for seed in range(20):
        assert not order(rows(shuffled(count, within, seed))).superseded.any()


@pytest.mark.parametrize(
    ("first", "step", "count", "dtype"),
    [
        (0, 200_000_000, 50, "i4"),
        (2**31 - 12, 1, 23, "i4"),
        (2**31 - 3, 1, 6, "i4"),
        (2**32 - 500, 50, 40, "u4"),
        (0, 10, 20_000, "i2"),
        (0, 1, 400, "i1"),
    ],
)
def test_counters_that_run_over_are_counted_on(
    first: int, step: int, count: int, dtype: str
) -> None:
    logged, meant = overflow(first, step, count, dtype)
    found = order(rows(logged))
    assert found.steps.tolist() == meant
    assert (found.superseded.any(), found.oddities) == (False, {Oddity.OVERFLOW})
    half = count // 2
    assert order(rows(logged[:half]), rows(logged[half:])).steps.tolist() == meant


@pytest.mark.parametrize(
    "steps",
    [[*range(256), *range(256)], [100, 50, -100], [3 * 10**9, 0, 1], [5, -1]],
    ids=lambda steps: str(steps[-3:]),
)
def test_steps_that_go_back_are_not_taken_for_overflow(steps: list[int]) -> None:
    logged = np.array(steps)
    assert unwrapped(logged) is logged


@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        ([*range(100), *range(100)], range(100)),
        ([*range(100), *range(30)], range(30)),
        ([*range(1000), 0, 1], range(2)),
        ([*range(100), *range(60, 140)], range(140)),
        ([*range(0, 500, 5), *range(303, 700, 7)], [*range(0, 303, 5), *range(303, 700, 7)]),
        ([*range(9), *range(9), 9, *range(4, 9)], range(9)),
    ],
    ids=str,
)
def test_a_training_that_restarts_in_its_file(steps: list[int], kept: Iterable[int]) -> None:
    found = order(rows(steps))
    assert found.steps[~found.superseded].tolist() == [*kept]
    assert found.oddities == set()


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (range(100), range(60, 140), [*range(60), *range(60, 140)]),
        (range(100), range(5), range(5)),
        (range(100), [50], range(51)),
        (range(0, 100, 10), range(55, 99, 10), [*range(0, 55, 10), *range(55, 99, 10)]),
        ([0], [0], [0]),
        (range(100), range(100, 200), range(200)),
    ],
    ids=str,
)
def test_a_new_file_restarts_those_before_it(
    first: Iterable[int], second: Iterable[int], kept: Iterable[int]
) -> None:
    found = order(rows(first), rows(second, begun=CLOCK + 500))
    assert found.steps[~found.superseded].tolist() == [*kept]
    assert found.oddities == set()


def test_files_out_of_order_restart_at_their_lowest_first_step() -> None:
    found = order(rows(shuffled(200, 6)), rows(shuffled(100, 6, seed=1), begun=CLOCK + 500))
    assert np.flatnonzero(found.superseded).tolist() == [*range(200)]


def test_writers_in_turn_are_both_in_force() -> None:
    found = order(rows(range(100)), rows(range(100), begun=CLOCK + 1.5), rows([*range(40)]))
    assert not found.superseded.any()
    assert found.oddities == {Oddity.WRITERS}


def test_writers_in_turn_restart_together() -> None:
    earlier = rows(range(300), begun=CLOCK - 1000)
    found = order(earlier, rows(range(100)), rows(range(100), begun=CLOCK + 1.5))
    assert np.flatnonzero(found.superseded).tolist() == [*range(300)]


def test_a_few_points_of_the_one_that_was_stopped_make_no_second_writer() -> None:
    found = order(rows(range(1000)), rows(range(900, 1100), begun=CLOCK + 994))
    assert np.flatnonzero(found.superseded).tolist() == [*range(900, 1000)]


@pytest.mark.parametrize("scale", [1.0, 1e-3])
def test_times_of_a_simulation_tell_no_writers(scale: float) -> None:
    first = rows(range(100), times=[scale * step for step in range(100)])
    second = rows(range(50, 120), times=[scale * step for step in range(50, 120)])
    found = order(first, second._replace(begun_at=CLOCK + 500))
    assert np.flatnonzero(found.superseded).tolist() == [*range(50, 100)]


def test_files_that_names_date_alike_were_written_at_once() -> None:
    ranks = [rows(range(100))._replace(is_dated=True) for _ in range(2)]
    assert not order(*ranks).superseded.any()
    resumed = ranks[1]._replace(begun_at=CLOCK + 500)  # its times are no clock's
    assert np.flatnonzero(order(ranks[0], resumed).superseded).tolist() == [*range(100)]


def test_points_without_a_step_are_not_restarted_by_a_file() -> None:
    found = order(rows([0] * 50), rows([0] * 60, begun=CLOCK + 500))
    assert (found.superseded.any(), found.oddities) == (False, {Oddity.NO_STEPS})
