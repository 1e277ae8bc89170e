"""Which event files a launch has written."""

import os
import sqlite3
import time
from pathlib import Path

import pytest
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tuimon.events import finder as module
from tuimon.events.finder import SourceFinder
from tuimon.events.logdir import LogdirScan
from tuimon.mirror.offline_file import MAGIC
from tuimon.runs.paths import RunPaths, new_run_directory
from tuimon.runs.sources import LogSource
from tuimon.runs.writers import FileClaims


def event_file(directory: Path, suffix: str) -> Path:
    writer = EventFileWriter(str(directory), filename_suffix=suffix)
    writer.close()
    return next(path for path in directory.iterdir() if path.name.endswith(suffix))


def finder(directory: Path, started_at: float) -> SourceFinder:
    found = SourceFinder(started_at)
    found.set_sources([LogSource(path=str(directory))])
    return found


def test_the_last_file_of_a_launch_that_has_just_ended_is_not_the_next_ones(tmp_path: Path) -> None:
    event_file(tmp_path, ".before")
    started_at = time.time()
    mine = event_file(tmp_path, ".mine")
    assert [file.path for file in finder(tmp_path, started_at).find()] == [mine]


def test_an_old_file_counts_once_it_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_OLD_FILES_EVERY", 0.0)
    old = event_file(tmp_path, ".old")
    now = time.time()
    os.utime(old, (now - 100, now - 100))
    found = finder(tmp_path, now)
    assert found.find() == []
    os.utime(old, (now + 3, now + 3))
    assert [file.path for file in found.find()] == [old]
    assert found.find() == []


def test_a_file_server_whose_clock_is_late_hides_nothing(tmp_path: Path) -> None:
    started_at = time.time()
    mine = event_file(tmp_path, ".mine")
    os.utime(mine, (started_at - 1, started_at - 1))
    assert [file.path for file in finder(tmp_path, started_at).find()] == [mine]


def test_a_file_that_does_not_tell_when_it_was_begun_counts(tmp_path: Path) -> None:
    mine = tmp_path / "events.out.tfevents.1.h"
    started_at = time.time()
    mine.touch()
    assert [file.path for file in finder(tmp_path, started_at).find()] == [mine]


def launch(name: str, *lines: str) -> RunPaths:
    """The directory of a launch whose writers have reported these lines."""
    paths = new_run_directory(name)
    paths.writers.mkdir()
    (paths.writers / "host-1").write_text("".join(f"{line}\n" for line in lines))
    return paths


def owned(paths: RunPaths, directory: Path, started_at: float) -> SourceFinder:
    found = SourceFinder(started_at, FileClaims(paths))
    found.set_sources([LogSource(path=str(directory))])
    return found


def test_what_a_writer_reports_is_its_launchs_whatever_the_clock_says(tmp_path: Path) -> None:
    mine, another = event_file(tmp_path, ".mine"), event_file(tmp_path, ".another")
    one = launch("one", str(tmp_path), f"file:{mine}")
    two = launch("two", str(tmp_path), f"file:{another}")
    for started_at in (0.0, time.time() + 7200):  # the clock was set back by two hours
        assert [file.path for file in owned(one, tmp_path, started_at).find()] == [mine]
        assert [file.path for file in owned(two, tmp_path, started_at).find()] == [another]


def test_a_file_that_nobody_has_reported_waits_where_others_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, alone = tmp_path / "shared", tmp_path / "alone"
    files = [event_file(directory, ".new") for directory in (alone, shared)]
    launch("another", str(shared))
    found = owned(launch("mine"), tmp_path, 0.0)
    assert [file.path for file in found.find()] == files[:1]
    assert found.find() == []
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    assert [file.path for file in found.find()] == files[1:]


def test_nothing_waits_for_what_will_not_come(tmp_path: Path) -> None:
    file = event_file(tmp_path, ".new")
    launch("another", str(tmp_path))
    found = owned(launch("mine"), tmp_path, 0.0)
    assert found.find() == []
    assert [one.path for one in found.find(last=True)] == [file]


def test_what_grows_is_new_though_its_time_is_before_the_launch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_OLD_FILES_EVERY", 0.0)
    files = [event_file(tmp_path, ".grows"), event_file(tmp_path, ".rests")]
    found = finder(tmp_path, time.time() + 7200)
    assert found.find() == []
    with files[0].open("ab") as more:
        more.write(b"more")
    assert [file.path for file in found.find()] == files[:1]


def test_wandb_runs_and_stores_of_many_trainings_are_no_logs_of_a_launch(tmp_path: Path) -> None:
    started_at = time.time()
    for name in ("wandb", "store", "table"):
        (tmp_path / name).mkdir()
    (tmp_path / "wandb" / "run-x.wandb").write_bytes(MAGIC)
    with sqlite3.connect(tmp_path / "store" / "trackio.db") as database:
        database.execute("CREATE TABLE metrics (run_name, step, timestamp, metrics)")
    table = tmp_path / "table" / "metrics.csv"
    table.write_text("step,loss\n1,2\n")
    assert [file.path for file in LogdirScan([LogSource(path=str(tmp_path))]).scan()] != [table]
    assert [file.path for file in finder(tmp_path, started_at).find()] == [table]
