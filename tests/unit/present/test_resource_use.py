"""What a training has used: sums over what was measured, and nothing of what was not."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from support.event_files import scalar, write
from tuimon.present.resource_use import resource_rows
from tuimon.present.throughput import throughput
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series


def logged(
    directory: Path, points: Mapping[str, Sequence[tuple[float, float]]]
) -> Mapping[str, RunLog]:
    """Values by tag, each with its time in seconds."""
    events = [
        (1e9 + at, scalar(tag, int(at), value, wall_time=1e9 + at))
        for tag, course in points.items()
        for at, value in course
    ]
    write(directory, [one for _, one in sorted(events, key=lambda one: one[0])])
    return load([LogSource(path=str(directory))]).store.runs


def devices(
    directory: Path, points: Mapping[str, Sequence[tuple[float, float]]]
) -> dict[str, dict[str, Series]]:
    found: dict[str, dict[str, Series]] = {}
    for run in logged(directory, points).values():
        for tag, series in run.series.items():
            device, _, quantity = tag.partition("/")
            found.setdefault(device, {})[quantity] = series
    return found


def steady(value: float, *times: float) -> list[tuple[float, float]]:
    return [(at, value) for at in times]


TIMES = tuple(float(at) for at in range(0, 3610, 10))


def test_energy_and_time_are_added_up(tmp_path: Path):
    measured = devices(
        tmp_path,
        {
            "GPU 0 H200/training memory [GB]": [*steady(20, *TIMES[:-1]), (3600.0, 50)],
            "GPU 0 H200/power [W]": steady(500, *TIMES),
            "GPU 0 H200/utilization [%]": steady(75, *TIMES),
            "GPU 0 H200/tensor activity [%]": steady(12, *TIMES),
            "GPU 1 H200/power [W]": steady(500, *TIMES),  # another's
            "memory/training [GB]": [(0, 3), (10, 9), (20, 4)],
        },
    )
    assert dict(resource_rows(measured)) == {
        "GPU time": "1 h",
        "GPU energy": "500 Wh",
        "GPU idle": "25% of the time",
        "tensor activity": "12% on average",
        "GPU memory": "at most 50 GB",
        "memory": "at most 9 GB",
    }


def test_what_nobody_measured_is_not_added(tmp_path: Path):
    times = (0.0, 10.0, 5000.0, 5010.0)
    measured = devices(tmp_path, {"GPU 0 H200/training memory [GB]": steady(20, *times)})
    assert dict(resource_rows(measured))["GPU time"] == "0.00556 h"


def test_without_a_gpu_of_its_own_none_is_told(tmp_path: Path):
    measured = devices(tmp_path, {"GPU 0 H200/utilization [%]": steady(20, 0.0, 10.0)})
    assert not list(resource_rows(measured))


def test_tokens_in_a_second(tmp_path: Path):
    assert throughput(2.0, "65536 tokens", {}) == "130k tokens/s"
    counted = logged(
        tmp_path / "a", {"train/num_input_tokens_seen": [(at, 500 * at) for at in range(0, 90, 10)]}
    )
    assert throughput(None, None, counted) == "500 tokens/s"
    others = {"loss": steady(1, 1, 2, 3), "tokens": [(1, 5.0), (2, 4.0), (3, 9.0)]}
    assert throughput(2.0, None, logged(tmp_path / "b", others)) == ""
    assert throughput(2.0, "nothing", {}) == ""
