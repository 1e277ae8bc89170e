"""A file is replaced as a whole or not at all."""

import os
from pathlib import Path

import pytest

from tuimon.runs.replacement import replace_file


def test_a_file_is_replaced_and_private(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("a longer text of before")
    path.chmod(0o644)
    for sync in (False, True):
        replace_file(path, b"new", sync=sync)
        assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_the_file_of_before(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    replace_file(path, b"before")
    (tmp_path / f".kept.json.{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_in_the_way_is_told_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "kept.json").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "kept.json", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]
