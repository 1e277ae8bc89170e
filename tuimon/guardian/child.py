"""Starting the training on a pseudo-terminal of its own, and reading how it ended."""

import errno
import os
import sys
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import (
    SIG_DFL,
    SIG_SETMASK,
    SIGKILL,
    SIGSTOP,
    pthread_sigmask,
    signal,
    valid_signals,
)
from typing import NamedTuple, NoReturn

from tuimon.guardian.descendants import COMPANION_VARIABLE, become_subreaper
from tuimon.guardian.leader import lead
from tuimon.runs.process import signal_name
from tuimon.runs.record import RunState

NOT_FOUND = 127
NOT_EXECUTABLE = 126
"""Exit codes of a command that could not be started, as in a shell (POSIX sh, 2.8.2)."""

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Of ru_maxrss (getrusage(2)), in bytes."""


class SpawnError(Exception):
    """The training could not be started; the message is one sentence."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Child(NamedTuple):
    """A process in the foreground of a session with a PTY as its controlling terminal.

    The guardian keeps the slave open as long as the child lives: a script that closes its
    output and opens ``/dev/tty`` later would otherwise look like one that has ended.
    """

    pid: int
    master: int
    slave: int
    leader: int
    """PID of the process that leads the session (see `tuimon.guardian.leader`)."""
    witness: int
    """Where that one tells the signals that were sent to the whole job, a byte each."""

    def group(self) -> int:
        """The process group that a Ctrl-C on the terminal would reach; of a daemon, its own."""
        with suppress(OSError):
            if os.getsid(self.pid) != self.leader:
                return os.getpgid(self.pid)
        with suppress(OSError):
            return os.tcgetpgrp(self.master) or self.pid
        return self.pid


class Outcome(NamedTuple):
    """How the child ended: exactly one of `exit_code` and `signal` is set."""

    exit_code: int | None
    signal: int | None
    peak: int | None = None
    """The most memory (RSS, bytes) that it or a process it waited for has had."""

    @classmethod
    def from_wait_status(cls, status: int, peak: int | None = None) -> "Outcome":
        """Decode a status of wait(2)."""
        code = os.waitstatus_to_exitcode(status)
        return cls(code, None, peak) if code >= 0 else cls(None, -code, peak)

    @classmethod
    def reaped(cls) -> "list[tuple[int, Outcome]]":
        """PID and outcome of each child that has ended since the last look."""
        found = []
        with suppress(ChildProcessError):
            while (ended := os.wait4(-1, os.WNOHANG))[0]:
                pid, status, usage = ended
                found.append((pid, cls.from_wait_status(status, usage.ru_maxrss * _RSS_UNIT)))
        return found

    @property
    def exit_status(self) -> int:
        """The exit code, or the signal as a negative number."""
        return -self.signal if self.signal is not None else self.exit_code or 0

    @property
    def state(self) -> RunState:
        """FINISHED, FAILED or KILLED, as far as the process itself tells."""
        if self.signal is not None:
            return RunState.KILLED
        return RunState.FAILED if self.exit_code else RunState.FINISHED

    def describe(self) -> str:
        """``exit code 1`` or ``killed by SIGSEGV``."""
        if self.signal is None:
            return f"exit code {self.exit_code}"
        return f"killed by {signal_name(self.signal)}"


def inherited_environment() -> dict[str, str]:
    """The environment that this process was given: where the locale is C, Python adds one of its
    own to it (PEP 538)."""
    result = dict(os.environ)
    with suppress(OSError):
        given = b"\0" + Path("/proc/self/environ").read_bytes()
        if b"\0LC_CTYPE=" not in given:
            result.pop("LC_CTYPE", None)
    return result


def training_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The launching shell's environment, fit for a PTY; only what is missing is added."""
    result = dict(environment)
    result.pop(COMPANION_VARIABLE, None)
    if result.get("TERM", "dumb") in ("", "dumb"):
        result["TERM"] = "xterm-256color"
    return result


def spawn_on_pty(
    command: Sequence[str],
    *,
    cwd: str,
    environment: Mapping[str, str],
    umask: int,
    rows: int,
    cols: int,
    keyboard: bool = True,
) -> Child:
    """Start `command` in a session with a new PTY of that size; this process adopts it.

    Its standard input is the PTY, or, without `keyboard`, that of this process. Leaves the
    guardian in `cwd`; its umask stays as it was.

    Raises:
        SpawnError: the directory, the terminal or the program is not to be had.
    """
    become_subreaper()
    try:
        os.chdir(cwd)
    except OSError as error:
        raise SpawnError(f"cannot enter {cwd!r}: {error.strerror}", NOT_EXECUTABLE) from error
    try:
        master, slave = os.openpty()
        termios.tcsetwinsize(slave, (rows, cols))
        terminal = os.ttyname(slave)
    except (OSError, termios.error) as error:
        raise SpawnError(f"no pseudo-terminal: {error}", NOT_EXECUTABLE) from error
    reader, writer = os.pipe()
    witness, telling = os.pipe()
    for end in (witness, telling):
        os.set_blocking(end, False)
    try:
        leader = os.fork()
    except OSError as error:
        _close(master, slave, reader, writer, witness, telling)
        raise SpawnError(f"no process: {error.strerror}", NOT_EXECUTABLE) from error
    if leader == 0:
        lead(
            terminal,
            telling,
            lambda: _execute(command, environment, umask, writer),
            keyboard=keyboard,
        )
    _close(writer, telling)
    pid, failure = _answer_of(reader)
    if failure is None and pid is not None:
        return Child(pid, master, slave, leader, witness)
    with suppress(ProcessLookupError):
        os.kill(leader, SIGKILL)
    _close(master, slave, witness)
    number, _, reason = (failure or "0 its first process was killed").partition(" ")
    raise SpawnError(
        f"exec failed: {reason}: {command[0]}",
        NOT_FOUND if int(number) == errno.ENOENT else NOT_EXECUTABLE,
    )


def _execute(
    command: Sequence[str], environment: Mapping[str, str], umask: int, answer: int
) -> NoReturn:
    """Become the training; `answer` is told the PID, and after it why it is none."""
    os.write(answer, b"%d\n" % os.getpid())
    try:
        os.umask(umask)
        # Ignored signals survive exec: a training that inherits the guardian's ignored SIGINT
        # would never see KeyboardInterrupt.
        for number in valid_signals() - {SIGKILL, SIGSTOP}:
            signal(number, SIG_DFL)
        pthread_sigmask(SIG_SETMASK, ())
        os.execvpe(command[0], list(command), dict(environment))
    except (OSError, ValueError) as error:
        code, reason = 0, str(error).removeprefix("execve: ")
        if isinstance(error, OSError):
            code, reason = error.errno or 0, error.strerror or reason
        os.write(answer, f"{code} {reason}".encode(errors="replace"))
    finally:
        os._exit(NOT_EXECUTABLE)


def _answer_of(reader: int) -> tuple[int | None, str | None]:
    """What `_execute` tells: the PID, and why there is no training, once it is known."""
    answer = b""
    while data := os.read(reader, 4096):
        answer += data
    os.close(reader)
    pid, _, failure = answer.decode(errors="replace").partition("\n")
    return int(pid) if pid else None, failure or None


def _close(*files: int) -> None:
    for file in files:
        os.close(file)
