"""The time that a training has to go: right for what is steady, honest for what is not."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.recorder.progress.time_to_go import Forecast, TimeToGo


def seen(
    total: int, upto: int, *, step: float = 1.0, every: int = 0, stop: float = 0.0, begin: int = 0
) -> tuple[TimeToGo, float]:
    """Seen at each step up to `upto`; a stop comes behind `every` so many. And the time now."""
    track, now = TimeToGo(total), 0.0
    for done in range(begin + 1, upto + 1):
        now += step
        track.see(now, done)
        now += stop if every and done % every == 0 else 0.0
    return track, now


def told(track: TimeToGo, now: float) -> Forecast:
    found = track.forecast(now)
    assert found is not None
    assert found.least <= found.seconds <= found.most
    return found


def test_what_is_steady_is_told_to_the_second():
    track, now = seen(1000, 300, step=2.0)
    assert told(track, now).seconds == pytest.approx(1400.0)
    assert told(track, now).pace == pytest.approx(0.5)


@given(upto=st.integers(250, 990), stop=st.floats(10, 100))
def test_stops_are_counted_that_are_still_to_come(upto: int, stop: float):
    track, now = seen(1000, upto, every=100, stop=stop)
    left = 1000 - upto + stop * (10 - upto // 100)
    inside = stop if upto % 100 == 0 else 0.0
    assert told(track, now).seconds == pytest.approx(left, abs=1.5 + inside)


@given(upto=st.integers(110, 900))
def test_the_unit_of_time_makes_no_difference(upto: int):
    one, now = seen(1000, upto, step=1.0, every=50, stop=7.0)
    other, then = seen(1000, upto, step=10.0, every=50, stop=70.0)
    assert told(other, then).seconds == pytest.approx(10 * told(one, now).seconds, rel=0.01)


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 9)), max_size=80), st.floats(0, 1e4))
def test_whatever_comes_no_time_is_negative_or_endless(
    steps: list[tuple[float, float]], wait: float
):
    track, now, done = TimeToGo(200.0, lap=10.0), 0.0, 0.0
    for took, more in steps:
        now, done = now + took, done + more
        track.see(now, done)
    if (found := track.forecast(now + wait)) is not None:
        assert 0 <= found.least <= found.seconds <= found.most < 1e9


def test_what_was_done_before_counts_for_nothing():
    track, now = seen(1000, 700, begin=600, step=3.0)
    assert told(track, now).seconds == pytest.approx(900.0)


def test_a_slow_start_is_forgotten():
    track = TimeToGo(1000)
    now = 0.0
    for done in range(1, 301):
        now += 10.0 if done <= 20 else 1.0
        track.see(now, done)
    assert told(track, now).seconds == pytest.approx(700, rel=0.01)


def test_steps_that_get_longer_may_go_on_to_do_so():
    track, now = TimeToGo(1000), 0.0
    for done in range(1, 601):
        now += done / 100
        track.see(now, done)
    found = told(track, now)
    assert found.least < 6 * 400 + 200  # as long as now
    assert found.most >= (1000**2 - 600**2) / 200


def test_while_the_end_of_an_epoch_was_not_seen_there_is_a_range():
    track, now = TimeToGo(10.0, lap=1.0), 0.0
    for done in range(1, 50):
        now += 1.0
        track.see(now, done / 100)
    young = told(track, now)
    assert young.most > 1.4 * young.least


def test_it_is_silent_at_first_and_when_nothing_comes():
    track, now = seen(1000, 4)
    assert track.forecast(now) is None
    track, now = seen(1000, 200)
    assert track.forecast(now + 5) is not None
    assert track.forecast(now + 100) is None


def test_what_does_not_come_takes_longer():
    track, now = seen(1000, 300)
    assert told(track, now + 20).seconds == pytest.approx(760, abs=70)


def test_its_memory_is_bounded_and_the_estimate_as_good():
    track, now = seen(100_000, 60_000, every=1000, stop=50.0)
    assert len(track.samples) <= 1024
    assert all(a.done < b.done for a, b in pairwise(track.samples))
    assert told(track, now).seconds == pytest.approx(42_000, rel=0.01)


def test_what_a_bar_was_set_forward_by_took_no_time():
    track, now = TimeToGo(1000.0), 1.0
    track.see(now, 1)
    for done in range(501, 800):
        now += 2.0
        track.see(now, done)
    assert told(track, now).seconds == pytest.approx(2 * 201)


def test_a_first_validation_is_counted_while_it_goes_on():
    track, now = TimeToGo(10.0, lap=1.0), 0.0
    for done in range(1, 101):
        now += 1.0
        track.see(now, done / 100)
    found = told(track, now + 40)  # nine more epochs, and nine more validations at least
    assert found.least <= 9 * (100 + 40) <= found.most


def test_it_is_silent_where_it_can_tell_nothing():
    track, now = TimeToGo(1000.0), 0.0
    for done in range(1, 100):
        now += 1.0 if done % 2 else 9.0
        track.see(now, 10 * done if done < 8 else 80 + done / 10)
    assert track.forecast(now) is None
