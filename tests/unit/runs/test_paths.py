"""Where runs live."""

import re
import stat
from pathlib import Path

import pytest

from tuimon.runs.paths import RunPaths, host_directory, new_run_directory, state_home


def test_tuimon_home_decides(home: Path):
    assert state_home() == home


def test_relative_and_user_homes_become_absolute(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TUIMON_HOME", "somewhere")
    assert state_home() == Path.cwd() / "somewhere"
    monkeypatch.setenv("TUIMON_HOME", "~/x")
    assert state_home() == Path.home() / "x"


def test_without_it_the_state_directory_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("TUIMON_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_home() == tmp_path / "tuimon"


def test_new_directory_is_private_and_named_for_people(home: Path):
    paths = new_run_directory("Train CIFAR/10.py")
    assert re.fullmatch(r"\d{8}-\d{4}-train-cifar-10-py-[a-z2-7]{3}", paths.id)
    assert paths.directory.parent == host_directory()
    for directory in (paths.directory, paths.directory.parent, home / "runs"):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", "...", "学習", "\x1b[31m", "x" * 500, "../../etc"])
def test_any_name_gives_a_plain_directory_name(name: str):
    paths = new_run_directory(name)
    assert re.fullmatch(r"[a-z0-9-]{18,60}", paths.id)
    assert paths.directory.parent == host_directory()


def test_runs_of_the_same_minute_differ():
    assert len({new_run_directory("train").id for _ in range(20)}) == 20


def test_files_of_a_run(tmp_path: Path):
    paths = RunPaths(tmp_path / "r")
    assert paths.run_json == tmp_path / "r" / "run.json"
    assert paths.id == "r"
