"""What people say of a run, kept beside it."""

import time
from pathlib import Path

import pytest

from support.stored_runs import made
from tuimon.runs.annotation import (
    LONGEST,
    NOTHING_SAID,
    Annotation,
    read_annotation,
    tags_in,
    write_annotation,
)
from tuimon.runs.lookup import find_run
from tuimon.runs.record import RunState
from tuimon.runs.registry import read_status
from tuimon.runs.run_index import RunIndex

SAID = Annotation(name="the \x1b[31m one", note="läuft\nbesser", tags=("good", "é"), starred=True)


def test_what_is_written_is_read(tmp_path: Path):
    path = tmp_path / "annotation.json"
    assert read_annotation(path) == NOTHING_SAID
    write_annotation(path, SAID)
    assert read_annotation(path) == SAID
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text", ["", "[]", '{"tags": "x"}', '{"starred": 1}', "[" * 99999, '{"name": "%s"}']
)
def test_what_makes_no_sense_is_nothing(tmp_path: Path, text: str):
    path = tmp_path / "annotation.json"
    path.write_text(text.replace("%s", "x" * (LONGEST + 1)))
    assert read_annotation(path) == NOTHING_SAID


def test_what_newer_versions_say_is_passed_over(tmp_path: Path):
    path = tmp_path / "annotation.json"
    path.write_text('{"note": "n", "colour": 3}')
    assert read_annotation(path) == Annotation(note="n")


def test_tags_are_words():
    assert tags_in(" #good,paper  good # ,") == ("good", "paper")


def test_a_run_is_found_by_the_name_that_it_was_given_and_by_the_one_before():
    paths = made("train")
    made("other", ended=30.0)
    write_annotation(paths.annotation, Annotation(name="baseline"))
    assert find_run("baseline").paths == find_run("train").paths == paths
    assert find_run("train").name == "baseline"


def test_an_index_reads_what_has_changed_and_nothing_else(monkeypatch: pytest.MonkeyPatch):
    ended, going = made("ended"), made("going", ended=None)
    index = RunIndex()
    index.look()
    monkeypatch.setattr("tuimon.runs.run_index._RACY_SECONDS", -1.0)
    first = {run.record.name: run for run in index.look()}
    second = {run.record.name: run for run in index.look()}
    assert second["ended"] is first["ended"]
    assert second["going"] is not first["going"]
    write_annotation(ended.annotation, Annotation(starred=True))
    assert {run.record.name: run.annotation.starred for run in index.look()} == {
        "ended": True,
        "going": False,
    }
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert index.look()[1].record.id == ended.id
    ended.run_json.unlink()
    (going.directory / "run.json").write_text("{")
    assert index.look() == []
    assert [why.split(":")[0] for why in index.unreadable] == [str(going.run_json)]


def test_an_index_looks_again_at_runs_that_were_lost():
    lost = made("lost", state=RunState.RUNNING, boot_id="another")
    index = RunIndex()
    assert [run.state for run in index.look()] == [RunState.LOST]
    assert index.look()[0] is not index.look()[0]
    assert read_status(lost.directory).state is RunState.LOST
