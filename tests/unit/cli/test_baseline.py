"""`tuimon baseline`: one run of a directory is pinned, told, and gone."""

from pathlib import Path

import pytest

from support.stored_runs import made
from tuimon.cli.main import main


def test_a_run_is_pinned_told_in_lists_and_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    paths = made("first", cwd=str(tmp_path))
    made("second", cwd=str(tmp_path))
    assert main(["baseline"]) == 2
    assert "has no baseline" in capsys.readouterr().err
    assert main(["baseline", "first"]) == 0
    assert main(["baseline"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"first: {paths.id}"
    assert main(["ls", "-w", "baseline"]) == 0
    told = capsys.readouterr().out
    assert "Δ first" in told
    assert "second" not in told
    assert main(["rm", "first", "-y"]) == 0
    assert main(["baseline"]) == 2
    assert "is gone" in capsys.readouterr().err
    assert main(["baseline", "--none"]) == 0
    assert main(["baseline"]) == 2
    assert "has no baseline" in capsys.readouterr().err
