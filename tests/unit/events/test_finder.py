"""Which event files a launch has written."""

import os
import time
from pathlib import Path

import pytest
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tuimon.events import finder as module
from tuimon.events.finder import SourceFinder
from tuimon.runs.sources import LogSource


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
