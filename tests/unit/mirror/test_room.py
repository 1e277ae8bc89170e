import os
from pathlib import Path

import pytest

from tuimon.mirror.room import FREE_BYTES, has_room
from tuimon.mirror.status import MirrorStatus
from tuimon.runs.record import MirrorRecord, read_record

BLOCK = 4096


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "wandb").mkdir()
    return tmp_path / "wandb"


@pytest.fixture
def status(tmp_path: Path) -> MirrorStatus:
    return MirrorStatus(tmp_path / "mirror.json")


def disk_has(monkeypatch: pytest.MonkeyPatch, free: int, reserved: int = 0) -> None:
    """From now on that many bytes are free, and as many more for root alone."""
    blocks = BLOCK, BLOCK, 1 << 20, (free + reserved) // BLOCK, free // BLOCK, 9, 9, 9, 0, 255
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result(blocks))


def told(tmp_path: Path) -> str | None:
    record = read_record(MirrorRecord, tmp_path / "mirror.json")
    return record.detail if record else None


def test_a_full_disk_is_waited_for_and_said(home, status, tmp_path, monkeypatch):
    disk_has(monkeypatch, FREE_BYTES)
    assert has_room(home, status)
    assert told(tmp_path) is None
    disk_has(monkeypatch, FREE_BYTES - BLOCK, reserved=1 << 30)
    assert not has_room(home, status)
    assert told(tmp_path) == f"waiting, no room: 63 MB free at {tmp_path}"
    disk_has(monkeypatch, 1 << 30)
    assert has_room(home, status)
    assert told(tmp_path) is None


def test_what_else_was_told_stays(home, status, tmp_path, monkeypatch):
    status.update(detail="the server does not answer")
    disk_has(monkeypatch, 1 << 30)
    assert has_room(home, status)
    assert told(tmp_path) == "the server does not answer"


def test_where_nobody_can_tell_nothing_is_written(home, status):
    home.rmdir()
    assert not has_room(home, status)
