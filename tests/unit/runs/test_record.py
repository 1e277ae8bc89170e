"""Records survive: unknown keys, missing keys, garbage, a full disk."""

import json
import os
import stat
from pathlib import Path

import pytest

from tuimon.runs.record import (
    PAD,
    MirrorRecord,
    ProcessRef,
    RecorderRecord,
    RecordError,
    RunRecord,
    RunState,
    as_document,
    read_record,
    rewrite_record,
    write_record,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


@pytest.fixture
def record() -> RunRecord:
    return RunRecord(
        id="20261123-0941-train-k3f",
        name="train",
        host="gpu07",
        machine_id="0" * 32,
        boot_id="b",
        argv=("train.py",),
        command=("/usr/bin/python", "train.py"),
        cwd="/home/me",
        started_at=1.5,
        child=ProcessRef(pid=7, start_ticks=8),
    )


def test_missing_file_is_none(path: Path):
    assert read_record(RunRecord, path) is None


def test_written_record_is_private_and_padded(path: Path, record: RunRecord):
    write_record(path, record)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_size % PAD == 0
    assert read_record(RunRecord, path) == record
    assert list(path.parent.iterdir()) == [path]


def test_keys_of_a_newer_version_are_ignored(path: Path, record: RunRecord):
    document = as_document(record) | {"schema": 99, "gpu": {"x": [1]}}
    document["mirror"]["colour"] = "red"
    path.write_text(json.dumps(document))
    assert read_record(RunRecord, path) == record._replace(schema=99)


def test_missing_optional_keys_take_their_defaults(path: Path, record: RunRecord):
    document = as_document(record)
    for key in ("mirror", "heartbeat", "state", "child", "stop_grace_int"):
        del document[key]
    path.write_text(json.dumps(document))
    assert read_record(RunRecord, path) == record._replace(child=None)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"pty_rows": "forty"}, "pty_rows = 'forty': must be int"),
        ({"pty_rows": True}, "pty_rows"),
        ({"argv": "train.py"}, "argv"),
        ({"argv": [1]}, "argv"),
        ({"name": None}, "name"),
        ({"state": "asleep"}, "'asleep' is not a valid RunState"),
        ({"child": {"pid": 1}}, "start_ticks"),
    ],
)
def test_wrong_values_are_refused_by_name(path: Path, record: RunRecord, change, complaint: str):
    path.write_text(json.dumps(as_document(record) | change))
    with pytest.raises(RecordError, match=f"{path}.*{complaint}"):
        read_record(RunRecord, path)


@pytest.mark.parametrize("garbage", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b"1"])
def test_garbage_is_one_clear_error(path: Path, garbage: bytes):
    path.write_bytes(garbage)
    with pytest.raises(RecordError, match=str(path)):
        read_record(RecorderRecord, path)


def test_unreadable_path_is_a_record_error(tmp_path: Path):
    with pytest.raises(RecordError, match="directory"):
        read_record(MirrorRecord, tmp_path)


def test_a_record_can_grow_in_place(path: Path, record: RunRecord):
    write_record(path, record)
    size, inode = path.stat().st_size, path.stat().st_ino
    ended = record._replace(
        state=RunState.KILLED, signal=9, cause="killed by SIGKILL", ended_at=2.5
    )
    rewrite_record(path, ended)
    assert (path.stat().st_size, path.stat().st_ino) == (size, inode)
    assert read_record(RunRecord, path) == ended


def test_a_shorter_record_in_place_leaves_nothing_of_the_longer(path: Path, record: RunRecord):
    write_record(path, record._replace(argv=("x" * 20_000,)))
    rewrite_record(path, record)
    assert read_record(RunRecord, path) == record


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_without_an_existing_file_is_told(path: Path, record: RunRecord):
    path.unlink(missing_ok=True)
    path.with_name(f".{path.name}.{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_record(path, record)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_falls_back_to_the_existing_file(path: Path, record: RunRecord):
    write_record(path, record)
    inode = path.stat().st_ino
    path.with_name(f".{path.name}.{os.getpid()}").symlink_to("/dev/full")
    failed = record._replace(state=RunState.FAILED, exit_code=1)
    write_record(path, failed)
    assert path.stat().st_ino == inode
    assert read_record(RunRecord, path) == failed
    assert list(path.parent.iterdir()) == [path]


def test_heartbeat_is_the_last_field():
    # Counting it up in place then moves nothing that a reader could find torn.
    assert RunRecord._fields[-1] == "heartbeat"


def test_ended_states():
    assert {state for state in RunState if not state.ended} == {RunState.STARTING, RunState.RUNNING}
