from pathlib import Path

import pytest
import tensorboardX
import torch.utils.tensorboard

from support.event_files import scalar, write
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.parts import RunPart, part_of, trainings


@pytest.fixture(params=[torch.utils.tensorboard.SummaryWriter, tensorboardX.SummaryWriter])
def logdir(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for name in ("a", "b"):
        with request.param(str(tmp_path / name)) as writer:
            writer.add_scalar("loss", 1.0, 0)
            writer.add_scalars("Loss/all", {"train": 1.0, "val set": 2.0}, 0)
            writer.add_hparams({"lr": 0.1}, {"hparam/loss": 1.0})
    with request.param(str(tmp_path / "a" / "sweep")) as writer:
        writer.add_scalar("loss", 1.0, 0)
    return tmp_path


def test_what_writers_leave_belongs_to_the_run_above(logdir: Path) -> None:
    runs = load([LogSource(path=str(logdir))]).store.runs
    parts = {name: part_of(run, runs) for name, run in runs.items()}
    assert [name for name, part in parts.items() if part is None] == ["a", "a/sweep", "b"]
    labels = {(part.parent, part.label) for part in parts.values() if part}
    assert labels == {(name, label) for name in "ab" for label in ("train", "val set", "")}


def test_a_log_directory_that_is_a_run_itself(logdir: Path) -> None:
    runs = load([LogSource(path=str(logdir / "b"))]).store.runs
    parts = {part_of(run, runs) for run in runs.values()}
    assert parts == {None, RunPart(".", "train"), RunPart(".", "val set"), RunPart(".", "")}


def test_trainings_are_no_parts_and_not_empty(logdir: Path) -> None:
    torch.utils.tensorboard.SummaryWriter(str(logdir / "empty")).close()
    with torch.utils.tensorboard.SummaryWriter(str(logdir / "parts")) as writer:
        writer.add_scalars("loss", {"train": 1.0}, 0)
    runs = load([LogSource(path=str(logdir))]).store.runs
    assert trainings(runs) == ["a", "a/sweep", "b", "parts"]


def test_trials_belong_to_the_directory_above_even_if_that_is_no_run(tmp_path: Path) -> None:
    with torch.utils.tensorboard.SummaryWriter(str(tmp_path / "sweep")) as writer:
        for lr in (0.1, 0.2):
            writer.add_hparams(
                {"lr": lr}, {"hparam/loss": lr}, run_name=f"1700000000.{round(10 * lr)}"
            )
    (parent,) = (tmp_path / "sweep").glob("events*")
    parent.unlink()
    write(tmp_path / "z", [scalar("loss", 1, 1.0)])
    runs = load([LogSource(path=str(tmp_path))]).store.runs
    assert len(runs) == 3
    assert trainings(runs) == ["sweep", "z"]
