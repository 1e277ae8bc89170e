"""`tuimon alerts`: what was told of a run, oldest first."""

import json
import time

import pytest

from support.stored_runs import made
from tuimon.cli.main import main
from tuimon.runs.alerts import ENDED, Alert, AlertLevel, AlertLog

NOW = time.time()


@pytest.fixture(autouse=True)
def run() -> str:
    paths = made("train")
    log = AlertLog(paths.alerts)
    for key, level, age in (
        ("a\x1b[2J", "WARN", 900.0),
        ("b", "ERROR", 60.0),
        (ENDED, "INFO", 1.0),
    ):
        kind, when = AlertLevel(level), NOW - age
        log.add(Alert(key=key, level=kind, title=key, text="why", wall_time=when, step=7))
    return paths.id


def _keys(capsys: pytest.CaptureFixture[str], *args: str) -> list[str]:
    assert main(["alerts", "train", "--json", *args]) == 0
    return [json.loads(line)["key"] for line in capsys.readouterr().out.splitlines()]


def test_documents_have_all_of_an_alert(run: str, capsys: pytest.CaptureFixture[str]):
    assert main(["alerts", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[1]) == {
        "schema": 1,
        "run": run,
        "key": "b",
        "level": "ERROR",
        "title": "b",
        "text": "why",
        "wall_time": NOW - 60,
        "step": 7,
    }


def test_later_ones_alone(capsys: pytest.CaptureFixture[str]):
    local = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(NOW - 600))
    assert _keys(capsys, "--since", "10m") == _keys(capsys, "--since", local) == ["b", ENDED]
    assert _keys(capsys, "--since", repr(NOW - 60)) == [ENDED]
    assert main(["alerts", "--since", "yesterday"]) == 2


def test_lines_are_safe_and_following_ends_with_the_run(capsys: pytest.CaptureFixture[str]):
    assert main(["alerts", "--follow"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == [
        "WARN   a␛[2J: why",
        "ERROR  b: why",
        "INFO   ended: why",
    ]


def test_a_run_of_which_nothing_was_told(capsys: pytest.CaptureFixture[str]):
    made("quiet")
    assert main(["alerts", "quiet"]) == 0
    assert capsys.readouterr() == ("", "tuimon: no alerts of quiet\n")


@pytest.mark.parametrize("when", ["1e300", "NaN", "-1e18", "true"])
def test_what_has_no_time_is_no_alert(when: str, capsys: pytest.CaptureFixture[str]):
    paths = made("hostile")
    line = f'{{"key": "k", "level": "WARN", "title": "t", "text": "t", "wall_time": {when}}}\n'
    paths.alerts.write_text(line)
    assert main(["alerts", "hostile"]) == 0
    assert capsys.readouterr().out == ""
