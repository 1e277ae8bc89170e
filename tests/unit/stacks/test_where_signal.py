"""Real Pythons with the hook are asked where they are, and nobody else is touched."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuimon.hook import WHERE_SIGNAL, hooked
from tuimon.stacks.python_process import PythonProcess, ask_where, training_pids
from tuimon.stacks.where_signal import STOPPED, where_file

NUMBER = signal.SIGRTMIN + WHERE_SIGNAL
END = "\nos.write(1, b'ready\\n'); sys.stdin.read()\n"
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(code: str, *, ready: int = 1, **variables: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", f"import os, signal, sys\n{code}{END}"],
            env=hooked({**os.environ, **variables}, tmp_path / "writers"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        for _ in range(ready):
            assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def asked(process: "subprocess.Popen[str]", *more: int) -> PythonProcess:
    (found,) = ask_where([process.pid, *more])
    return found


def test_a_python_tells_its_line_each_time_and_its_rank(start: Start):
    process = start("", RANK="1", WORLD_SIZE="2")
    for _ in range(3):
        found = asked(process)
        assert found.main.place == "<module> (<string>:3)"
        assert found.rank is not None
        assert found.rank.number == 1
    # What it wrote is gone from memory.
    file = where_file(process.pid)
    assert file is not None
    assert file.path.stat().st_blocks == 0
    assert process.poll() is None


def test_forks_that_share_a_file_are_told_apart(start: Start, tmp_path: Path):
    code = "def wait():\n  os.write(1, b'ready\\n'); signal.pause()\nos.fork() or wait()"
    process = start(code, ready=2)
    pids = training_pids(tmp_path / "writers", [process.pid])
    assert len(pids) == 2
    assert {one.main.place for one in ask_where(pids)} == {
        "<module> (<string>:5)",
        "wait (<string>:3)",
    }


def test_a_script_that_uses_the_signal_keeps_it(start: Start):
    code = f"signal.signal({NUMBER}, lambda *_: print('mine', flush=True))"
    process = start(code)
    assert where_file(process.pid) is None
    os.kill(process.pid, NUMBER)
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"


def test_a_script_may_have_had_its_file_closed(start: Start):
    """And the number may be that of another file by then: nothing is written to it."""
    code = "os.closerange(3, 99)\nfile = os.open(os.devnull, os.O_RDWR)"
    code += f"\nsignal.signal({NUMBER}, signal.SIG_IGN)\nos.fstat(file)"
    assert where_file(start(code).pid) is None


def test_a_handler_of_before_is_kept(tmp_path: Path):
    code = f"import signal; print(signal.getsignal({NUMBER}) is signal.SIG_IGN)"
    done = subprocess.run(
        ["sh", "-c", 'trap "" "$0"; exec "$@"', str(NUMBER), sys.executable, "-c", code],
        env=hooked(os.environ, tmp_path / "writers"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True\n"


def test_who_is_stopped_is_told_and_not_asked(start: Start):
    process = start("")
    os.kill(process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    assert asked(process).silence == STOPPED
    status = Path(f"/proc/{process.pid}/status").read_text()
    assert f"ShdPnd:\t{0:016x}\n" in status


def test_one_whose_handler_is_gone_is_not_killed(start: Start):
    process = start(f"import faulthandler\nfaulthandler.unregister({NUMBER})")
    assert asked(process).threads == ()
    assert process.poll() is None


def test_processes_without_the_hook_are_left_alone(monkeypatch: pytest.MonkeyPatch):
    with subprocess.Popen(["sleep", "60"]) as process:
        monkeypatch.setenv("PATH", "/nonexistent")
        assert ask_where([process.pid, 2**22 + 1]) == []
        process.kill()
