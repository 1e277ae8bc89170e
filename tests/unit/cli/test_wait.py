"""`tuimon wait`: its exit codes and documents tell how a training ended."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.event_files import scalar, version, write
from support.stored_runs import made
from support.waiting import wait_until
from tuimon.cli.main import main
from tuimon.cli.shared.common import CommandError
from tuimon.cli.shared.run_feed import RunFeed
from tuimon.runs.record import RunState
from tuimon.runs.registry import read_status

FAILED = {"state": RunState.FAILED, "exit_code": 1, "cause": "exit code 1"}
LOST = {"state": RunState.RUNNING, "ended_at": None, "boot_id": "another"}


def _wait(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    code = main(["wait", *args, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["exit_code"] == code
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    ("record", "until", "code", "told"),
    [
        ({}, "end", 0, "train finished after 10s"),
        (FAILED, "end", 1, "train failed after 10s: exit code 1"),
        ({"state": RunState.STOPPED}, "end", 1, "train was stopped after 10s"),
        ({"state": RunState.KILLED, "signal": 9}, "end", 1, "train was killed after 10s"),
        (LOST, "end", 4, "the host was rebooted"),
        (FAILED, "loss<0.3", 0, "train: loss 0.25 at step 1"),
        ({}, "loss<0.2", 3, "10s; loss 0.25 at step 1"),
        (FAILED, "loss<0.2", 1, "exit code 1; loss 0.25 at step 1"),
        (LOST, "step=7", 4, "; step 1"),
        ({}, "lss<0.2", 3, "; no metric of that name was logged"),
        ({}, "alert", 3, "; no alert"),
    ],
)
def test_of_a_run_that_has_ended_it_tells_at_once(
    record: dict[str, Any],
    until: str,
    code: int,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    write(tmp_path / "log", [version(), scalar("loss", 0, 0.5), scalar("loss", 1, 0.25)])
    made("train", logdir=str(tmp_path / "log"), **record)
    found = _wait(capsys, "--until", until)
    assert found["exit_code"] == code
    assert told in found["told"]


def test_what_goes_on_is_waited_for_until_the_time_is_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(tmp_path / "log", [version(), scalar("loss", 0, float("inf"))])
    made("train", ended=None, logdir=str(tmp_path / "log"))
    reached = _wait(capsys, "--until", "loss>1e9")
    assert (reached["outcome"], reached["values"]) == ("reached", {"loss": "Infinity"})
    assert main(["wait", "--timeout", "0s"]) == 124
    assert capsys.readouterr().out == "train is running; timed out after 0s\n"


def test_a_run_of_another_host_is_waited_for(capsys: pytest.CaptureFixture[str]):
    elsewhere = {"host": "node7", "machine_id": "node7", "boot_id": "node7"}
    paths = made("far", ended=None, **elsewhere)
    assert main(["wait", "far", "--timeout", "0s"]) == 124
    os.utime(paths.run_json, (0, 0))
    assert main(["wait", "far"]) == 4
    assert "no sign of life on node7 for" in capsys.readouterr().out
    made("done", ended=5.0, **elsewhere)
    assert main(["wait", "done"]) == 0


def test_a_run_that_is_removed_meanwhile_is_told(tmp_path: Path):
    paths = made("train", ended=None)
    feed = RunFeed(read_status(paths.directory))
    assert not feed.is_complete
    shutil.rmtree(paths.directory)
    with pytest.raises(CommandError, match="train is gone"):
        wait_until(lambda: feed.poll().state.ended)


@pytest.mark.parametrize(
    "args", [["nosuch"], ["--until", "x"], ["--timeout", "soon"], ["--since", "soon"]]
)
def test_what_makes_no_sense_is_refused(args: list[str], capsys: pytest.CaptureFixture[str]):
    made("train")
    assert main(["wait", *args]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
