"""What is said to somebody who typed no command, and what a directory alone does."""

from pathlib import Path

import pytest

from tuimon.cli.main import COMMANDS, main
from tuimon.cli.shared.guesses import guess


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("runn", "run"), ("veiw", "view"), ("atach", "attach"), ("Logs", "logs"), ("stpo", "stop"),
        ("list", "ls"), ("ps", "ls"), ("staus", "ls"), ("watch", "attach"), ("kill", "stop"),
        ("version", "--version"), ("tensorboard", "view"), ("delete", "rm"), ("ruun", "run"),
    ],
)  # fmt: skip
def test_the_nearest_command_is_named(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([typed]) == 2
    told = f"tuimon: {typed} is no command: did you mean `tuimon {meant}`?\n"
    assert capsys.readouterr() == ("", told)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_slip_in_a_command_is_understood(command: str) -> None:
    for place in range(len(command) if len(command) > 4 else 0):
        slip = command[:place] + command[place + 1 :]
        others = [other for other in COMMANDS if _differ_by_one(slip, other)]
        meant = guess([slip], COMMANDS)
        assert any(f"`tuimon {other}`" in meant for other in (command, *others))


def _differ_by_one(slip: str, command: str) -> bool:
    """Whether a letter was left out of the command, too: `eport`."""
    return slip in {command[:at] + command[at + 1 :] for at in range(len(command))}


def test_a_former_name_of_a_command_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err
    assert "resume" not in COMMANDS


def test_a_script_is_to_be_run(place: Path) -> None:
    assert guess(["a b.py", "--lr", "3"], COMMANDS) == (
        "no command, but a script (which does not exist here): `tuimon run 'a b.py' --lr 3`"
    )
    (place / "train.py").touch()
    assert guess(["train.py"], COMMANDS) == "no command, but a script: `tuimon run train.py`"


def test_a_program_and_an_event_file_are_told_apart_from_commands() -> None:
    assert guess(["sh", "-c", "a b"], COMMANDS) == (
        "no command of tuimon's: `tuimon run -- sh -c 'a b'`"
    )
    assert "`tuimon view runs/x`" in guess(["runs/x/events.out.tfevents.1.host"], COMMANDS)
    assert "`tuimon --help`" in guess(["zzzzzz"], COMMANDS)


def test_a_directory_is_viewed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "logs").mkdir()
    assert main(["logs", "--help"]) == 0  # a command first
    assert "logs [OPTIONS] [RUN]" in capsys.readouterr().out
    (place / "tb").mkdir()
    assert main(["tb", "--help"]) == 0
    assert "view [OPTIONS] LOGDIR|FILE|PLACE|RUN..." in capsys.readouterr().out
