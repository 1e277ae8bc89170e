"""What becomes of W&B runs that a training opens itself, across restarts of the recorder."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tuimon.events.tail import EventFileTail
from tuimon.hook import hooked
from tuimon.recorder.held_points import GRACE
from tuimon.recorder.wandb_metrics import WandbMetrics
from tuimon.runs.paths import RunPaths
from tuimon.runs.sources import WANDB, LogSource
from tuimon.runs.writers import WriterReports
from tuimon.summaries.hparams import SessionStart
from tuimon.summaries.reader import SummaryReader

SCRIPT = """
import wandb
for name in ("adam", "sgd"):
    run = wandb.init(project="p", name=name, mode="offline", config={"lr": 0.1, "opt": name})
    run.define_metric("val/*", step_metric="epoch")
    for step in range(3):
        run.log({"loss": 1 / (step + 1), "train": {"acc": step / 4}})
    run.log({"val/loss": 0.25, "epoch": 9})
    run.finish()
"""


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> RunPaths:
    """The directory of a run whose script has opened two W&B runs."""
    paths = RunPaths(tmp_path_factory.mktemp("run"))
    environment = hooked(os.environ | {"WANDB_SILENT": "true"}, paths.writers)
    command = [sys.executable, "-c", SCRIPT]
    subprocess.run(command, env=environment, cwd=paths.directory, check=True, timeout=120)
    return paths


def follow(paths: RunPaths, known: tuple[LogSource, ...] = ()) -> WandbMetrics:
    return WandbMetrics(paths, started_at=time.time() - GRACE - 1, known=known)


def points(sources: tuple[LogSource, ...]) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """All points in the event files by run and tag, those that are there twice as well."""
    found: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for source in sources:
        (path,) = Path(source.path).iterdir()
        tags = found.setdefault(Path(source.path).name.partition("-")[0], {})
        for batch in EventFileTail(path).poll():
            for tag, columns in batch.scalars.items():
                pairs = zip(columns.steps.tolist(), columns.values.tolist(), strict=True)
                tags.setdefault(tag, []).extend(pairs)
    return found


EXPECTED = {
    "loss": [(0, 1.0), (1, 0.5), (2, pytest.approx(1 / 3))],
    "train.acc": [(0, 0.0), (1, 0.25), (2, 0.5)],
    "val/loss": [(9, 0.25)],
}


def test_each_run_is_reported_and_its_points_come_once(training: RunPaths) -> None:
    assert list(WriterReports(training.writers).new()) == []
    first = follow(training)
    first.finish(others=False)
    assert [Path(one).name.partition("-run-")[0] for one in first.directories] == ["offline"] * 2
    assert points(first.sources) == {"adam": EXPECTED, "sgd": EXPECTED}
    assert {source.found_by for source in first.sources} == {WANDB}
    second = follow(training, first.sources)  # reads everything again
    second.finish(others=False)
    assert second.sources == first.sources
    assert points(second.sources) == {"adam": EXPECTED, "sgd": EXPECTED}


def test_the_configuration_of_each_run_is_its_hyperparameters(training: RunPaths) -> None:
    metrics = follow(training)
    metrics.finish(others=False)
    for source, name in zip(metrics.sources, ("adam", "sgd"), strict=True):
        (path,) = Path(source.path).iterdir()
        refs = [ref for batch in EventFileTail(path).poll() for ref in batch.refs]
        reader = SummaryReader()
        assert refs
        for one in refs:
            found = reader.read(path, one.tag, one.plugin, one.offset, one.length)
            assert isinstance(found, SessionStart)
            assert found.hparams == {"lr": 0.1, "opt": name}


def test_a_training_with_event_files_is_not_shown_twice(training: RunPaths, tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    (tmp_path / "writers").symlink_to(training.writers)
    metrics = follow(paths)
    metrics.step(others=True)
    metrics.finish(others=True)
    assert metrics.sources == ()
    assert len(metrics.directories) == 2
    assert metrics.config == {"lr": 0.1}  # in which both agree


def test_a_disabled_run_is_none(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    environment = hooked(os.environ | {"WANDB_MODE": "disabled"}, paths.writers)
    script = "import wandb; wandb.init(project='p'); wandb.log({'loss': 1})"
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=tmp_path, check=True)
    metrics = follow(paths)
    metrics.finish(others=False)
    assert metrics.directories == metrics.sources == ()
