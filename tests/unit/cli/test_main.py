"""What is told of errors that no command expects."""

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
