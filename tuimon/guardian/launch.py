"""Starting a guardian: a detached process that tells through a pipe when the training runs."""

import fcntl
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tuimon.guardian.child import inherited_environment
from tuimon.guardian.descendants import COMPANION_VARIABLE
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecordError, RunRecord, RunState, read_record, write_record

READY_FD = 3
"""Where the guardian finds the writing end of the readiness pipe."""

_TIMEOUT = 30.0

# Isolated (-I) and without site (-S), so that nothing in the user's environment can break or slow
# it; tuimon's own directory comes last, so that no neighbour of it shadows the standard library.
_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from tuimon.guardian.guardian import main; main(sys.argv[2])"
)


class LaunchError(Exception):
    """The training could not be started; the message is one line."""


def start_guardian(paths: RunPaths, prefix: Sequence[str] = ()) -> None:
    """Start the guardian of a run whose ``run.json`` is written; returns once it executes.

    The training gets this process's working directory (as recorded), umask and environment.
    `prefix` is a command that executes the one after it, such as ``systemd-run --scope``; where
    it fails to, the guardian is started without it. Standard input is passed on if the record
    says so.

    Raises:
        LaunchError: guardian or training could not be started; run.json says so, too.
    """
    try:
        record = read_record(RunRecord, paths.run_json)
        passing = record is not None and record.given_input
        answer = _start(paths, prefix, passing)
        if not answer and prefix:
            answer = _start(paths, (), passing)
    except RecordError as error:
        answer = f"ERR {error}"
    except OSError as error:
        answer = f"ERR the guardian could not be started: {error.strerror or error}"
    if answer == "OK":
        return
    cause = answer.removeprefix("ERR ") or f"the guardian ended early; see {paths.log}"
    with suppress(OSError, RecordError):
        record = read_record(RunRecord, paths.run_json)
        if record is not None and record.state is RunState.STARTING:
            failed = record._replace(state=RunState.FAILED, cause=cause, ended_at=time.time())
            write_record(paths.run_json, failed)
    raise LaunchError(cause)


def _start(paths: RunPaths, prefix: Sequence[str], passing_input: bool) -> str:
    """Start the process and return its answer: ``OK``, ``ERR …`` or nothing."""
    boot = [sys.executable, "-I", "-S", "-c", _BOOT]
    command = [*prefix, *boot, str(Path(__file__).parents[2]), str(paths.directory)]
    reader, pipe_end = os.pipe()
    try:
        # Well above the descriptors that the guardian's file actions fill, one after the other.
        writer = fcntl.fcntl(pipe_end, fcntl.F_DUPFD_CLOEXEC, 10)
        os.close(pipe_end)
        try:
            pid = os.posix_spawn(
                command[0],
                command,
                inherited_environment() | {COMPANION_VARIABLE: "1"},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, 0, 0)
                    if passing_input
                    else (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (
                        os.POSIX_SPAWN_OPEN,
                        1,
                        paths.log,
                        os.O_WRONLY | os.O_CREAT | os.O_APPEND,
                        0o600,
                    ),
                    (os.POSIX_SPAWN_DUP2, 1, 2),
                    (os.POSIX_SPAWN_DUP2, writer, READY_FD),
                ],
                setsid=True,
                setsigmask=(),
            )
        finally:
            os.close(writer)
        answer = b""
        deadline = time.monotonic() + _TIMEOUT
        while select.select([reader], [], [], max(0.0, deadline - time.monotonic()))[0]:
            data = os.read(reader, 4096)
            if not data:
                return answer.decode(errors="replace")
            answer += data
    finally:
        os.close(reader)
    os.kill(pid, signal.SIGKILL)
    return f"ERR the guardian gave no sign within {_TIMEOUT:.0f} s"
