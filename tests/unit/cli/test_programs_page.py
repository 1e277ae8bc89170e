"""The page for programs names each command with documents, and the fields that these have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.event_files import scalar, version, write
from support.stored_runs import made
from tuimon.cli.doctor import Finding
from tuimon.cli.main import COMMANDS, command_of, main
from tuimon.present.rank_rows import RankFacts
from tuimon.present.where_rows import where_document
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.stacks.call_stack import Call, ThreadStack
from tuimon.stacks.python_process import PythonProcess
from tuimon.stacks.survey import Survey

PAGE = Path(__file__).parents[3] / "tuimon/docs/programs.md"
SECTIONS = {
    title: body
    for title, _, body in (
        part.partition("\n") for part in PAGE.read_text().split("\n## tuimon ")[1:]
    )
}


def _told(title: str) -> Iterator[list[str]]:
    """Fields in the table of a section, as paths; ``*`` is any key or index."""
    for cell in re.findall(r"^\| (`[^|]*) \|", SECTIONS[title], re.MULTILINE):
        yield from (path.split(".") for path in re.findall(r"`([^`]+)`", cell))


def _assert_fields(document: Any, paths: list[list[str]]) -> None:
    below: dict[str, list[list[str]]] = {}
    for head, *rest in paths:
        below.setdefault(head, []).append(rest)
    if "*" in below:
        assert [*below] == ["*"]
        values = [*document.values()] if isinstance(document, dict) else document
        assert values
        for value in values:
            _assert_fields(value, below["*"])
        return
    assert document.keys() == below.keys()
    for head, rests in below.items():
        if all(rests):
            _assert_fields(document[head], rests)


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, loss in (("one", 0.5), ("two", 0.25)):
        write(tmp_path / name, [version(), scalar("loss", 1, loss), scalar("loss", 2, loss)])
        logdir, argv = str(tmp_path / name), ("train.py", f"--lr={loss}")
        paths = made(name, logdir=logdir, cwd=str(tmp_path), argv=argv)
        told = Alert(key="k", level=AlertLevel.WARN, title="t", text="t", wall_time=1.0)
        AlertLog(paths.alerts).add(told)
        paths.console_log.write_bytes(b"ERROR: no\n")


def test_each_command_with_documents_has_a_section():
    with_json = {
        name
        for name in COMMANDS
        if any("--json" in param.opts for param in command_of(name).params)
    }
    assert with_json == {title.split()[0] for title in SECTIONS}


@pytest.mark.parametrize(
    ("title", "args"),
    [
        ("wait", "one"),
        ("alerts", "one"),
        ("show", "one --at 1 --last 1"),
        ("ls", ""),
        ("board", "one two"),
        ("board --group", "/^(.)/ one two"),
        ("diff", "one two"),
        ("logs", "one"),
    ],
)
def test_the_fields_are_those_of_the_page(
    title: str, args: str, capsys: pytest.CaptureFixture[str]
):
    assert main([*title.split(), *args.split(), "--json"]) == 0
    printed = capsys.readouterr().out
    document = json.loads(printed)
    for one in document if isinstance(document, list) else [document]:
        _assert_fields(one, [*_told(title)])


def test_fields_of_what_needs_a_training_or_a_machine():
    stack = ThreadStack("main thread", (Call("train.py", 9, "train"),))
    survey = Survey([PythonProcess(10, 1, None, (stack,), "")], frozenset())
    document = where_document(survey, {0: RankFacts()})
    _assert_fields(document, [*_told("where")])
    _assert_fields(document["processes"][0]["threads"][0]["calls"][0], [
        [name] for name in ("file", "line", "function", "library")
    ])  # fmt: skip
    _assert_fields(Finding("disk", "ok", "full")._asdict(), [*_told("doctor")])
