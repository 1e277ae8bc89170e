"""From what a training prints to the record that viewers read."""

import time
from pathlib import Path

import pytest

from support.stored_runs import made
from tuimon.recorder.progress import progress_recorder
from tuimon.recorder.progress.progress_recorder import ProgressRecorder
from tuimon.runs.paths import RunPaths
from tuimon.runs.progress_record import ProgressRecord, read_progress
from tuimon.runs.registry import read_status

MEASURED = {
    "GPU 0 H200/utilization [%]": 96.0,
    "GPU 0 H200/training memory [GB]": 9.0,
    "GPU 1 H200/utilization [%]": 3.0,
}


@pytest.fixture
def paths(monkeypatch: pytest.MonkeyPatch) -> RunPaths:
    monkeypatch.setattr(progress_recorder, "_WRITE_EVERY", 0.0)
    run = made("train", ended=None, argv=("train.py", "--epochs", "10"))
    run.console_log.write_bytes(b"")
    return run


def recorder(paths: RunPaths) -> ProgressRecorder:
    return ProgressRecorder(paths, read_status(paths.directory).record)


def step(recorder: ProgressRecorder, paths: RunPaths, printed: str = "") -> ProgressRecord | None:
    with paths.console_log.open("a") as file:
        file.write(printed)
    recorder._pace.due = recorder._reading.due = 0.0
    recorder.step(read_status(paths.directory), {}, (), MEASURED)
    return read_progress(paths)


def test_what_is_printed_becomes_a_record(paths: RunPaths):
    one = recorder(paths)
    assert step(one, paths, "Epoch 1 loss 0.5\n") is not None
    found = step(one, paths, "Epoch 2 loss 0.5\n")
    assert found is not None
    assert (found.scale, found.done, found.total) == ("epochs", 2, 10)
    assert found.gpu == 95
    assert found.ends_at is None  # for that it is too early
    assert read_status(paths.directory).progress == found
    again = paths.progress.stat().st_ino
    step(one, paths, "nothing new\n")
    assert paths.progress.stat().st_ino == again


def test_what_turns_out_to_be_no_progress_is_taken_back(paths: RunPaths):
    one = recorder(paths)
    step(one, paths, "Epoch 5 loss 0.5\n")
    assert step(one, paths, "Epoch 1 loss 0.5\n") is None


def test_a_second_recorder_goes_on_from_there(paths: RunPaths):
    step(recorder(paths), paths, "Epoch 5 loss 0.5\n")
    found = step(recorder(paths), paths, "Epoch 6 loss 0.5\n")
    assert found is not None
    assert found.done == 6


@pytest.mark.parametrize("record", ["", "[", '{"scale": 3}', '{"schema": 9}', "[1]"])
def test_a_record_that_is_none_tells_nothing(paths: RunPaths, record: str):
    paths.progress.write_text(record)
    assert read_progress(paths) is None


def test_nothing_is_told_of_a_run_that_is_paused_or_has_ended(tmp_path: Path):
    for changes in ({"ended": 5.0}, {"ended": None, "paused_at": time.time()}):
        paths = made("train", **changes)
        paths.progress.write_text('{"scale": "epochs", "done": 3, "total": 10}')
        assert read_progress(paths) is not None
        assert read_status(paths.directory).progress is None


def test_nothing_is_told_of_one_of_several_trainings(paths: RunPaths):
    one = recorder(paths)
    assert step(one, paths, "Epoch 5 loss 0.5\n") is not None
    assert step(one, paths, "Fold 2/5\nEpoch 6 loss 0.5\n") is None


def test_of_much_output_the_end_is_read(paths: RunPaths):
    one = recorder(paths)
    assert step(one, paths, "epoch 3 loss 0.5\n" + "x" * (2 << 20)) is None  # left behind
    found = step(one, paths, "\nepoch 7 loss 0.5\n")
    assert found is not None
    assert found.done == 7


def test_a_pause_is_no_time_of_work():
    clock = progress_recorder._WorkClock()
    for at, paused in ((0.0, False), (10.0, False), (20.0, True), (90.0, True), (95.0, False)):
        clock.tick(at, paused=paused)
    assert clock.worked == 15.0
