"""How long a training has been running, over several launches."""

import os
from pathlib import Path

import pytest

from support.stored_runs import made
from support.summary_files import written
from tuimon.mirror.journal import FileEntry, Journal, LaunchEntry
from tuimon.mirror.running_time import RunningTime, enter_launches
from tuimon.runs.paths import RunPaths, state_home


def launched(began: float, ended: float) -> RunPaths:
    return made("train", started_at=began, ended_at=ended)


def test_launches_follow_each_other_without_the_breaks() -> None:
    first = LaunchEntry(directory="a", began=1000.0)
    running = RunningTime([first, LaunchEntry(directory="b", began=5000.0, before=60.0)])
    assert [running.at(time) for time in (990, 1000, 1030.5, 1060)] == [0, 0, 30.5, 60]
    assert [running.at(time) for time in (1075, 4999, 5000, 5010)] == [60, 60, 60, 70]
    assert (running.origin(1030), running.origin(5010)) == (1000, 4940)


def test_a_journal_knows_each_launch_once(tmp_path: Path) -> None:
    first, second = launched(1000, 1060), launched(5000, 5020)
    with Journal(tmp_path / "journal.jsonl") as journal:
        enter_launches(journal, [first])
        enter_launches(journal, [first, second])
    with Journal(tmp_path / "journal.jsonl") as journal:
        enter_launches(journal, [first, second])
        assert [(one.began, one.before) for one in journal.launches] == [(1000, 0), (5000, 60)]


@pytest.mark.parametrize("clock", [900.0, 1e12])
def test_a_launch_that_seems_to_begin_before_the_last_adds_no_time(
    tmp_path: Path, clock: float
) -> None:
    first, second = launched(1000, clock), launched(950, 960)
    with Journal(tmp_path / "journal.jsonl") as journal:
        enter_launches(journal, [first, second])
        assert RunningTime(journal.launches).at(1010) == 10


def test_a_log_directory_has_begun_with_its_first_file(tmp_path: Path) -> None:
    written(tmp_path / "logs", lambda writer: writer.add_scalar("loss", 1.0, 1))
    (path,) = (tmp_path / "logs").iterdir()
    os.utime(path, (7000, 7000))
    begun = float(path.name.split(".")[3])
    mirror = RunPaths(state_home() / "mirrors" / "x")
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.append(FileEntry(id=0, path=str(path), run=".", namespace=""))
        enter_launches(journal, [mirror])
        assert journal.launches[0].began == pytest.approx(begun, abs=2)
