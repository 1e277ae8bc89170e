"""`tuimon login`: what is checked before wandb takes over."""

import os
import sys

import pytest

from tuimon.cli.main import main


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that took the place of this process."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _path, command: commands.append(command))
    return commands


@pytest.mark.parametrize("given", [["--host", "nonsense"], ["--host=wandb.example.org", "KEY"]])
def test_a_host_that_is_no_url_is_refused(
    given: list[str], handed_over: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["login", *given]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "expected a URL like https://" in line
    assert not handed_over


@pytest.mark.parametrize("given", [[], ["KEY"], ["--host", "https://w.example.org", "--relogin"]])
def test_what_else_there_is_wandb_gets(given: list[str], handed_over: list[list[str]]) -> None:
    main(["login", *given])
    assert handed_over == [[sys.executable, "-m", "wandb", "login", *given]]
