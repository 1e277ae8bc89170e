"""`tuimon ls`: what home shows, in its words."""

import json
import math
import re
import time
from pathlib import Path

import pytest

from support.event_files import scalar, version, write
from support.stored_runs import made
from tuimon.cli.ls import _LESS_AND_LESS, _columns, _lines, _table
from tuimon.cli.main import main
from tuimon.cli.shared.text_table import fitted
from tuimon.present.run_lines import RunCommands
from tuimon.runs.annotation import Annotation, write_annotation
from tuimon.runs.progress_record import ProgressRecord, write_progress
from tuimon.runs.record import RunState
from tuimon.runs.registry import list_runs
from tuimon.text import width


@pytest.fixture(autouse=True)
def runs(tmp_path: Path) -> None:
    for at, (lr, last) in enumerate([("0.1", 0.5), ("0.01", math.nan)]):
        log = tmp_path / f"log{at}"
        write(log, [version(), scalar("val/loss", 0, 0.25 + at), scalar("val/loss", 1, last)])
        argv = ("train.py", "--lr", lr, "--data", "d", "--token", "s3cr3t-abc")
        paths = made("train", ended=600.0 - at, argv=argv, logdir=str(log))
        if not at:
            said = Annotation(name="base\x1b", note="warm", tags=("a", "b"), starred=True)
            write_annotation(paths.annotation, said)
    made("eval", ended=900.0, argv=("eval.py",), state=RunState.FAILED, cause="exit code 1")


def test_a_table(capsys: pytest.CaptureFixture[str]):
    assert main(["ls"]) == 0
    table = [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()]
    assert [re.sub(r"[\d.]+ KB", "KB", " ".join(line.split())) for line in table] == [
        "NAME ARGUMENTS STATE STARTED TOOK BEST SIZE WHY",
        "train lr=0.01 finished 10 min ago 10s 1.25 KB",
        "★ base␛ lr=0.1 finished 10 min ago 10s 0.25 KB warm · #a · #b",
        "eval failed 15 min ago 10s KB exit code 1",
    ]


def test_a_long_table_tells_the_numbers(capsys: pytest.CaptureFixture[str]):
    assert main(["ls", "-l"]) == 0
    printed = capsys.readouterr().out
    assert "    val/loss best 0.25 at step 0, last 0.5 at step 1\n" in printed
    assert "    val/loss best 1.25 at step 0, last NaN at step 1\n" in printed
    assert "s3cr3t" not in printed


def test_how_far_it_is(capsys: pytest.CaptureFixture[str]):
    now = time.time()
    going, long_ago = made("going", ended=None), made("stale", ended=None)
    told = ProgressRecord("steps", 300.0, 1200.0, 2.0, now + 500, now + 480, now + 520)
    write_progress(going, told._replace(updated_at=now))
    write_progress(long_ago, told._replace(updated_at=now - 3600))
    assert main(["ls", "--json"]) == 0
    found = {run["name"]: run["progress"] for run in json.loads(capsys.readouterr().out)}
    assert found["stale"] is found["eval"] is None
    assert found["going"]["share"] == 0.25
    assert found["going"]["earliest"] < found["going"]["ends_at"] < found["going"]["latest"]
    assert main(["ls"]) == 0
    assert re.search(r"going .*25% · 8m \d\ds left", capsys.readouterr().out)


def test_a_document(capsys: pytest.CaptureFixture[str]):
    assert main(["ls", "--json"]) == 0
    nan, said, failed = json.loads(capsys.readouterr().out)
    assert nan["metric"] == {
        "tag": "val/loss",
        "step": 1,
        "last": None,
        "best": {"value": 1.25, "step": 0},
    }
    assert (said["name"], failed["metric"]) == ("train", None)
    assert said["annotation"] == {
        "name": "base\x1b",
        "note": "warm",
        "tags": ["a", "b"],
        "starred": True,
        "archived": False,
    }


@pytest.mark.parametrize(
    ("cells", "titles"),
    [
        (200, "RUN NAME ARGUMENTS STATE STARTED TOOK BEST SIZE"),
        (84, "RUN NAME ARGUMENTS STATE STARTED TOOK BEST"),
        (74, "RUN NAME ARGUMENTS STATE STARTED BEST"),
        (20, "RUN NAME STATE STARTED"),
    ],
)
def test_what_matters_least_is_left_out(cells: int, titles: str):
    lines = _lines(list_runs(), RunCommands())
    columns = fitted(_columns(lines, 0.0), cells, _LESS_AND_LESS, len("WHY"))
    assert [column.title for column in columns] == titles.split()
    if cells > 60:
        assert all(width(line) <= cells for line in _table(lines, cells, long=False))


def _listed(capsys: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    assert main(["ls", *argv, "--json"]) == 0
    return [run["id"] for run in json.loads(capsys.readouterr().out)]


def test_archived_runs_are_listed_when_they_are_asked_for(capsys: pytest.CaptureFixture[str]):
    nan, said, failed = _listed(capsys)
    assert main(["archive", nan, failed]) == 0
    assert capsys.readouterr().out.count("is archived") == 2
    assert _listed(capsys) == [said]
    assert _listed(capsys, "-a") == [nan, said, failed]
    assert _listed(capsys, "-w", "archived") == [nan, failed]
    assert _listed(capsys, "-a", "-w", "lr<0.05") == [nan]
    assert _listed(capsys, "-w", "lr<0.05") == []
    assert main(["archive", "--undo", nan]) == 0
    capsys.readouterr()
    assert _listed(capsys) == [nan, said]


def test_notes_tags_names_and_stars(capsys: pytest.CaptureFixture[str]):
    nan, _, failed = _listed(capsys)
    for argv in (
        ["note", nan, "warm", "start", "--star", "--name", "best \x1b[31mone"],
        ["tag", nan, "#good", "paper,good"],
        ["tag", nan, "-d", "paper"],
    ):
        assert main(argv) == 0
    assert capsys.readouterr().out.split() == ["#good", "#paper", "#good"]
    [said] = [run.annotation for run in list_runs() if run.record.id == nan]
    assert said == Annotation("best \x1b[31mone", "warm start", ("good",), starred=True)
    assert _listed(capsys, "-w", "#good") == [nan]
    assert failed in _listed(capsys, "-w", "-starred")
    assert main(["note", nan]) == 0
    assert capsys.readouterr().out == "warm start\n"
    assert main(["note", nan, ""]) == 0
    assert main(["note", failed, "x" * 2000]) == 2
    assert "more than 1000 characters" in capsys.readouterr().err


def _listed(capsys: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    assert main(["ls", *argv, "--json"]) == 0
    return [run["id"] for run in json.loads(capsys.readouterr().out)]
