"""The doctor's report."""

import json
import sys
from pathlib import Path

import pytest

from support.wandb_server import ENTITY, KEY, Behaviour, wandb_server
from tuimon.cli import doctor
from tuimon.cli import doctor as checks
from tuimon.cli.main import main


def report(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    return code, {finding["what"]: finding for finding in findings}


def test_everything_is_looked_at_and_bad_news_say_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, found = report(capsys)
    assert {"terminal", "locale", "colours", "GPU", "W&B", "W&B login", "logout", "state"} <= set(
        found
    )
    assert found["W&B login"]["do"] == "tuimon login"
    assert code == int(any(finding["verdict"] == "bad" for finding in found.values()))


def test_a_finding_is_a_line_and_only_bad_ones_are_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warning = checks.Finding("disk", "warn", "\x1b[2J full", "make room")
    monkeypatch.setattr(doctor, "CHECKS", (lambda: iter([warning]),))
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out == "note disk       ␛[2J full  -> make room\n"
    bad = checks.Finding("GPU", "bad", "none")
    monkeypatch.setattr(doctor, "CHECKS", (lambda: iter([warning]), lambda: iter([bad])))
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.splitlines()[1] == "BAD  GPU        none"


@pytest.mark.parametrize(
    ("behaviour", "what", "verdict", "says"),
    [
        ("ok", "W&B login", "ok", f"as {ENTITY}"),
        ("refuse", "W&B login", "bad", "the W&B key is refused (401): run `tuimon login`"),
        ("fail", "W&B server", "bad", "W&B is out of order (500)"),
    ],
)
def test_login_and_server(
    monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, what: str, verdict: str, says: str
) -> None:
    with wandb_server() as server:
        server.behaviour = behaviour
        monkeypatch.setenv("WANDB_BASE_URL", server.url)
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        found = {finding.what: finding for finding in checks.wandb()}
    assert (found[what].verdict, found[what].says) == (verdict, says)


def test_a_server_that_nobody_listens_at_is_not_a_matter_of_logging_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    (found,) = (finding for finding in checks.wandb() if finding.verdict == "bad")
    assert found.what == "W&B server"
    assert found.says == "no answer from http://127.0.0.1:9 (Connection refused)"


def test_a_setting_that_wandb_cannot_take_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "nonsense")
    says = [finding.says for finding in checks.wandb()]
    assert "base_url: Input should be a valid URL, relative URL without a base" in says


def test_a_broken_wandb_is_bad_news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wandb.py").write_text("raise ImportError('no such thing')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (finding,) = checks.wandb()
    assert (finding.verdict, finding.says) == ("bad", "no such thing")
    assert sys.executable in finding.do


def test_a_state_directory_that_takes_nothing_is_bad_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("TUIMON_HOME", str(file / "below"))
    (finding,) = checks.disk()
    assert (finding.verdict, finding.do) == ("bad", "set TUIMON_HOME")


def test_a_state_directory_that_others_may_write_to_is_told(home: Path) -> None:
    assert [finding.verdict for finding in checks.disk()] == ["ok"]
    home.chmod(0o770)
    warning, _ = checks.disk()
    assert (warning.verdict, warning.do) == ("warn", f"chmod 700 {home}")


@pytest.mark.parametrize(
    ("kills", "lingers", "verdict"),
    [
        ("b false", "no", "ok"),
        ("b true", "yes", "ok"),
        ("b true", "no", "bad"),
        (None, None, "warn"),
    ],
)
def test_logind(
    monkeypatch: pytest.MonkeyPatch, kills: str | None, lingers: str | None, verdict: str
) -> None:
    answers = {"busctl": kills, "loginctl": lingers}
    monkeypatch.setattr(checks, "_ask", lambda command, *_: answers[command])
    monkeypatch.setattr(Path, "is_dir", lambda _self: True)
    (finding,) = checks.logout()
    assert finding.verdict == verdict
