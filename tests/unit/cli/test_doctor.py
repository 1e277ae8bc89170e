"""The doctor's report."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.gpu_driver import build_driver
from support.wandb_server import ENTITY, KEY, Behaviour, wandb_server
from tuimon.cli import doctor
from tuimon.cli import doctor as checks
from tuimon.cli.doctor import Finding
from tuimon.cli.main import main
from tuimon.cli.shared import surroundings
from tuimon.mirror.wandb_client import about_version


def report(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    return code, {finding["what"]: finding for finding in findings}


def test_everything_is_looked_at_and_bad_news_say_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, found = report(capsys)
    assert {
        "terminal",
        "locale",
        "colours",
        "training",
        "GPU",
        "W&B",
        "W&B login",
        "logout",
        "state",
    } <= set(found)
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
    by_pydantic = "base_url: Input should be a valid URL, relative URL without a base"
    assert by_pydantic in says or "Invalid URL: nonsense" in says  # the latter before wandb 0.19


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
    ("answer", "lingers", "verdict"),
    [
        ("echo b false", False, "ok"),
        ("echo b true", True, "ok"),
        ("echo b true", False, "bad"),
        ("exit 1", False, "warn"),
    ],
)
def test_logind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, lingers: bool, verdict: str
) -> None:
    program = tmp_path / "busctl"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    if lingers:
        (tmp_path / "anna").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(surroundings, "_LINGER", tmp_path)
    monkeypatch.setattr("getpass.getuser", lambda: "anna")
    monkeypatch.setattr(checks, "_SYSTEMD", tmp_path)
    (finding,) = checks.logout()
    assert finding.verdict == verdict


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.parametrize(
    ("devices", "verdict", "says"),
    [
        ("2", "ok", "2 by NVML"),
        ("3", "warn", "1 of 3 by NVML cannot be reached"),
        ("0", "warn", "0 by NVML"),
        ("-1", "bad", "the NVIDIA driver does not answer: Driver Not Loaded"),
    ],
)
def test_gpus_are_those_that_will_be_measured(
    tmp_path: Path, devices: str, verdict: str, says: str
) -> None:
    build_driver(tmp_path)
    assert asked(tmp_path, DRIVER_COUNT=devices) == (verdict, says)


def test_the_trainings_python_is_the_one_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = tmp_path / "their env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    monkeypatch.setenv("PATH", f"{environment}/bin:/usr/bin:/bin")
    (finding,) = checks.training()
    version = sys.version.split()[0]
    assert finding.verdict == "warn"
    assert finding.says == (
        f"{environment}/bin/python, Python {version} of {environment}: no torch there"
    )
    packages = environment / "lib" / f"python{version.rpartition('.')[0]}" / "site-packages"
    (packages / "torch-2.1.0.dist-info").mkdir()
    (packages / "torch-2.1.0.dist-info/METADATA").write_text("Name: torch\nVersion: 2.1.0\n")
    (finding,) = checks.training()
    assert finding.verdict == "ok"
    assert finding.says.endswith(f" of {environment}: torch 2.1.0")


@pytest.mark.parametrize(
    ("script", "verdict", "says"),
    [
        (None, "warn", "no python on PATH: activate the training's environment first"),
        ("exit 3", "bad", "does not answer as a Python does"),
        ("echo 3.12", "bad", "does not answer as a Python does"),
    ],
)
def test_a_python_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, verdict: str, says: str
) -> None:
    if script:
        (tmp_path / "python").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "python").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (finding,) = checks.training()
    assert finding.verdict == verdict
    assert says in finding.says


@pytest.mark.parametrize(
    ("version", "console", "about"),
    [
        ("0.17.0", False, "wandb 0.17.0 is too old to take console output; all else is sent"),
        ("0.31.0", True, None),
        ("0.32.9.dev1", True, None),
        (
            "0.33.0rc1",
            True,
            "wandb 0.33.0rc1 is newer than what tuimon was tested with (0.32)",
        ),
        ("1.0", True, "wandb 1.0 is newer than what tuimon was tested with (0.32)"),
    ],
)
def test_an_old_or_new_wandb_is_told(
    monkeypatch: pytest.MonkeyPatch, version: str, console: bool, about: str | None
) -> None:
    monkeypatch.setattr("wandb.__version__", version)
    monkeypatch.setattr("tuimon.mirror.wandb_client.takes_console", lambda: console)
    assert about_version() == about


def test_no_driver_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"no library")
    says = "no NVIDIA library (libnvidia-ml.so.1): no GPU metrics"
    assert asked(tmp_path) == ("warn", says)


def asked(directory: Path, **variables: str) -> tuple[str, str]:
    """What is found with the driver library in a directory: that of a process stays loaded."""
    code = "import json; from tuimon.cli.doctor import gpu; print(json.dumps(list(gpu())))"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(directory), **variables}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True
    )
    ((what, verdict, says, _),) = json.loads(answer.stdout)
    assert what == "GPU"
    return verdict, says


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, Finding("doctor", "ok", "torch 2.6.0 · 2 GPUs · 9.0 GB free")),
        (
            {"gpu": Finding("GPU", "warn", "no NVIDIA library: no GPU metrics")},
            Finding("doctor", "ok", "torch 2.6.0 · no NVIDIA GPU · 9.0 GB free"),
        ),
        (
            {"training": Finding("training", "warn", "no torch", "activate")},
            Finding("training", "warn", "no torch → activate", "activate"),
        ),
        (
            {
                "training": Finding("training", "warn", "no torch"),
                "logout": Finding("logout", "bad", "ends trainings", "linger"),
            },
            Finding("logout", "bad", "ends trainings → linger", "linger"),
        ),
    ],
)
def test_home_is_told_the_worst_or_what_there_is(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Finding], told: Finding
):
    found = {
        "training": Finding("training", "ok", "/bin/python, Python 3.11 of /: torch 2.6.0"),
        "gpu": Finding("GPU", "ok", "2 by NVML"),
        "logout": Finding("logout", "ok", "trainings go on"),
        "disk": Finding("state", "ok", "/home, 9.0 GB free"),
    } | wrong
    looks = [lambda finding=finding: iter([finding]) for finding in found.values()]
    monkeypatch.setattr(doctor, "_AT_A_GLANCE", looks)
    assert doctor.brief() == told
