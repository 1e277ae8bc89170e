"""What becomes of a console that is being written, across restarts of the recorder."""

import time
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tuimon.events.tail import EventFileTail
from tuimon.recorder.console_metrics.feed import ConsoleMetrics
from tuimon.recorder.held_points import GRACE, GRACE_AFTER_POINT
from tuimon.runs.paths import RunPaths
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    return RunPaths(tmp_path)


def feed(
    paths: RunPaths, *, forced: bool = True, age: float = 0.0, known: bool = False
) -> ConsoleMetrics:
    """The feed of a training that was started `age` seconds ago."""
    return ConsoleMetrics(paths, forced=forced, started_at=time.time() - age, known=known)


def prints(paths: RunPaths, *steps: int) -> None:
    with paths.console_log.open("ab") as file:
        file.writelines(b"step %d loss: 0.5\r\n" % step for step in steps)


def steps(paths: RunPaths) -> list[int]:
    runs = load([LogSource(path=str(paths.console_metrics))]).store.runs
    return [step for run in runs.values() for step in run.series["loss"].snapshot().steps.tolist()]


def written(paths: RunPaths) -> list[int]:
    """The steps of all points in the event files, superseded or not."""
    return [
        step
        for path in paths.console_metrics.iterdir()
        for batch in EventFileTail(path).poll()
        for columns in batch.scalars.values()
        for step in columns.steps.tolist()
    ]


def test_points_are_on_disk_when_a_step_returns(paths: RunPaths):
    metrics = feed(paths)
    metrics.step(others=False)
    assert metrics.source is None
    prints(paths, 1, 2)
    metrics.step(others=False)
    assert steps(paths) == [1, 2]
    directory = str(paths.console_metrics)
    assert metrics.source == LogSource(path=directory, recursive=False, found_by="console")
    prints(paths, 3)
    metrics.step(others=False)
    assert steps(paths) == [1, 2, 3]


def test_a_line_counts_when_it_is_whole(paths: RunPaths):
    metrics = feed(paths)
    paths.console_log.write_bytes(b"step 1 loss: 0.")
    metrics.step(others=False)
    assert metrics.source is None
    with paths.console_log.open("ab") as file:
        file.write(b"25\n")
    metrics.step(others=False)
    (run,) = load([LogSource(path=str(paths.console_metrics))]).store.runs.values()
    assert run.series["loss"].snapshot().values.tolist() == [0.25]


def test_a_successor_doubles_nothing(paths: RunPaths):
    first = feed(paths)
    prints(paths, 1, 2, 3)
    first.step(others=False)
    (file,) = paths.console_metrics.iterdir()
    with file.open("ab") as half:
        half.write(file.read_bytes()[-20:-3])  # killed while it wrote
    prints(paths, 4)
    second = feed(paths, known=True)
    assert second.source == first.source
    second.step(others=False)
    assert steps(paths) == written(paths) == [1, 2, 3, 4]


def test_parts_of_a_run_are_written_apart_and_once(paths: RunPaths):
    def folds(*numbers: int) -> None:
        with paths.console_log.open("a") as file:
            file.writelines(
                f"Fold {fold} | Epoch {epoch} | loss: {fold}.{epoch}\n"
                for fold in numbers
                for epoch in (1, 2)
            )

    first = feed(paths)
    folds(1, 2)
    first.step(others=False)
    folds(3)
    second = feed(paths)
    second.finish(others=False)
    names = ["fold 1", "fold 2", "fold 3"]
    assert [Path(source.path).name for source in second.sources] == names
    assert second.source is None
    runs = load(second.sources).store.runs
    assert {name: run.series["loss"].snapshot().steps.tolist() for name, run in runs.items()} == {
        name: [1, 2] for name in names
    }


def test_points_wait_for_a_writer_that_has_been_given_none(
    paths: RunPaths, monkeypatch: pytest.MonkeyPatch
):
    metrics = feed(paths, forced=False, age=GRACE + 1)
    prints(paths, 1)
    metrics.step(others=False, writer=True)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    metrics.step(others=False, writer=True)
    assert metrics.source is None
    monkeypatch.setattr(time, "monotonic", lambda: now + 300)
    metrics.step(others=False, writer=True)
    assert steps(paths) == [1]


def test_event_files_of_the_training_end_it(paths: RunPaths):
    metrics = feed(paths, forced=False)
    prints(paths, 1)
    metrics.step(others=False)
    metrics.step(others=True)
    assert metrics.done
    metrics.finish(others=True)
    assert not paths.console_metrics.exists()


def test_what_was_published_stays_when_event_files_come(paths: RunPaths):
    metrics = feed(paths, forced=False, age=GRACE + 1, known=True)
    prints(paths, 1)
    metrics.step(others=False)
    metrics.step(others=True)
    prints(paths, 2)
    metrics.step(others=True)
    assert steps(paths) == [1]
    assert metrics.source is not None


def test_points_wait_longer_for_what_is_expected_elsewhere(
    paths: RunPaths, monkeypatch: pytest.MonkeyPatch
):
    metrics = feed(paths, forced=False, age=GRACE + 1)
    prints(paths, 1)
    metrics.step(others=False, expected=True)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + GRACE_AFTER_POINT)
    metrics.step(others=False, expected=True)
    assert metrics.source is None
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    metrics.step(others=False, expected=True)
    assert steps(paths) == [1]


def test_points_wait_for_event_files(paths: RunPaths, monkeypatch: pytest.MonkeyPatch):
    metrics = feed(paths, forced=False, age=GRACE + 1)
    prints(paths, 1)
    metrics.step(others=False)
    assert metrics.source is None
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + GRACE_AFTER_POINT)
    metrics.step(others=False)
    assert steps(paths) == [1]


def test_the_end_publishes_all(paths: RunPaths):
    metrics = feed(paths, forced=False)
    prints(paths, 1)
    with paths.console_log.open("ab") as file:
        file.write(b"step 2 loss: 0.5")
    metrics.finish(others=False)
    assert steps(paths) == [1, 2]


def test_what_is_left_out_at_the_end_is_counted(paths: RunPaths, monkeypatch: pytest.MonkeyPatch):
    metrics = feed(paths)
    prints(paths, *range(20_000))
    whole = paths.console_log.stat().st_size
    monkeypatch.setattr("tuimon.recorder.console_metrics.feed._LAST_CPU_SECONDS", 0.0)
    metrics.finish(others=False)
    read = whole - metrics.left_out
    assert 0 < read < whole
    assert len(steps(paths)) == pytest.approx(read / whole * 20_000, abs=2000)

    rest = feed(paths, known=True)
    monkeypatch.undo()
    rest.finish(others=False)
    assert rest.left_out == 0
    assert steps(paths) == list(range(20_000))


def test_a_console_that_cannot_be_read_ends_too(paths: RunPaths):
    paths.console_log.symlink_to(paths.console_log)
    metrics = feed(paths)
    metrics.step(others=False)
    metrics.finish(others=False)
    assert metrics.done
    assert metrics.left_out == 0


def test_points_wait_while_they_cannot_be_written(paths: RunPaths):
    metrics = feed(paths)
    paths.console_metrics.write_text("in the way")
    prints(paths, 1)
    metrics.step(others=False)
    assert metrics.source is None
    paths.console_metrics.unlink()
    prints(paths, 2)
    metrics.finish(others=False)
    assert steps(paths) == [1, 2]


def test_any_value_can_be_written(paths: RunPaths):
    metrics = feed(paths)
    values = ["nan", "inf", "-1e300", "1e999", "9" * 400]
    lines = [f"step {number} loss: {value}\n" for number, value in enumerate(values)]
    paths.console_log.write_text("".join(lines) + "step " + "9" * 15 + " loss: 1.0\n")
    metrics.step(others=False)
    assert steps(paths) == [0, 1, 2, 3, 4, 10**15 - 1]


def test_tensorboard_reads_the_file(paths: RunPaths):
    prints(paths, 1, 2)
    feed(paths).step(others=False)
    accumulator = EventAccumulator(str(paths.console_metrics))
    accumulator.Reload()
    assert [(point.step, point.value) for point in accumulator.Scalars("loss")] == [
        (1, 0.5),
        (2, 0.5),
    ]


def test_no_console_no_metrics(paths: RunPaths):
    metrics = feed(paths)
    metrics.step(others=False)
    metrics.finish(others=False)
    assert metrics.source is None
