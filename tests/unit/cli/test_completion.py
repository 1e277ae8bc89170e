"""What a shell offers for the arguments of commands."""

import os
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("run demo/tr", "file,demo/tr"),
        ("run train.py --config x", "file,x"),
        ("mirror ru", "dir,ru"),
        ("export runs -o x", "file,x"),
        ("show --kind me", "plain,mesh"),
        ("run --wandb-resume resn", "plain,resnet"),
        ("config --theme mi", "plain,mine"),
        ("completion z", "plain,zsh"),
        ("comp", "plain,completion"),
        ("runs/ex", "dir,runs/ex"),
    ],
)
def test_files_and_names_are_offered(
    line: str,
    offered: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made("resnet")
    monkeypatch.setenv("TUIMON_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "mine.toml").touch()
    monkeypatch.setenv("_TUIMON_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"tuimon {line}")
    monkeypatch.setenv("COMP_CWORD", str(len(line.split())))
    main([])
    assert capsys.readouterr().out.split() == [offered]


def test_a_shell_completes_by_the_script_that_is_printed(tmp_path: Path) -> None:
    """As bash does it: the function of the script fills COMPREPLY."""
    tuimon = Path(sys.executable).parent / "tuimon"
    script = subprocess.check_output([tuimon, "completion", "bash"], text=True)
    asks = "COMP_WORDS=(tuimon comp) COMP_CWORD=1; _tuimon_completion tuimon; echo ${COMPREPLY[@]}"
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{asks}"],
        env={**os.environ, "PATH": f"{tuimon.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["completion"]
