"""Validations and checkpoints: found by their time, counted by their rhythm."""

import numpy as np
import pytest

from tuimon.recorder.progress.stops_to_come import (
    StopsToCome,
    first_stop,
    seconds_lost,
    stops_to_come,
)


def seen(
    upto: int, stops: dict[int, float], *, told: int = 1, begin: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """When which of the steps of a second each was told; what is stopped for follows a step."""
    times, places, now = [], [], 0.0
    for done in range(begin + 1, upto + 1):
        now += 1.0 + 0.02 * (done % 3)
        if done % told == 0:
            times.append(now)
            places.append(float(done))
        now += stops.get(done, 0.0)
    return np.array(times), np.array(places)


def found(
    upto: int,
    stops: dict[int, float],
    total: float = 1000.0,
    lap: float | None = None,
    told: int = 1,
    begin: int = 0,
) -> StopsToCome:
    at, done = seen(upto, stops, told=told, begin=begin)
    return stops_to_come(done, seconds_lost(at, done, is_young=False), total, lap)


@pytest.mark.parametrize(
    ("upto", "stops", "lap", "told", "to_come"),
    [
        (350, {100: 30.0, 200: 30.0, 300: 30.0}, 100.0, 1, 7),
        (350, {100: 30.0, 200: 30.0, 300: 30.0}, None, 1, 7),
        (130, {100: 30.0}, 100.0, 1, 9),
        (130, {100: 30.0}, None, 1, 9),
        (140, {125: 60.0}, None, 20, 7),  # between 120 and 140: of 1000, every 125th
        (550, {500: 60.0}, 100.0, 10, 1),  # not behind each epoch
        (290, {50 * n: 30.0 for n in range(1, 6)}, 100.0, 1, 15),  # twice an epoch
        (500, {}, 100.0, 1, 0),
    ],
)
def test_stops_come_back(
    upto: int, stops: dict[int, float], lap: float | None, told: int, to_come: int
):
    one = found(upto, stops, lap=lap, told=told)
    assert one.to_come == to_come
    if stops:
        assert one.usual == pytest.approx(max(stops.values()), rel=0.1)


def test_small_ones_beside_great_ones_are_steps():
    stops = {100 * n: 40.0 for n in range(1, 5)} | {100 * n + 3: 4.0 for n in range(1, 5)}
    assert found(450, stops).to_come == 6


def test_what_comes_no_more_is_counted_less_and_forgotten():
    early = {20: 30.0, 40: 30.0, 60: 30.0}
    assert [found(upto, early).to_come for upto in (70, 110, 200)] == [47, 26, 0]


def test_two_close_together_are_no_rhythm():
    assert found(100, {75: 40.0, 80: 30.0}).to_come < 30


def test_one_is_due_where_the_next_should_be():
    stops = {100: 30.0, 200: 30.0}
    assert not found(250, stops).is_due
    assert found(299, stops).is_due


def test_a_slow_start_is_none():
    at, done = seen(200, {1: 90.0})
    assert seconds_lost(at, done, is_young=False)[1:].sum() == 0.0
    assert not len(stops_to_come(done, seconds_lost(at, done, is_young=False), 1e3, None).seconds)


def test_what_goes_on_for_the_first_time_comes_back():
    _, done = seen(200, {})
    one = first_stop(done, 20.0, 1000.0, None)
    assert one.to_come == 1 + 4
    assert one.usual >= 20.0
    assert one.is_due
    assert first_stop(done, 20.0, 1000.0, 100.0).to_come == 5  # the first epoch had none


def test_those_that_differ_are_less_sure():
    alike = {100 * n: 30.0 for n in range(1, 5)}
    unlike = {100 * n: 15.0 * n for n in range(1, 5)}
    assert found(450, unlike).deviation > 2 * found(450, alike).deviation > 0
