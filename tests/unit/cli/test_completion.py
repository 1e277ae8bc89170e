"""What a shell offers for the arguments of commands."""

import pytest

from support.stored_runs import made
from tuimon.cli.main import main


@pytest.mark.parametrize("command", ["logs", "stop", "sync", "attach", "view", "show", "export"])
def test_runs_are_offered(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made("resnet")
    made("hostile\x1b[31m")
    monkeypatch.setenv("_TUIMON_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_CWORD", "2")
    takes_directories = command in ("attach", "view", "show", "export")
    for begun, found in (("resn", "resnet"), (run.id[:-2], run.id), ("host", None)):
        monkeypatch.setenv("COMP_WORDS", f"tuimon {command} {begun}")
        main([])
        expected = [f"dir,{begun}"] if takes_directories else []
        if found is not None:
            expected.append(f"plain,{found}")
        assert capsys.readouterr().out.split() == expected
