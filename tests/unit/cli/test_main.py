"""How the command line ends, and what it says then."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.stored_runs import made
from tuimon.cli.main import main


@pytest.mark.parametrize("arguments", [["run", "--plain", "/bin/true"], ["view", "runs"]])
def test_a_deleted_working_directory_is_told(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    directory = tmp_path / "deleted"
    directory.mkdir()
    monkeypatch.chdir(directory)
    directory.rmdir()
    assert main(arguments) == 1
    assert capsys.readouterr().err == "tuimon: this directory has been deleted: cd to another one\n"


def test_names_in_messages_cannot_act_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = tmp_path / "\x1b]0;title\x07\x9b31m"
    hostile.write_bytes(b"\0")
    assert main(["view", str(hostile)]) == 2
    assert (
        capsys.readouterr().err == f"tuimon: {tmp_path}/␛]0;title␇\N{REPLACEMENT CHARACTER}31m: "
        "neither a directory nor a log that can be read\n"
    )


def test_what_the_encoding_of_the_output_lacks_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIMON_CONFIG", str(tmp_path / "損失.toml"))
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    assert main(["config", "--path"]) == 0
    assert written.getvalue() == f"{tmp_path}/??.toml\n".encode()


@pytest.mark.parametrize(
    ("no_color", "shown"),
    [("", "a \x1b[0;1;31mred\x1b[m  100%\r\nnext\r\n"), ("1", "a red  100%\r\nnext\r\n")],
)
def test_logs_have_their_colours_on_a_terminal_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, no_color: str, shown: str
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm")
    output = (
        b"a \x1b[1;31mred\x1b[m\x1b]0;title\x07\x1b[2J   10%\b\b\b\b100%\r\n\x1b[?1049hnext\r\n"
    )
    made("train").console_log.write_bytes(output)
    master, slave = os.openpty()
    with os.fdopen(slave, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", terminal)
        assert main(["logs"]) == 0
    read = b""
    while not read.endswith(b"next\r\n"):
        read += os.read(master, 4096)
    assert read.decode() == shown
    os.close(master)


def test_ctrl_c_is_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made("train", ended=None)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    assert main(["logs", "--follow"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("arguments", [["--help"], ["ls"], ["config"]])
def test_a_reader_that_has_gone_is_no_error_of_ours(arguments: list[str]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-m", "tuimon", *arguments],
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


def test_shells_complete_the_names_of_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_TUIMON_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "tuimon lo")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert main([]) == 0
    assert capsys.readouterr().out == "plain,login\nplain,logs\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "-h"], []])
def test_help_is_no_failure(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert "tuimon" in capsys.readouterr().out
