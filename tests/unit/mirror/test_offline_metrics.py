"""System metrics of the time offline: which of them a server lacks, and how they are sent."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from wandb.proto.wandb_internal_pb2 import Record, RunRecord

from support.wandb_log import log_file
from support.wandb_server import KEY, ServedRun, WandbServer, wandb_server
from tuimon.mirror.journal import LaunchEntry
from tuimon.mirror.offline_file import Fragments
from tuimon.mirror.offline_metrics import offline_metrics, time_of
from tuimon.mirror.running_time import RunningTime
from tuimon.mirror.server import RunPlace, Server
from tuimon.mirror.wandb_records import RecordStream


def measured(at: float) -> Any:
    record = Record()
    record.stats.timestamp.FromMicroseconds(round(at * 1e6))
    record.stats.item.add(key="cpu", value_json="50")
    return record


@pytest.fixture
def server() -> Iterator[WandbServer]:
    with wandb_server() as server:
        server.runs["x"] = ServedRun("p")
        yield server


@pytest.mark.parametrize(
    ("had", "lacks"),
    [
        ([], [1.1, 2.2, 3.3, 4.4]),
        ([1.1], [2.2, 3.3, 4.4]),
        ([1.1, 2.2, 3.3], [4.4]),
        ([1.1, 2.2, 3.3, 4.4], []),
        ([1.1, 2.2, 3.3, 4.4, 9.9], []),  # some were measured online
    ],
)
def test_a_server_lacks_what_follows_the_newest_that_it_has(
    tmp_path: Path, server: WandbServer, had: Sequence[float], lacks: Sequence[float]
) -> None:
    for number, times in enumerate([(1.1, 2.2), (3.3, 4.4)]):
        directory = tmp_path / f"offline-run-2026010{number}_000000-x"
        directory.mkdir()
        records = [measured(at).SerializeToString() for at in times]
        (directory / "run-x.wandb").write_bytes(log_file(records))
    lines = [json.dumps({"_timestamp": at, "system.cpu": 50}) for at in had]
    server.runs["x"].files["wandb-events.jsonl"] = dict(enumerate(lines))
    at = Server(server.url, KEY)
    found = offline_metrics(Fragments(tmp_path, "x"), at, RunPlace(None, "p", "x"))
    assert [time_of(record) for record in found.unsent] == lacks
    unknown = offline_metrics(Fragments(tmp_path, "x"), at, RunPlace(None, "p", "unknown"))
    assert unknown.measured == len(unknown.unsent) == 4
    assert found.measured == (0 if 9.9 in had else 4)


class Interface:
    """What wandb hands records to its core by, before it had a thread for that."""

    def __init__(self) -> None:
        self.published: list[Any] = []

    def _make_run(self, _run: object) -> Any:
        return RunRecord(run_id="x")

    def _publish(self, record: Any) -> None:
        self.published.append(record)


class PausableInterface(Interface):
    def publish_pause(self) -> None:
        self.published.append("pause")


class Run:
    def __init__(self, interface: Interface | None = None) -> None:
        self._interface = interface or Interface()


def test_system_metrics_of_each_launch_count_from_when_it_was_begun() -> None:
    run = Run()
    launches = [
        LaunchEntry(directory="a", began=1000.0),
        LaunchEntry(directory="b", began=5000.0, before=60.0),
    ]
    records = [measured(at) for at in (1010, 1020, 5010)]
    RecordStream(run).system_metrics(records, RunningTime(launches).origin)
    told = [
        record.run.start_time.ToSeconds() if record.HasField("run") else time_of(record)
        for record in run._interface.published
    ]
    assert told == [1000, 1010, 1020, 4940, 5010]


@pytest.mark.parametrize(
    ("interface", "published"), [(PausableInterface(), ["pause"]), (Interface(), [])]
)
def test_measuring_stops_where_wandb_can_be_told(
    interface: Interface, published: list[str]
) -> None:
    RecordStream(Run(interface)).pause()
    assert interface.published == published
