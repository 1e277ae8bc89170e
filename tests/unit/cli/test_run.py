"""Options of `tuimon run`, and what it makes of the host."""

import os
import re
import time
from pathlib import Path

import click
import pytest

from tuimon.cli.main import main
from tuimon.cli.run import RunOptions, command, launch, launch_again, parse_graces
from tuimon.cli.shared import surroundings
from tuimon.cli.shared.common import CommandError
from tuimon.cli.shared.surroundings import LaunchContext
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions
from tuimon.runs.registry import read_status


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (None, {}),
        ("90", {"term_after": 90.0}),
        ("0.5,10", {"term_after": 0.5, "kill_after": 10.0}),
    ],
)
def test_graces(text: str | None, fields: dict[str, float]):
    assert parse_graces(click.Context(command), command.params[0], text) == fields


@pytest.mark.parametrize("text", ["x", "1,2,3", "-1", "nan", "1,", "1e9"])
def test_graces_that_are_none(text: str):
    with pytest.raises(click.BadParameter, match="is not SECONDS or SECONDS,SECONDS"):
        parse_graces(click.Context(command), command.params[0], text)


def test_the_help_has_every_option_in_a_section(capsys: pytest.CaptureFixture[str]):
    assert main(["run", "--help"]) == 0
    _, *sections = re.split(r"^(\S.*):\n", capsys.readouterr().out, flags=re.MULTILINE)
    assert sections[::2] == ["Launch", "Watch", "W&B", "Alerts", "Options"]
    assert re.findall(r"^  (-\S+)", sections[-1], re.MULTILINE) == ["-h,"]


def test_a_former_name_of_an_option_works_and_is_told_nowhere(capsys: pytest.CaptureFixture[str]):
    assert main(["run", "--resume", "nobody", "--mirror", "off", "true"]) == 2
    assert "nobody" in capsys.readouterr().err
    assert main(["mirror", "--no-resume", "/nowhere"]) == 2
    assert "/nowhere: no such directory" in capsys.readouterr().err
    assert main(["run", "--help"]) == main(["mirror", "--help"]) == 0
    assert not re.findall(r"--(?:no-)?resume", capsys.readouterr().out)


def launched(*, detached: bool) -> RunPaths:
    paths = launch(
        RunOptions(
            training=("sh", "-c", "echo within: $WITHIN"),
            name="echo",
            foreground=not detached,
            hook=False,
            console_metrics=False,
            mirror=MirrorOptions(mode="off"),
        )
    )
    return ended(paths)


def ended(paths: RunPaths) -> RunPaths:
    deadline = time.monotonic() + 20
    while paths.control_sock.exists() or not read_status(paths.directory).state.ended:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return paths


def test_a_run_is_repeated_where_and_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("WITHIN", "then")
    then = read_status(launched(detached=True).directory)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WITHIN", "now")
    again = read_status(ended(launch_again(then)).directory)
    assert again.paths.console_log.read_text() == "within: then\n"
    assert (os.environ["WITHIN"], Path.cwd()) == ("now", tmp_path)
    same = ("name", "argv", "command", "cwd", "hook", "console_metrics", "mirror")
    assert [getattr(again.record, name) for name in same] == [
        getattr(then.record, name) for name in same
    ]
    assert again.record.started_at > (then.ended_at or 0.0)
    place.rmdir()
    with pytest.raises(CommandError, match=r"echo could not be started: .*: No such file"):
        launch_again(then)


def test_a_host_that_kills_is_told_of_and_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    around = LaunchContext(("/usr/bin/env", "WITHIN=a scope"), ("it kills; do this",))
    monkeypatch.setattr(surroundings, "look_around", lambda *_: around)
    paths = launched(detached=True)
    assert capsys.readouterr().err == "tuimon: it kills; do this\n"
    assert read_status(paths.directory).record.warnings == ("it kills; do this",)
    assert paths.console_log.read_text() == "within: a scope\n"


def test_the_foreground_needs_no_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    paths = launched(detached=False)
    assert capsys.readouterr().err == ""
    assert read_status(paths.directory).record.warnings == ()


def test_the_record_holds_what_was_typed():
    record = read_status(launched(detached=False).directory).record
    assert record.name == "echo"
    assert record.argv == ("sh", "-c", "echo within: $WITHIN")
    assert record.command[0].endswith("/sh")
    assert (record.hook, record.console_metrics) == (False, "off")
    assert (record.mirror.mode, record.mirror.name, record.mirror.resume) == ("off", "echo", "auto")
    assert (record.stop_grace_int, record.stop_grace_term) == (60.0, 45.0)


def test_what_is_not_resumed_says_so():
    options = RunOptions(training=("train.py",), no_wandb_resume=True, log_code=True)
    assert options.wandb().resume == "never"
    assert options.wandb().log_code == str(Path.cwd())
    assert options.run_name == "train"
