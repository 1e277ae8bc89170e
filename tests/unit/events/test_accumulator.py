"""All points but those that START purges, against TensorBoard's EventAccumulator."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import tensorboardX
from tensorboard import summary
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray
from torch.utils.tensorboard import SummaryWriter

from support.event_files import append, points, read, scalar, start, tensor, version
from tuimon.events.logdir import LogdirScan
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail
from tuimon.runs.sources import LogSource

Scalars = dict[str, list[tuple[int, float, float]]]


def accumulated(directory: Path) -> Scalars:
    """Every scalar that EventAccumulator keeps."""
    accumulator = EventAccumulator(str(directory), {"scalars": 0, "tensors": 0})
    accumulator.Reload()
    found = {
        tag: [(event.step, event.wall_time, event.value) for event in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }
    for tag in accumulator.Tags()["tensors"]:
        if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            found[tag] = [
                (event.step, event.wall_time, make_ndarray(event.tensor_proto).item())
                for event in accumulator.Tensors(tag)
            ]
    return {tag: kept for tag, kept in found.items() if kept}


def kept(directory: Path, *, purge: bool = True) -> Scalars:
    """Every scalar of the run but those that a restart purges, from batches."""
    batches: list[EventBatch] = []
    plugins: dict[str, str] = {}
    for run, path in LogdirScan([LogSource(path=str(directory))]).scan():
        assert run == "."
        batches += read(EventFileTail(path, plugins))
    found: Scalars = {}
    for batch in batches:
        if purge and batch.restart_step is not None:
            for tag, before in found.items():
                found[tag] = [point for point in before if point[0] < batch.restart_step]
        for tag, new in points([batch]).items():
            found.setdefault(tag, []).extend(new)
    return {tag: points for tag, points in found.items() if points}


def file(directory: Path, number: int, records: Iterable[bytes]) -> None:
    path = directory / f"events.out.tfevents.{1_700_000_000 + number}.host"
    path.touch()
    append(path, version(), *records)


def test_tensorboards_own_writer(tmp_path: Path) -> None:
    """Its summaries are tensors, whose metadata come with every value."""
    writer = summary.Writer(str(tmp_path))
    for step in range(100):
        writer.add_scalar("loss", step / 3, step, wall_time=step / 7)
        writer.add_scalar("named", -step, step, description="what it is")
    writer.close()
    found = kept(tmp_path)
    assert [len(points) for points in found.values()] == [100, 100]
    assert found == accumulated(tmp_path)


@pytest.mark.parametrize("purge_step", [0, 4, 50])
def test_purge_step(tmp_path: Path, purge_step: int) -> None:
    for number, options in enumerate(({}, {"purge_step": purge_step})):
        with SummaryWriter(str(tmp_path), filename_suffix=f".{number}", **options) as writer:
            for step in range(purge_step * number, 60):
                writer.add_scalar("loss", number + step / 100, step)
                if not number:
                    writer.add_scalar("old", step, step)
    found = kept(tmp_path)
    assert len(found["loss"]) == 60
    assert len(found.get("old", [])) == purge_step
    assert found == accumulated(tmp_path)


def test_duplicates_and_back_steps_are_kept(tmp_path: Path) -> None:
    for writer in (
        SummaryWriter(str(tmp_path), filename_suffix=".0"),
        tensorboardX.SummaryWriter(str(tmp_path), filename_suffix=".1"),
    ):
        with writer:
            for place, step in enumerate([1, 2, 3, 3, 2, 9, -1, 4]):
                writer.add_scalar("loss", place, step)
    assert len(kept(tmp_path)["loss"]) == 16
    assert kept(tmp_path) == accumulated(tmp_path)


def test_any_history_of_simple_values(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for number in range(15):
        run = tmp_path / str(number)
        run.mkdir()
        for part in range(3):
            records = []
            for place, step in enumerate(np.cumsum(rng.choice([1, 2, 0, -5], 60)).tolist()):
                records.append(scalar("ab"[place % 2], step, place))
                if rng.random() < 0.05:
                    records.append(start(step - int(rng.integers(0, 9))))
            file(run, part, records)
        assert kept(run) == accumulated(run)


def test_accumulator_does_not_purge_tensors(tmp_path: Path) -> None:
    """START is for all kinds here, as in TensorBoard itself; the accumulator alone differs."""
    file(tmp_path, 0, [tensor("a", step, np.float32(step)) for step in (1, 2, 3)])
    file(tmp_path, 1, [start(2), tensor("a", 5, np.float32(5))])
    assert [step for step, _, _ in kept(tmp_path)["a"]] == [1, 5]
    assert kept(tmp_path, purge=False) == accumulated(tmp_path)
