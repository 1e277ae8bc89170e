"""When silence is worth an alert."""

import pytest

from support.rhythms import HANGS, HEALTHY, HUNG, Rhythm, Stretch, rhythms, steps
from tuimon.health.stall import StallRule
from tuimon.runs.alerts import Alert

LOOK = 5.0


class Watch:
    """A rule that is asked every five seconds."""

    def __init__(self) -> None:
        self.rule = StallRule(0.0, lambda: "rank 1 at load (data.py:38)")
        self.now = 0.0

    def silent(self, seconds: float, busy: bool | None, *, paused: bool = False) -> list[Alert]:
        told = []
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + LOOK, end)
            told.append(self.rule.look(self.now, self.now, busy, paused=paused))
        return [alert for alert in told if alert is not None]

    def live(self, rhythm: Rhythm) -> list[Alert]:
        told = []
        for stretch in rhythm:
            told += self.silent(stretch.seconds, stretch.busy)
            self.rule.sign_of_life(points=stretch.points)
        return told


def test_processes_that_do_nothing_are_told_once_and_again_after_a_sign_of_life() -> None:
    watch = Watch()
    assert watch.live(steps(1.0, 100)) == []
    (alert,) = watch.silent(2000, busy=False)
    assert alert.title == "nothing new for 3m 05s"
    assert alert.wall_time == 285.0
    assert alert.text == (
        "Neither points nor output; it was silent for 1s at most so far. Its processes do "
        "nothing. Where it is: rank 1 at load (data.py:38)"
    )
    watch.rule.sign_of_life(points=1)
    (again,) = watch.silent(5000, busy=False)
    assert again.key != alert.key


@pytest.mark.parametrize("busy", [True, None])
def test_what_works_or_is_not_known_to_may_be_silent_for_an_hour(busy: bool | None) -> None:
    watch = Watch()
    watch.live(steps(1.0, 100))
    assert watch.silent(3600, busy) == []
    assert len(watch.silent(10, busy)) == 1


@pytest.mark.parametrize("before", [0, 100])
def test_the_longest_silence_is_usual_also_that_before_the_first_point(before: int) -> None:
    watch = Watch()
    assert watch.live([*steps(1, before), Stretch(3000)]) == []
    assert watch.silent(9000, busy=True) == []
    assert len(watch.silent(10, busy=True)) == 1


def test_a_training_that_prints_alone_may_be_silent_while_it_works() -> None:
    watch = Watch()
    watch.live([Stretch(1.0, points=0)] * 30)
    assert watch.silent(9000, busy=True) == []
    assert len(watch.silent(200, busy=False)) == 1


def test_a_pause_that_was_asked_for_is_none() -> None:
    watch = Watch()
    watch.live(steps(1.0, 100))
    assert watch.silent(9000, busy=False, paused=True) == []


def test_who_was_stopped_as_well_has_seen_no_silence() -> None:
    watch = Watch()
    watch.live(steps(1.0, 100))
    assert watch.rule.look(watch.now + 9000, 0.0, False, paused=False) is None


def test_nothing_is_told_before_the_first_point() -> None:
    assert Watch().silent(9000, busy=False) == []


def test_healthy_rhythms_raise_no_alarm() -> None:
    told = [(name, one) for name, rhythm in rhythms(HEALTHY, 3) for one in Watch().live(rhythm)]
    assert told == []


@pytest.mark.parametrize("hang", HANGS)
def test_hangs_are_found(hang: str) -> None:
    busy, seconds = HANGS[hang]
    for name, rhythm in rhythms(HUNG, 3):
        watch = Watch()
        watch.live(rhythm)
        longest = max(stretch.seconds for stretch in rhythm)
        told = watch.silent(max(seconds, 4 * longest), busy)
        assert len(told) == (busy is False or name != "lines_alone"), name
