"""`tuimon sync` where there is nothing to do, or too much said."""

import pytest

from tuimon.cli.main import main


def test_without_any_run_all_are_uploaded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--all"]) == 0
    assert capsys.readouterr().out == "every run is uploaded\n"
    assert main(["sync"]) == 2
    assert "there is no run yet" in capsys.readouterr().err


def test_a_run_and_all_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--all", "big"]) == 2
    assert "cannot be combined" in capsys.readouterr().err
