"""What would end a detached training, with the system's answers in its place."""

import os
from pathlib import Path

import pytest

from tuimon.cli.shared import surroundings
from tuimon.cli.shared.surroundings import LaunchContext, look_around

SESSION = "0::/user.slice/user-1000.slice/session-4.scope\n"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host where an SSH session has been opened; `busctl` says that logout kills."""
    monkeypatch.setattr(surroundings, "_CGROUP", tmp_path / "cgroup")
    monkeypatch.setattr(surroundings, "_LINGER", tmp_path / "linger")
    monkeypatch.setattr(surroundings, "_is_of_main_process", lambda: False)
    monkeypatch.setattr("getpass.getuser", lambda: "anna")
    (tmp_path / "cgroup").write_text(SESSION)
    (tmp_path / "linger").mkdir()
    (tmp_path / "run/systemd").mkdir(parents=True)
    (tmp_path / "run/systemd/private").touch()
    (tmp_path / "bin").mkdir()
    program(tmp_path, "busctl", "echo b true")
    program(tmp_path, "systemd-run", "true")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return tmp_path


def program(system: Path, name: str, text: str) -> None:
    path = system / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def environment(system: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": f"{system}/run"}


def test_scope_and_the_cure_where_logout_kills(system: Path):
    around = look_around("id", environment(system))
    assert around.prefix == (
        f"{system}/bin/systemd-run", "--user", "--scope", "--quiet", "--collect",
        "--unit=tuimon-id", "--",
    )  # fmt: skip
    assert len(around.warnings) == 1
    assert around.warnings[0].endswith("loginctl enable-linger")


def test_nothing_to_be_told_to_those_who_linger(system: Path):
    (system / "linger/anna").touch()
    around = look_around("id", environment(system))
    assert around.prefix
    assert around.warnings == ()


def test_no_manager_of_the_user(system: Path):
    around = look_around("id", {"PATH": os.environ["PATH"]})
    assert around.prefix == ()
    assert "ask its administrator" in around.warnings[0]


@pytest.mark.parametrize("answer", ["echo b false", "exit 1", "exec sleep 60"])
def test_logout_that_does_not_kill(system: Path, answer: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(surroundings, "_SECONDS", 0.2)
    program(system, "busctl", answer)
    assert look_around("id", environment(system)) == LaunchContext()


@pytest.mark.parametrize(
    "group",
    [
        "0::/system.slice/ssh.service\n",
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope\n",
    ],
)
def test_no_login_session(system: Path, group: str):
    (system / "cgroup").write_text(group)
    assert look_around("id", environment(system)) == LaunchContext()


def test_slurm_suggests_the_foreground(system: Path):
    around = look_around("id", {**environment(system), "SLURM_JOB_ID": "17"})
    assert around.prefix == ()
    assert around.warnings[0].startswith(
        "Slurm ends the training when job 17 ends: use `tuimon run --f"
    )


def test_main_process_of_a_container(system: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(surroundings, "_is_of_main_process", lambda: True)
    around = look_around("id", environment(system))
    assert around.prefix == ()
    assert "--foreground" in around.warnings[0]
