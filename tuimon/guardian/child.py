"""Starting the training on a pseudo-terminal of its own, and reading how it ended."""

import errno
import os
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGSTOP, Signals, valid_signals
from typing import NamedTuple

from tuimon.guardian.descendants import COMPANION_VARIABLE
from tuimon.runs.record import RunState

NOT_FOUND = 127
NOT_EXECUTABLE = 126
"""Exit codes of a command that could not be started, as in a shell (POSIX sh, 2.8.2)."""


class SpawnError(Exception):
    """The training could not be started; the message is one sentence."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Child(NamedTuple):
    """A process that leads its own session, with a PTY as its controlling terminal.

    The guardian keeps the slave open as long as the child lives: a script that closes its
    output and opens ``/dev/tty`` later would otherwise look like one that has ended.
    """

    pid: int
    master: int
    slave: int

    def foreground_group(self) -> int:
        """The process group that a Ctrl-C on the terminal would reach."""
        try:
            return os.tcgetpgrp(self.master) or self.pid
        except OSError:
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


def signal_name(number: int) -> str:
    """``SIGKILL`` for 9; ``signal 40`` for one without a name."""
    try:
        return Signals(number).name
    except ValueError:
        return f"signal {number}"


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
    result.setdefault("PYTHONUNBUFFERED", "1")
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
    """Start `command` in its own session with a new PTY of that size.

    Its standard input is the PTY, or, without `keyboard`, that of this process. Leaves the
    guardian in `cwd`; its umask stays as it was.

    Raises:
        SpawnError: the directory, the terminal or the program is not to be had.
    """
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
    own_umask = os.umask(umask)
    try:
        pid = os.posix_spawnp(
            command[0],
            list(command),
            environment,
            # The leader of a new session that opens a terminal gets it as controlling terminal.
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, terminal, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 1, 2),
                *([(os.POSIX_SPAWN_DUP2, 1, 0)] if keyboard else []),
            ],
            setsid=True,
            # Ignored signals survive exec: a training that inherits the guardian's ignored
            # SIGINT would never see KeyboardInterrupt.
            setsigdef=valid_signals() - {SIGKILL, SIGSTOP},
            setsigmask=(),
        )
    except (OSError, ValueError) as error:
        os.close(master)
        os.close(slave)
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        missing = isinstance(error, OSError) and error.errno == errno.ENOENT
        raise SpawnError(
            f"exec failed: {reason}: {command[0]}", NOT_FOUND if missing else NOT_EXECUTABLE
        ) from error
    finally:
        os.umask(own_umask)
    return Child(pid, master, slave)
