"""run.json in the guardian's hands."""

import os
from pathlib import Path

import pytest

from tuimon.guardian.state import RunFile
from tuimon.runs.record import RunRecord, RunState, read_record, write_record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


@pytest.fixture
def file(path: Path) -> RunFile:
    record = RunRecord(
        id="id",
        name="name",
        host="host",
        machine_id="m",
        boot_id="b",
        argv=(),
        command=(),
        cwd="/",
        started_at=0.0,
    )
    write_record(path, record)
    return RunFile(path, record)


def test_changes_are_written(path: Path, file: RunFile):
    file.update(state=RunState.RUNNING)
    file.beat()
    record = read_record(RunRecord, path)
    assert record == file.record
    assert (file.record.state, file.record.heartbeat) == (RunState.RUNNING, 1)


def test_heartbeat_is_written_in_place(path: Path, file: RunFile):
    inode = path.stat().st_ino
    file.beat()
    assert path.stat().st_ino == inode


def test_what_could_not_be_written_is_written_by_a_later_beat(
    path: Path, file: RunFile, capfd: pytest.CaptureFixture[str]
):
    # The temporary file of a durable write cannot be opened.
    blocker = path.with_name(f".run.json.{os.getpid()}")
    blocker.symlink_to("/")
    file.update(state=RunState.FAILED, exit_code=7)
    assert file.stale
    assert "run.json cannot be written: " in capfd.readouterr().err
    file.beat()
    assert not file.stale
    record = read_record(RunRecord, path)
    assert record is not None
    assert record.exit_code == 7


def test_removed_run_is_not_retried_for_ever(path: Path, file: RunFile):
    path.unlink()
    path.parent.rmdir()
    file.update(state=RunState.FAILED)
    assert not file.stale
    file.beat()
