"""How ssh is called, by a stand-in that tells its arguments; the real one is in tests/e2e."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tuimon.places.remote_place import PlaceError, RemotePlace, place_of
from tuimon.places.ssh_login import login, sftp_command

SshStandIn = Callable[[str], Path]


def place(text: str = "me@box:runs") -> RemotePlace:
    found = place_of(text)
    assert found is not None
    return found


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SshStandIn:
    """Makes an ssh that appends its arguments to a file, and then does what it is told to."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    def make(script: str) -> Path:
        called = tmp_path / "called"
        program = tmp_path / "ssh"
        program.write_text(f'#!/bin/sh\necho "$@" >> {called}\n{script}\n')
        program.chmod(0o755)
        return called

    return make


def test_a_connection_is_left_open_for_those_that_ask_nothing(ssh: SshStandIn, tmp_path: Path):
    called = ssh("exit 0")
    login(place("sftp://me@box:23/x"))
    asking = called.read_text().splitlines()[-1]
    socket = f"-o ControlPath={tmp_path}/tuimon/"
    assert socket in asking
    assert "-o ControlMaster=auto -o ControlPersist=600" in asking
    assert asking.endswith(" -p 23 -s -- me@box sftp")
    shared = sftp_command(place("sftp://me@box:23/x"), shared=True)
    assert f"ControlPath={tmp_path}/tuimon/" in " ".join(shared)
    assert "BatchMode=yes" in shared
    assert "ControlMaster=no" in shared
    assert "ControlPath=none" in sftp_command(place(), shared=False)
    assert (tmp_path / "tuimon").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("settings", "check", "own"),
    [
        ("controlmaster auto\ncontrolpersist 60", 1, True),
        ("controlmaster false\ncontrolpersist no", 0, True),
        ("controlmaster false\ncontrolpersist no", 1, False),
        ("controlmaster auto\ncontrolpersist no", 1, False),
    ],
)
def test_the_users_own_way_of_sharing_connections_wins(
    ssh: SshStandIn, settings: str, check: int, own: bool
):
    ssh(f'case "$*" in *-G*) echo "controlpath /x\n{settings}";; *-O*) exit {check};; esac')
    command = sftp_command(place(), shared=True)
    assert own != any(word.startswith("ControlPath=") for word in command)


def test_a_master_that_keeps_the_pipe_open_is_not_waited_for(ssh: SshStandIn):
    ssh('case "$*" in *-G*) ;; *) sleep 30 & ;; esac; exit 0')
    login(place())


def test_a_banner_is_shown_and_a_refusal_told_once(
    ssh: SshStandIn, capfd: pytest.CaptureFixture[str]
):
    ask = 'case "$*" in *-G*) exit;; esac; printf '
    ssh(rf'{ask} "to log in:\n\033[31msee x\n" >&2; sleep 0.5')
    login(place())
    assert capfd.readouterr().err == "to log in:\n␛[31msee x\n"
    ssh(rf'{ask} "a banner\nPermission denied (x).\n" >&2; exit 255')
    with pytest.raises(PlaceError, match=r"^box: Permission denied \(x\): ssh me@box must work"):
        login(place())
    assert capfd.readouterr().err == "a banner\n"


def test_a_directory_of_somebody_else_holds_no_sockets(ssh: SshStandIn, tmp_path: Path):
    ssh("exit 0")
    (tmp_path / "tuimon").mkdir(mode=0o777)
    (tmp_path / "tuimon").chmod(0o777)
    with pytest.raises(PlaceError, match="not a directory of yours alone"):
        login(place())


def test_without_ssh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlaceError, match="install openssh-client"):
        login(place())
