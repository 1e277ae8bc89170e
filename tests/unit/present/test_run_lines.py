"""Which runs are listed, in which order, and what is told of them."""

from pathlib import Path
from typing import Any

import pytest

from support.stored_runs import made
from tuimon.present.glance import BestPoint, Glance
from tuimon.present.home_memory import HomeMemory
from tuimon.present.run_lines import RunSort, remarks, sources_of
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.runs.annotation import Annotation, write_annotation
from tuimon.runs.record import RunState
from tuimon.runs.registry import read_status
from tuimon.runs.sources import LogSource

NOW = 2e9


def memory(*runs: tuple[str, dict[str, Any]]) -> HomeMemory:
    for at, (name, changes) in enumerate(runs):
        changes = {"logdir": f"/logs/{name}/{at}"} | changes
        made(name, ended=600.0 + at, **changes)
    found = HomeMemory()
    found.take(found.looked())
    return found


def names(found: HomeMemory) -> list[str]:
    return [
        f"[{entry.directory}]"
        if hasattr(entry, "directory")
        else f"{entry.run.record.name} {entry.told}".strip()
        for entry in found.entries()
    ]


def args(*lrs: str) -> list[tuple[str, dict[str, Any]]]:
    return [("train", {"argv": ("train.py", "--lr", lr, "--data", "d")}) for lr in lrs]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ["alpha", "beta", "gamma"]),
        ("lr=0.1", ["alpha"]),
        ("--lr", ["alpha", "beta"]),
        ("failed", ["beta"]),
        ("-failed projects/x", ["alpha"]),
        ("starred or #paper", ["gamma"]),
        ("run:beta", ["beta"]),
        ("run:train", []),
        ("/warm.st/", ["gamma"]),
        ("run:renamed", ["gamma"]),
        ("boom", ["beta"]),
    ],
)
def test_a_filter_looks_in_all_that_is_told(text: str, shown: list[str]):
    found = memory(
        ("alpha", {"argv": ("train.py", "--lr", "0.1"), "cwd": "/projects/x"}),
        ("beta", {"argv": ("train.py", "--lr", "0.2"), "state": RunState.FAILED, "cause": "boom"}),
        ("gamma", {}),
    )
    said = Annotation(name="renamed", note="warm start", tags=("paper",), starred=True)
    write_annotation(found.lines[2].run.paths.annotation, said)
    found.take(found.looked())
    assert found.filter_by(text) == ""
    assert [name.split()[0] for name in names(found)] == shown


def test_a_text_that_is_no_filter_keeps_the_one_before():
    found = memory(*args("1", "2"))
    found.filter_by("lr=2")
    assert (
        found.filter_by("/lr[/")
        == "no regular expression: unterminated character set at position 2"
    )
    assert names(found) == ["train lr=2 data=d"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("started", ["train lr=0.01", "train lr=1e-4", "train lr=0.1", "eval ckpt=x"]),
        ("name", ["eval ckpt=x", "train lr=1e-4", "train lr=0.01", "train lr=0.1"]),
        ("best", ["train lr=0.1", "train lr=0.01", "train lr=1e-4", "eval ckpt=x"]),
        ("took", ["train lr=1e-4", "train lr=0.01", "train lr=0.1", "eval ckpt=x"]),
        ("state", ["eval ckpt=x", "train lr=0.01", "train lr=1e-4", "train lr=0.1"]),
    ],
)
def test_orders(sort: RunSort, order: list[str]):
    runs = args("0.01", "1e-4", "0.1")
    runs[1][1]["started_at"] = 1e9
    runs[1][1]["ended_at"] = 1.5e9
    found = memory(*runs, ("eval", {"argv": ("eval.py", "--ckpt", "x"), "state": RunState.FAILED}))
    lines = [line for line in found.lines if line.run.record.started_at != 1e9]
    found.take([lines[0], *(one for one in found.lines if one not in lines), *lines[1:]])
    values = {"lr=0.01": 0.5, "lr=1e-4": None, "lr=0.1": 0.9}
    found.take(
        [
            line._replace(
                glance=Glance("acc", 1, 0.1, (), BestPoint(value, 1))
                if (value := values.get(line.told)) is not None
                else None
            )
            for line in found.lines
        ]
    )
    while found.sort != sort:
        found.next_sort()
    if sort == "started":
        order = [order[0], order[2], order[3], order[1]]
    assert names(found) == order


def test_runs_stand_below_their_directories():
    runs = args("1", "2", "3")
    for (_, changes), cwd in zip(runs, ("/a", "/b", "/a"), strict=True):
        changes["cwd"] = cwd
    found = memory(*runs)
    found.grouped = True
    assert names(found) == ["[/a]", "train lr=1", "train lr=3", "[/b]", "train lr=2"]


def test_marked_runs_are_watched_by_what_tells_them_apart():
    found = memory(*args("1", "2", "2"))
    for line in found.lines:
        found.toggle_mark(line.id)
    chosen = found.marked_lines()
    ends = [line.id[-3:] for line in chosen]
    assert [source.label for source in sources_of(chosen, found.commands)] == [
        "train lr=1", f"train lr=2 {ends[1]}", f"train lr=2 {ends[2]}"
    ]  # fmt: skip
    found.toggle_mark(Path("/logs/x"))
    assert found.marks == 4
    assert found.marked_sources()[-1] == LogSource(path="/logs/x", recursive=True)
    found.toggle_mark(Path("/logs/x"))
    found.toggle_mark(chosen[0].id)
    found.take(found.lines[:2])
    assert [line.told for line in found.marked_lines()] == ["lr=2"]


def test_secrets_are_in_no_label_and_found_by_no_filter():
    found = memory(*(("t", {"argv": ("t.py", "--api-key", key * 20)}) for key in ("ab", "cd")))
    assert not any("abab" in source.label for source in sources_of(found.lines, found.commands))
    found.filter_by("abab")
    assert names(found) == []


def test_remarks_tell_what_it_does_then_what_is_wrong_then_what_people_say():
    paths = made("going", ended=None, paused_at=NOW - 9)
    AlertLog(paths.alerts).add(
        Alert(
            key="k", level=AlertLevel.WARN, title="loss\x1b grows", text="", wall_time=0.0, step=3
        )
    )
    write_annotation(paths.annotation, Annotation(note="n", tags=("t",)))
    found = HomeMemory()
    (line,) = found.looked()
    assert [text for text, _ in remarks(line, NOW)] == ["paused 9s", "loss␛ grows", "n", "#t"]
    ended = read_status(made("done", state=RunState.FAILED, cause="exit code 1").directory)
    assert remarks(line._replace(run=ended), NOW) == [("exit code 1", "dim")]
