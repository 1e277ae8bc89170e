"""What of the machine is worth an alert."""

import pytest

from tuimon.health.filling import FreeSpace
from tuimon.health.machine import MachineRules, is_working
from tuimon.runs.alerts import AlertLevel

WAITING = {
    "CPU/training [%]": 250.0,
    "GPU 0 A100/utilization [%]": 4.0,
    "GPU 0 A100/training memory [GB]": 30.0,
    "GPU 1 A100/utilization [%]": 0.0,
}


@pytest.mark.parametrize("tag", ["memory/host [%]", "memory/limit [%]", "memory/dev shm [%]"])
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


def disk(used: float, size: float = 100.0, name: str = "disk") -> dict[str, float]:
    """Readings of a disk of so many GB."""
    return {f"{name}/used [%]": 100 * used / size, f"{name}/free [GB]": size - used}


@pytest.mark.parametrize(
    ("used", "size", "told"),
    [(97.9, 100, False), (99.0, 100, True), (0.9, 1, False), (0.96, 1, True), (39, 40, True)],
)
def test_a_full_disk_is_told_once_by_share_and_by_what_is_left(
    used: float, size: float, told: bool
) -> None:
    rules = MachineRules()
    alerts = rules.take(disk(used, size, "disk scratch"), 10)
    assert [alert.title for alert in alerts] == ["the disk scratch is nearly full"] * told
    assert rules.take(disk(used, size, "disk scratch"), 20) == []


def test_a_disk_that_fills_evenly_is_told_with_the_time_left() -> None:
    rules = MachineRules()
    told = [
        (second, alert)
        for second in range(0, 1200, 10)
        for alert in rules.take(disk(86 + second / 100), second)
    ]
    ((at, alert),) = told
    # 14 GB at 1 GB in 100 s: told once what was seen of it is a fifth of what is left.
    assert at == 250
    assert alert.key == "filling: disk/used [%]"
    assert alert.title == "the disk is full in 19m 09s at this rate"
    assert "88.5 % used, 11.5 GB free. It fills by 0.6 GB a minute" in alert.text


def first_alert(checkpoint: float, every: int, kept: int | None, free: float) -> int | None:
    """After how many checkpoints of so many GB, one every so many seconds, a word is said."""
    rules = MachineRules()
    for second in range(0, 30 * 3600, 10):
        written = second // every
        on_disk = checkpoint * min(written, written if kept is None else kept)
        if on_disk >= free:
            return None
        if rules.take(disk(900 + on_disk, 900 + free), second):
            return written
    return None


@pytest.mark.parametrize(
    ("checkpoint", "every", "kept", "free", "told_after"),
    [
        (10, 600, None, 140, 4),  # of 14: ten more fit, in 100 min; seen were three in 30 min
        (10, 7200, None, 140, 13),  # rare ones: told when less than three hours are left
        (10, 600, 3, 140, None),  # old ones are deleted: three are no danger
        (0.1, 600, None, 500, None),  # it lasts for a month
    ],
)
def test_checkpoints_count_by_how_often_they_come(
    checkpoint: float, every: int, kept: int | None, free: float, told_after: int | None
) -> None:
    assert first_alert(checkpoint, every, kept, free) == told_after


def test_one_large_file_alone_is_no_trend() -> None:
    rules = MachineRules()
    assert rules.take(disk(10), 0) == []
    assert [rules.take(disk(50), second) for second in range(10, 3600, 10)] == [[]] * 359


def test_a_reading_that_is_taken_again_is_no_second_one() -> None:
    space = FreeSpace()
    for time in (0, 200, 200, 400, 400):
        space.add(time, 50 - time / 20)
    forecast = space.forecast(0.5)
    assert forecast is not None
    assert (forecast.rate, forecast.seen, forecast.left) == (0.05, 200, 600)


@pytest.mark.parametrize(
    ("readings", "working"),
    [
        ({}, None),
        ({"CPU/training [%]": 99.0, "CPU/processes": 8.0}, True),
        ({"CPU/training [%]": 9.0, "CPU/processes": 8.0}, False),
        ({"CPU/training [%]": 0.0, "disk/training writes [MB/s]": 2.0}, True),
        ({"CPU/training [%]": 0.0, "GPU 0 A/utilization [%]": 60.0}, True),
        (
            {
                "CPU/training [%]": 0.0,
                "GPU 0 A/utilization [%]": 60.0,
                "GPU 1 A/utilization [%]": 0.0,
                "GPU 1 A/training memory [GB]": 3.0,
            },
            False,
        ),
    ],
)
def test_processes_that_do_anything(readings: dict[str, float], working: bool | None) -> None:
    assert is_working(readings) is working
