"""Points in force, against TensorBoard's data server: what people see in TensorBoard today."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from event_files import read, scalar, tensor, version, write
from tensorboard import context
from tensorboard.data.server_ingester import SubprocessServerDataIngester, get_server_binary
from tensorboard.util import grpc_util
from torch.utils.tensorboard import SummaryWriter

from tuimon.events.logdir import LogdirScan
from tuimon.events.tail import EventFileTail
from tuimon.runs.record import LogSource
from tuimon.store.store import Store

Points = list[tuple[int, float, float]]


def ours(logdir: Path) -> dict[tuple[str, str], Points]:
    store = Store()
    for run, path in LogdirScan([LogSource(path=str(logdir))]).scan():
        for batch in read(EventFileTail(path)):
            store.apply(run, path, batch)
    return {
        (run.name, tag): list(zip(*(column.tolist() for column in series.snapshot()), strict=True))
        for run in store.runs.values()
        for tag, series in run.series.items()
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SubprocessServerDataIngester]:
    """A data server that has not been started; the log directory is `tmp_path`."""
    ingester = SubprocessServerDataIngester(
        get_server_binary(),
        str(tmp_path),
        reload_interval=0,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin={"scalars": 0},
    )
    yield ingester
    if hasattr(ingester, "_stdin_handle"):
        ingester._stdin_handle.close()  # the server dies after its standard input


def theirs(ingester: SubprocessServerDataIngester, expected: int) -> dict[tuple[str, str], Points]:
    """What the server holds once it has all series and no more comes."""
    ingester.start()
    data, request = ingester.data_provider, context.RequestContext()
    deadline = time.monotonic() + 20
    before: dict[tuple[str, str], Points] = {}
    while time.monotonic() < deadline:
        read = data.read_scalars(request, experiment_id="", plugin_name="scalars", downsample=10**6)
        found = {
            (run, tag): [(point.step, point.wall_time, point.value) for point in points]
            for run, tags in read.items()
            for tag, points in tags.items()
        }
        if len(found) == expected and found == before:
            return found
        before = found
        time.sleep(0.1)
    raise AssertionError(f"the data server has {len(before)} of {expected} series")


def as_single(points: dict[tuple[str, str], Points]) -> dict[tuple[str, str], Points]:
    """The server keeps values as float32."""
    return {
        key: [(step, wall, float(np.float32(value))) for step, wall, value in series]
        for key, series in points.items()
    }


def test_resumed_repeated_and_descending_steps(
    tmp_path: Path, server: SubprocessServerDataIngester
) -> None:
    for begin, number in ((0, "1"), (150, "2")):
        with SummaryWriter(str(tmp_path / "resumed"), filename_suffix=number) as writer:
            for step in range(begin, begin + 200):
                writer.add_scalar("loss", step / 7, step)
    records = [version()]
    records += [scalar("odd", step, step / 3, 1e9) for step in (5, 5, 5, 3, 4, 5, 6)]
    records += [scalar("down", step, 1.0, 1e9) for step in range(50, 0, -1)]
    records += [scalar("extreme", step, 1.0, 1e9) for step in (0, -1, -(2**63), 2**63 - 1, 7)]
    records += [tensor("new", step, np.float32(step)) for step in (1, 2, 2, 3)]
    write(tmp_path / "odd", records)
    expected = as_single(ours(tmp_path))
    assert expected["odd", "odd"] == [(3, 1e9, 1.0), *expected["odd", "odd"][1:]]
    assert [step for step, _, _ in expected["resumed", "loss"]] == list(range(350))
    found = theirs(server, len(expected))
    assert found == expected
