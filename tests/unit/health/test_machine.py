"""What of the machine is worth an alert."""

import pytest

from tuimon.health.machine import MachineRules
from tuimon.runs.alerts import AlertLevel

WAITING = {
    "CPU/training [%]": 250.0,
    "GPU 0 A100/utilization [%]": 4.0,
    "GPU 0 A100/training memory [GB]": 30.0,
    "GPU 1 A100/utilization [%]": 0.0,
}


@pytest.mark.parametrize("tag", ["memory/host [%]", "memory/dev shm [%]", "disk/used [%]"])
def test_what_is_nearly_full_is_told_once(tag: str) -> None:
    rules = MachineRules()
    assert rules.take({tag: 80.0}, 0) == []
    (alert,) = rules.take({tag: 99.5}, 10)
    assert (alert.key, alert.level, alert.wall_time) == (f"scarce: {tag}", AlertLevel.WARN, 10)
    assert rules.take({tag: 99.5}, 20) == []


def test_only_a_gpu_of_the_training_waits_and_only_for_long() -> None:
    rules = MachineRules()
    assert rules.take(WAITING, 0) == []
    assert rules.take(WAITING, 290) == []
    assert [alert.title for alert in rules.take(WAITING, 301)] == [
        "GPU 0 A100 waits for the processor"
    ]


@pytest.mark.parametrize(
    "between", [{"GPU 0 A100/utilization [%]": 90.0}, {"CPU/training [%]": 3.0}]
)
def test_a_gpu_that_works_or_a_training_that_rests_does_not_wait(
    between: dict[str, float],
) -> None:
    rules = MachineRules()
    rules.take(WAITING, 0)
    rules.take(WAITING | between, 200)
    assert rules.take(WAITING, 310) == []
