"""The incremental search for files."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tuimon.recorder import search
from tuimon.recorder.search import DirectorySearch


def new_search(*roots: Path, limit: int = 4000) -> DirectorySearch:
    found = DirectorySearch(lambda name: name.startswith("wanted"), limit)
    for root in roots:
        found.add_root(str(root))
    return found


def everything(found: DirectorySearch) -> list[str]:
    """What steps find until nothing is left to look at."""
    paths = found.step(1.0) + found.step(1.0)
    assert found.complete
    return paths


def settle(root: Path) -> None:
    """Give all directories a time that is not fresh, as those of a project have."""
    past = time.time() - 100
    for directory, _, _ in os.walk(root):
        os.utime(directory, (past, past))


def touch(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return str(path)


def test_each_file_is_found_once_however_deep_and_whenever_it_comes(tmp_path: Path) -> None:
    first = touch(tmp_path / "wanted.1")
    deep = touch(tmp_path / "a" / "b" / "c" / "wanted.2")
    settle(tmp_path)
    found = new_search(tmp_path)
    assert sorted(everything(found)) == sorted([first, deep])
    assert everything(found) == []
    late = touch(tmp_path / "a" / "wanted.3")
    new = touch(tmp_path / "a" / "b" / "new" / "wanted.4")
    assert sorted(everything(found)) == sorted([late, new])
    again = touch(tmp_path / "a" / "wanted.5")
    assert everything(found) == [again], "within the same tick of the clock"
    touch(tmp_path / "a" / "other")
    assert everything(found) == []


def test_a_root_may_come_later(tmp_path: Path) -> None:
    found = new_search(tmp_path / "out" / "run")
    assert everything(found) == []
    path = touch(tmp_path / "out" / "run" / "tb" / "wanted")
    assert everything(found) == [path]


def test_directories_that_hold_no_logs_are_left_out(tmp_path: Path) -> None:
    for name in (".git", "node_modules", "__pycache__", "venv", "conda"):
        touch(tmp_path / name / "deep" / "wanted")
    touch(tmp_path / "venv" / "pyvenv.cfg")
    (tmp_path / "conda" / "conda-meta").mkdir()
    assert everything(new_search(tmp_path)) == []


def test_links_to_directories_are_followed_and_loops_end(tmp_path: Path) -> None:
    path = touch(tmp_path / "disk" / "wanted")
    project = tmp_path / "project"
    project.mkdir()
    (project / "runs").symlink_to(tmp_path / "disk")
    (tmp_path / "disk" / "loop").symlink_to(project)
    (tmp_path / "disk" / "wanted.link").symlink_to(path)
    assert everything(new_search(project)) == [str(project / "runs" / "wanted")]


def test_a_root_below_a_root_is_searched_once(tmp_path: Path) -> None:
    path = touch(tmp_path / "runs" / "wanted")
    assert everything(new_search(tmp_path, tmp_path / "runs")) == [path]
    assert everything(new_search(tmp_path / "runs", tmp_path)) == [path]


def test_a_directory_that_goes_and_comes_is_looked_at_again(tmp_path: Path) -> None:
    path = touch(tmp_path / "a" / "wanted")
    found = new_search(tmp_path)
    assert everything(found) == [path]
    Path(path).unlink()
    (tmp_path / "a").rmdir()
    assert everything(found) == []
    touch(tmp_path / "a" / "wanted")
    assert everything(found) == [path]


def test_what_cannot_be_read_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = touch(tmp_path / "open" / "wanted")
    touch(tmp_path / "closed" / "wanted")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert everything(new_search(tmp_path)) == [path]


def test_the_number_of_directories_is_limited_and_likely_ones_come_first(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"data{number}").mkdir()
    path = touch(tmp_path / "runs" / "exp" / "wanted")
    found = new_search(tmp_path, limit=30)
    first = [one for _ in range(4) for one in found.step(0.0)]  # a new directory each
    assert first == [path]
    while not found.complete:
        found.step(0.0)
    assert 31 <= found.directories <= 33
    late = touch(tmp_path / "logs" / "wanted")
    assert everything(found) == [late]


def test_a_directory_of_data_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_ENTRIES", 10)
    for number in range(100):
        touch(tmp_path / f"image{number}")
    settle(tmp_path)
    seen: list[str] = []
    scandir = os.scandir

    @contextmanager
    def counted(path: str) -> Iterator[Iterator[os.DirEntry[str]]]:
        with scandir(path) as entries:
            yield (seen.append(entry.name) or entry for entry in entries)

    monkeypatch.setattr(os, "scandir", counted)
    found = new_search(tmp_path)
    everything(found)
    assert len(seen) == 11


def test_looking_at_a_known_tree_lists_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        (tmp_path / f"d{number}").mkdir()
    settle(tmp_path)
    found = new_search(tmp_path)
    assert everything(found) == []
    listed: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(path) or scandir(path))
    assert everything(found) == []
    assert listed == []
    touch(tmp_path / "d7" / "wanted")
    assert len(everything(found)) == 1
    assert set(listed) == {str(tmp_path / "d7")}
