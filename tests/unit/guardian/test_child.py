"""Starting a program on a PTY, and saying how it ended."""

import os
import signal
from pathlib import Path

import pytest

from tuimon.guardian.child import Child, Outcome, SpawnError, spawn_on_pty, training_environment
from tuimon.runs.record import RunState


def spawn(*command: str, cwd: Path | str = "/", **environment: str) -> Child:
    here = os.open(".", os.O_RDONLY)
    try:
        return spawn_on_pty(
            command,
            cwd=str(cwd),
            environment=os.environ | environment,
            umask=0o027,
            rows=30,
            cols=100,
        )
    finally:
        os.fchdir(here)
        os.close(here)


def output_of(child: Child) -> str:
    os.waitpid(child.pid, 0)
    os.close(child.slave)
    output = b""
    try:
        while data := os.read(child.master, 65536):
            output += data
    except OSError:
        pass
    os.close(child.master)
    return output.decode()


def shell(script: str, cwd: Path | str = "/", **environment: str) -> str:
    return output_of(spawn("sh", "-c", script, cwd=cwd, **environment)).replace("\r\n", "\n")


def test_terminal_has_the_size_asked_for():
    assert shell("stty size") == "30 100\n"


def test_pty_is_the_controlling_terminal_of_a_session_that_another_leads():
    # Its end shall not be the end of the terminal for what it leaves behind.
    # Field 8 of /proc/PID/stat is the terminal's foreground group, 6 the session, 5 the group.
    pid, group, session, foreground = (
        shell("tty >&2; echo ok > /dev/tty; set -- $(cat /proc/$$/stat); echo $1 $5 $6 $8")
        .split("\n")[2]
        .split()
    )
    assert pid == group == foreground
    assert session not in (pid, str(os.getsid(0)))


def test_directory_umask_and_environment_are_the_launchers(tmp_path: Path):
    (tmp_path / "private").mkdir()
    assert shell("pwd; umask; echo $X", cwd=tmp_path, X="1 2") == f"{tmp_path}\n0027\n1 2\n"


def test_own_umask_is_not_changed():
    before = os.umask(0o077)
    try:
        output_of(spawn("true"))
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(before)


def test_ignored_signals_are_reset():
    numbers = signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTERM
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        ignored = shell("grep SigIgn /proc/$$/status")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    # A bit each; beyond the first 31 are the real-time signals and glibc's own.
    assert int(ignored.split()[1], 16) & 0x7FFFFFFF == 0


@pytest.mark.parametrize(
    ("name", "message", "code"),
    [
        ("absent", "exec failed: No such file or directory: absent", 127),
        ("./absent", "exec failed: No such file or directory: ./absent", 127),
        ("./plain.py", "exec failed: Permission denied: ./plain.py", 126),
        (".", "exec failed: Permission denied: .", 126),
        ("./garbage", "exec failed: Exec format error: ./garbage", 126),
    ],
)
def test_what_cannot_be_executed(tmp_path: Path, name: str, message: str, code: int):
    (tmp_path / "plain.py").write_text("print()")
    (tmp_path / "garbage").write_bytes(b"\x01\x02\x03")
    (tmp_path / "garbage").chmod(0o755)
    files = len(os.listdir("/dev/fd"))  # noqa: PTH208
    with pytest.raises(SpawnError) as caught:
        spawn(name, cwd=tmp_path)
    assert (str(caught.value), caught.value.exit_code) == (message, code)
    assert len(os.listdir("/dev/fd")) == files  # noqa: PTH208


def test_a_name_that_no_program_can_have(tmp_path: Path):
    with pytest.raises(SpawnError, match="exec failed: embedded null") as caught:
        spawn("nul\0", cwd=tmp_path)
    assert caught.value.exit_code == 126


def test_directory_that_is_gone(tmp_path: Path):
    with pytest.raises(SpawnError, match=f"cannot enter '{tmp_path}/gone': No such file"):
        spawn("true", cwd=tmp_path / "gone")


@pytest.mark.parametrize(
    ("status", "state", "sentence"),
    [
        (0, RunState.FINISHED, "exit code 0"),
        (1 << 8, RunState.FAILED, "exit code 1"),
        (9, RunState.KILLED, "killed by SIGKILL"),
        (11 | 128, RunState.KILLED, "killed by SIGSEGV"),
        (40, RunState.KILLED, "killed by signal 40"),
    ],
)
def test_outcomes(status: int, state: RunState, sentence: str):
    outcome = Outcome.from_wait_status(status)
    assert outcome.state is state
    assert outcome.describe() == sentence


def test_environment_only_gains_what_is_missing():
    assert training_environment({}) == {"TERM": "xterm-256color"}
    assert training_environment({"TERM": "dumb"})["TERM"] == "xterm-256color"
    own = {"TERM": "screen", "X": "1"}
    assert training_environment(own) == own
