"""How the command line ends, and what it says then."""

import io
import sys
from pathlib import Path

import pytest

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
    hostile.touch()
    assert main(["view", str(hostile)]) == 2
    assert (
        capsys.readouterr().err
        == f"tuimon: {tmp_path}/␛]0;title␇\N{REPLACEMENT CHARACTER}31m: not a directory\n"
    )


def test_what_the_encoding_of_the_output_lacks_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIMON_CONFIG", str(tmp_path / "損失.toml"))
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    assert main(["config", "--path"]) == 0
    assert written.getvalue() == f"{tmp_path}/??.toml\n".encode()
