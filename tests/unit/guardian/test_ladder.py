"""The stop ladder, without processes: who is sent what, and when."""

import math
import signal

import pytest

from tuimon.guardian.ladder import Stage, StopLadder


class Recorded:
    """A ladder with graces of 60 and 45 s, and the stages it has sent."""

    def __init__(self) -> None:
        self.sent: list[Stage] = []
        self.ladder = StopLadder(60.0, 45.0, self.sent.append)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def test_climbs_by_itself(recorded: Recorded):
    ladder = recorded.ladder
    ladder.request(None, now=100.0)
    assert ladder.deadline == 160.0
    ladder.tick(159.9)
    assert recorded.sent == [Stage.INT]
    ladder.tick(160.0)
    assert ladder.deadline == 205.0
    ladder.tick(205.0)
    assert recorded.sent == [Stage.INT, Stage.TERM, Stage.KILL]


def test_does_nothing_unasked(recorded: Recorded):
    recorded.ladder.tick(1e9)
    assert recorded.sent == []
    assert recorded.ladder.deadline == math.inf


def test_each_request_skips_a_grace(recorded: Recorded):
    for _ in range(3):
        recorded.ladder.request(None, now=0.0)
    assert recorded.sent == [Stage.INT, Stage.TERM, Stage.KILL]


def test_a_stage_is_not_sent_twice(recorded: Recorded):
    recorded.ladder.request(Stage.INT, now=0.0)
    recorded.ladder.request(Stage.INT, now=1.0)
    recorded.ladder.request(Stage.KILL, now=2.0)
    recorded.ladder.request(Stage.TERM, now=3.0)
    recorded.ladder.request(None, now=3.0)
    assert recorded.sent == [Stage.INT, Stage.KILL]


def test_kill_is_repeated_until_nothing_is_left(recorded: Recorded):
    ladder = recorded.ladder
    ladder.request(Stage.KILL, now=0.0)
    ladder.tick(now=1.0)
    assert recorded.sent == [Stage.KILL] * 2
    ladder.finish()
    ladder.tick(1e9)
    assert recorded.sent == [Stage.KILL] * 2


@pytest.mark.parametrize("stage", [Stage.INT, Stage.TERM])
def test_what_a_stopped_training_leaves_is_sent_term_once_more(recorded: Recorded, stage: Stage):
    ladder = recorded.ladder
    ladder.request(stage, now=0.0)
    ladder.turn_to_leftovers(now=10.0, grace=5.0)
    ladder.tick(14.9)
    assert recorded.sent == [stage]
    ladder.tick(15.0)
    ladder.tick(60.0)
    assert recorded.sent == [stage, Stage.TERM, Stage.KILL]


def test_what_a_training_leaves_that_nobody_stopped_is_left_alone(recorded: Recorded):
    recorded.ladder.turn_to_leftovers(now=10.0, grace=5.0)
    recorded.ladder.tick(1e9)
    assert recorded.sent == []


def test_signals_of_the_stages():
    assert [stage.signal for stage in Stage] == [
        None,
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGKILL,
    ]
