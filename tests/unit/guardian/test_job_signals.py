"""Which signals are passed on, and which the job has got already."""

import math
from signal import SIGTERM, SIGUSR1

import pytest

from tuimon.guardian.job_signals import HOLD, JobSignals, job_name


class Recorded:
    """What was delivered."""

    def __init__(self) -> None:
        self.delivered: list[int] = []
        self.signals = JobSignals()

    def pass_on(self, number: int, now: float) -> None:
        self.signals.pass_on(number, now, self.delivered.append)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def test_what_nobody_else_got_is_passed_on_a_moment_later(recorded: Recorded):
    assert recorded.signals.deadline == math.inf
    recorded.pass_on(SIGTERM, 10.0)
    assert recorded.signals.deadline == 10.0 + HOLD
    recorded.signals.tick(10.0 + HOLD / 2)
    assert recorded.delivered == []
    recorded.signals.tick(10.0 + HOLD)
    recorded.signals.tick(20.0)
    assert recorded.delivered == [SIGTERM]
    assert recorded.signals.deadline == math.inf


@pytest.mark.parametrize("later", [-0.9, -0.1, 0.0, 0.1])
def test_what_the_job_got_is_not_in_whatever_order_it_came(recorded: Recorded, later: float):
    for _, step in sorted([(10.0, "ask"), (10.0 + later, "hear")]):
        if step == "ask":
            recorded.pass_on(SIGTERM, 10.0)
        else:
            recorded.signals.heard(SIGTERM, 10.0 + later)
    recorded.signals.tick(20.0)
    assert recorded.delivered == []


def test_the_next_one_and_another_one_are_signals_of_their_own(recorded: Recorded):
    recorded.signals.heard(SIGTERM, 10.0)
    recorded.pass_on(SIGUSR1, 10.0)
    recorded.pass_on(SIGTERM, 12.0)
    recorded.signals.tick(13.0)
    assert recorded.delivered == [SIGUSR1, SIGTERM]


def test_two_who_stand_for_the_training_pass_on_one(recorded: Recorded):
    recorded.pass_on(SIGTERM, 10.0)
    recorded.pass_on(SIGTERM, 10.01)
    recorded.signals.tick(11.0)
    assert recorded.delivered == [SIGTERM]


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, None),
        ({"SLURM_JOB_ID": "12", "RAY_JOB_ID": "x"}, "Slurm job 12"),
        ({"PBS_JOBID": "3.host"}, "PBS job 3.host"),
        ({"SLURM_JOB_ID": ""}, None),
    ],
)
def test_jobs_have_names(environment: dict[str, str], name: str | None):
    assert job_name(environment) == name
