"""The newest runs are found without reading all the others."""

import json
from pathlib import Path

import pytest

from support.stored_runs import made
from tuimon.runs import newest, run_index
from tuimon.runs.annotation import Annotation, write_annotation
from tuimon.runs.newest import newest_first, newest_runs
from tuimon.runs.paths import RunPaths, runs_directory
from tuimon.runs.registry import RunStatus, list_runs
from tuimon.runs.run_index import RunIndex


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the runs that are read, in order."""
    names: list[str] = []

    def counted(directory: Path) -> RunStatus:
        status = _read_status(directory)
        names.append(status.record.name)
        return status

    _read_status = newest.read_status
    monkeypatch.setattr(newest, "read_status", counted)
    return names


def _names(runs: list[RunStatus]) -> list[str]:
    return [run.record.name for run in runs]


def test_what_has_ended_for_good_is_read_when_it_is_asked_for(read: list[str]):
    ended = [made(f"run{at}", ended=10.0 + at) for at in range(6)]
    made("going", ended=None, started_at=100.0)
    assert list(newest_first()) == list_runs()
    assert sorted(read) == ["going", *(f"run{at}" for at in range(6))]
    read.clear()
    assert next(newest_first()).record.name == "run0"
    assert read == ["going", "run0"]  # what may change is read before all others
    read.clear()
    found, others = newest_runs(2)
    assert (_names(found), others) == (["run0", "run1", "going"], 4)
    assert sorted(read) == ["going", "run0", "run1"]
    read.clear()
    ended[0].run_json.unlink()
    made("new", ended=1.0)
    found, others = newest_runs(2)
    assert (_names(found), others) == (["new", "run1", "going"], 4)
    assert read[-1] == "run1"


def test_archived_runs_are_counted_among_the_others():
    for at in range(4):
        paths = made(f"run{at}", ended=10.0 + at)
        write_annotation(paths.annotation, Annotation(archived=at % 2 == 0))
    found, others = newest_runs(2)
    assert (_names(found), others) == (["run1", "run3"], 2)
    found, others = newest_runs(3, archived=True)
    assert (_names(found), others) == (["run0", "run1", "run2"], 1)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": {}, "b": NaN, "c": 1e999}', "[" * 100_000])
def test_notes_that_are_none_are_written_anew(text: str, read: list[str]):
    paths = made("train")
    note = runs_directory() / "ended.json"
    note.write_text(text)
    assert _names(list(newest_first())) == ["train"]
    started = list_runs()[0].record.started_at
    assert json.loads(note.read_text()) == {_key(paths): started}
    read.clear()
    newest_runs(0)
    assert read == []


def test_a_run_that_cannot_be_read_is_told_each_time():
    made("good")
    bad = made("bad")
    for _ in range(2):
        bad.run_json.write_text("{")
        told: list[str] = []
        found, others = newest_runs(5, on_unreadable=told.append)
        assert (_names(found), others, len(told)) == (["good"], 0, 1)
        assert str(bad.run_json) in told[0]


def _key(paths: RunPaths) -> str:
    return f"{paths.directory.parent.name}/{paths.directory.name}"


def test_an_index_reads_old_runs_later_and_looks_at_them_in_turn(monkeypatch: pytest.MonkeyPatch):
    paths = [made(f"run{at}", ended=10.0 + at) for at in range(5)]
    monkeypatch.setattr(run_index, "_READING_SECONDS", -1.0)
    monkeypatch.setattr(run_index, "_RACY_SECONDS", -1.0)
    index = RunIndex()
    seen = []
    while not seen or index.unread:
        seen.append((len(index.look()), index.unread))
    assert seen == [(1, 4), (2, 3), (3, 2), (4, 1), (5, 0)]
    assert index.look() == list_runs()
    assert index.look() is index.look()
    monkeypatch.setattr(run_index, "_ALWAYS", 0)
    monkeypatch.setattr(run_index, "_IN_TURN", 2)
    write_annotation(paths[0].annotation, Annotation(starred=True))
    for _ in range(4):
        runs = index.look()
    assert [run.record.name for run in runs if run.annotation.starred] == ["run0"]
    monkeypatch.setattr(run_index, "_IN_TURN", 0)
    write_annotation(paths[1].annotation, Annotation(starred=True))
    assert sum(run.annotation.starred for run in index.look()) == 1
    index.expect(runs[1])
    assert sum(run.annotation.starred for run in index.look()) == 2
