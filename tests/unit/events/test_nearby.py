"""Log directories near a place."""

import os
from pathlib import Path

import pytest

from tuimon.events import nearby
from tuimon.events.nearby import find_logdirs


def event_file(directory: Path, modified: float = 1e9) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "events.out.tfevents.1.host.2.0"
    path.touch()
    os.utime(path, (modified, modified))


def found(place: Path) -> list[tuple[str, int]]:
    return [(str(one.path.relative_to(place)), one.runs) for one in find_logdirs(place)]


def test_runs_side_by_side_are_one_log_directory(tmp_path: Path) -> None:
    event_file(tmp_path / "runs/a")
    event_file(tmp_path / "runs/b", 3e9)
    event_file(tmp_path / "out/deep/logs", 2e9)
    assert found(tmp_path) == [("runs", 2), ("out/deep/logs", 1)]


def test_the_place_itself_may_be_one(tmp_path: Path) -> None:
    event_file(tmp_path)
    assert found(tmp_path) == [(".", 1)]


def test_what_holds_no_logs_is_not_searched(tmp_path: Path) -> None:
    for name in (".git", "venv", "node_modules", "wandb"):
        event_file(tmp_path / name / "x")
    event_file(tmp_path / "1/2/3/4/5/6")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert found(tmp_path) == []


def test_a_directory_may_be_left_out(tmp_path: Path) -> None:
    event_file(tmp_path / "runs/a")
    event_file(tmp_path / "home/runs/host/run/system")
    one, other = find_logdirs(tmp_path), find_logdirs(tmp_path, apart_from=tmp_path / "home")
    assert len(one) == 2
    assert [logdir.path for logdir in other] == [tmp_path / "runs/a"]


def test_the_search_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event_file(tmp_path / "runs")
    assert find_logdirs(tmp_path, 0.0) == []
    for run in range(8):
        event_file(tmp_path / f"runs/{run}")
    assert [one.whole for one in find_logdirs(tmp_path)] == [True]
    monkeypatch.setattr(nearby, "_MOST_DIRECTORIES", 4)
    (found,) = find_logdirs(tmp_path)
    assert (found.runs, found.whole) == (3, False)
    assert find_logdirs(tmp_path / "gone") == []
