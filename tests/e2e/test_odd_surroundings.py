"""Every command in surroundings that lack something: it works, or says one clear line."""

import shlex
import subprocess

import pytest

from support.host import TUIMON, Host
from support.sampling import few

COMMANDS = {
    "--version": 0,
    "": 0,
    "help": 0,
    "run --foreground --mirror off -- echo hello": 0,
    "run --detach --mirror off -- echo hello": 0,
    "run --mirror off -- echo hello": 0,
    "run --detach -- echo hello": 0,
    "ls": 0,
    "logs": 2,
    "stop": 2,
    "pause": 2,
    "attach --plain": 2,
    "rm nothing": 2,
    "sync": 2,
    "show .": 2,
    "export .": 2,
    "mirror .": 2,
    "view . --plain": None,
    "config": 0,
    "config --check": None,
    "doctor": None,
}
"""And its exit code where nothing is missing; None: any."""

_SEPARATE = "unshare --user --map-user=54321 --map-group=54321"
SURROUNDINGS = {
    "no user, no home": f"{_SEPARATE} env -u HOME -u TUIMON_HOME -u TUIMON_CONFIG",
    "no user, but a state directory": f"{_SEPARATE} env -u HOME -u TUIMON_CONFIG",
    "a state directory in no home": f"{_SEPARATE} env -u HOME TUIMON_HOME=~/x TUIMON_CONFIG=~/y",
    "an empty home": "env -u TUIMON_HOME -u TUIMON_CONFIG XDG_STATE_HOME=x HOME=",
    "a home that is not there": "env -u TUIMON_HOME -u TUIMON_CONFIG HOME=/proc/nowhere",
    "a home that cannot be written": "env -u TUIMON_HOME -u TUIMON_CONFIG HOME=/proc",
    "a state directory that is a file": "env TUIMON_HOME=/etc/passwd",
    "no TERM": "env -u TERM -u LANG -u COLORTERM",
    "a terminal that nobody knows": "env TERM=nonsense",
    "PID 1": "unshare --user --map-root-user --pid --fork --mount-proc",
    "no environment at all": "env -i",
}
CLOSED = {"stdin": "<&-", "stdout": ">&-", "stderr": "2>&-", "all": "<&- >&- 2>&-"}


def outcome(host: Host, line: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", "-c", line],
        cwd=host.project,
        env=host.env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


def check(done: "subprocess.CompletedProcess[str]") -> None:
    told = done.stdout + done.stderr
    assert "Traceback" not in told, told
    assert "an error in tuimon itself" not in told
    assert "NoneType" not in told
    if done.returncode in (1, 2) and "BAD" not in done.stdout:
        assert len(done.stderr.splitlines()) <= 1, done.stderr
    assert done.returncode in (0, 1, 2), told


def available(surroundings: str) -> bool:
    words = shlex.split(surroundings)
    done = subprocess.run([*words, "env", "true"], capture_output=True, timeout=20)
    return done.returncode == 0


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_commands(host: Host, surroundings: str):
    prefix = SURROUNDINGS[surroundings]
    if not available(prefix):
        pytest.skip(f"not to be had here: {prefix}")
    for command in COMMANDS:
        # A run whose container is gone may live on for all that can be seen: it is followed.
        endless = command.startswith(("view", "attach"))
        limit = "timeout --foreground 4" if endless else ""
        done = outcome(host, f"{prefix} {limit} {TUIMON} {command}")
        if endless and done.returncode == 124:
            continue
        check(done)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("closed", CLOSED)
def test_commands_without_standard_files(host: Host, closed: str):
    for command, code in COMMANDS.items():
        if command.startswith("view"):
            continue
        done = outcome(host, f"{TUIMON} {command} {CLOSED[closed]}")
        check(done)
        if code == 0:
            assert done.returncode == 0, command


def test_a_user_without_a_home_trains(host: Host):
    prefix = SURROUNDINGS["no user, but a state directory"]
    if not available(prefix):
        pytest.skip("no user namespaces here")
    done = outcome(host, f"{prefix} {TUIMON} run --foreground --mirror off -- echo hello")
    assert (done.returncode, done.stdout) == (0, "hello\n")
    listed = outcome(host, f"{prefix} {TUIMON} ls")
    assert "echo" in listed.stdout
    assert "finished" in listed.stdout


def test_a_user_without_a_home_is_told_what_to_set(host: Host):
    prefix = SURROUNDINGS["no user, no home"]
    if not available(prefix):
        pytest.skip("no user namespaces here")
    done = outcome(host, f"{prefix} {TUIMON} run --foreground -- echo hello")
    assert done.returncode == 2
    assert done.stderr == (
        "tuimon: user 54321 has no home directory here: set TUIMON_HOME to a directory for the "
        "runs\n"
    )


@pytest.mark.parametrize("closed", few(reversed(CLOSED)))
def test_a_training_starts_without_standard_files(host: Host, closed: str):
    script = host.script("open('trained', 'w').write('yes'); print('printed')")
    line = f"{TUIMON} run --detach --mirror off {script} {CLOSED[closed]}"
    assert outcome(host, line).returncode == 0
    assert host.wait_for_end()["state"] == "finished"
    assert (host.project / "trained").read_text() == "yes"
    assert host.run("logs").stdout == "printed\n"


def test_pid_1_of_a_container(host: Host):
    prefix = SURROUNDINGS["PID 1"]
    if not available(prefix):
        pytest.skip("no namespaces here")
    script = host.script("import os; print(os.getppid() > 0); raise SystemExit(3)")
    done = outcome(host, f"exec {prefix} {TUIMON} run --foreground --mirror off {script}")
    assert (done.returncode, done.stdout) == (3, "True\n")
