"""A training that leaves its launcher: what a script has put into the background, or a daemon.

The guardian adopts it, as it adopts everything below itself. Not each process that is left behind
is a training: workers, services and the tools of a shell are none.
"""

import math
import os
from contextlib import suppress
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM

from tuimon.guardian.child import Child, Outcome
from tuimon.guardian.descendants import training_processes
from tuimon.runs.process import parent_pid

SETTLING = 2.0
"""Seconds after a launcher's end in which what it has left comes to execute its program."""

_LOOK_EVERY = 0.1
_CLEARED = frozenset({SIGTERM, SIGKILL, SIGINT, SIGHUP})

_NO_TRAININGS = {
    # shells, and what they put around a command
    *("sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "ash", "busybox", "tcsh", "csh", "env"),
    *("nohup", "setsid", "timeout", "nice", "ionice", "stdbuf", "script", "xargs", "sudo", "su"),
    # their tools
    *("sleep", "cat", "tee", "tail", "head", "grep", "sed", "awk", "gawk", "mawk", "sort", "tr"),
    *("watch", "rsync", "cp", "tar", "gzip", "git", "inotifywait"),
    # services, and what looks at a machine
    *("tensorboard", "wandb", "wandb-core", "wandb-symon", "jupyter", "jupyter-lab", "mlflow"),
    *("jupyter-notebook", "aim", "ray", "raylet", "gcs_server", "redis-server", "http", "ngrok"),
    *("code-server", "Xvfb", "nvidia-smi", "nvitop", "nvtop", "gpustat", "htop", "top", "dcgmi"),
    *("nvidia-cuda-mps-control", "nvidia-cuda-mps-server", "docker", "podman", "tmux", "screen"),
    *("ssh", "sshd", "ssh-agent", "gpg-agent", "dbus-daemon", "dbus-launch"),
}
_WORKERS = (b"from multiprocessing.", b"multiprocessing-fork", b"loky.backend", b"compile_worker")
"""In the command lines of processes that work for others and end with them."""


class Succession:
    """Who is the training now; times are monotonic seconds."""

    def __init__(self, child: Child) -> None:
        self._leader = child.leader
        self._command_line = command_line(child.pid)
        self._trainings: set[int] = set()
        """Those that were seen so far: what becomes of each counts."""
        self.failure: Outcome | None = None
        """The first one of a training."""
        self._launcher: Outcome | None = None
        self._launched_at = -math.inf
        self._until = -math.inf
        self.deadline = math.inf
        """When `heir` is to be asked for again."""

    def open(self, outcome: Outcome, now: float) -> Outcome:
        """The training has ended that way: how it did as a whole, unless there is an heir."""
        if self._launcher is None:
            if outcome.exit_code != 0:
                return outcome
            self._launcher, self._launched_at = outcome, now
        else:
            self._note(outcome, now)
        self._until = now + SETTLING
        self.deadline = now
        return self.failure or (self._launcher if outcome.exit_code != 0 else outcome)

    def ended(self, pid: int, outcome: Outcome, now: float) -> None:
        """Another one than the training of now has ended: a training beside it, perhaps."""
        if pid in self._trainings:
            self._note(outcome, now)

    def _note(self, outcome: Outcome, now: float) -> None:
        if outcome.exit_code != 0 and self.failure is None and not self._is_cleared(outcome, now):
            self.failure = outcome

    def close(self) -> None:
        """There will be no heir any more."""
        self._until, self.deadline = -math.inf, math.inf

    def heir(self, now: float) -> int | None:
        """The process that the training goes on in; none yet, or none at all: see `deadline`.

        Whoever has found one goes on to ask: others may not have executed their programs yet.
        """
        if now >= self._until:
            self.close()
            return None
        left = training_processes()
        trainings = {_root(pid) for pid in left if self._is_training(pid)}
        self._trainings |= trainings
        self.deadline = now + _LOOK_EVERY
        if not left:
            self.close()
        return min(trainings, default=None)

    def _is_cleared(self, outcome: Outcome, now: float) -> bool:
        """Whether a launcher that was about to end has ended it as well: so it was no training."""
        return outcome.signal in _CLEARED and now - self._launched_at <= SETTLING

    def _is_training(self, pid: int) -> bool:
        words = command_line(pid)
        if not words:  # it has ended, and waits for its parent
            return False
        if any(mark in words for mark in _WORKERS) or _names(pid, words) & _NO_TRAININGS:
            return False
        try:
            daemon = os.getsid(pid) != self._leader
        except OSError:
            return False
        # A fork of the launcher that has not even left its session is a worker of it.
        return daemon or words != self._command_line


def command_line(pid: int) -> bytes:
    """The arguments of a process, each with a NUL behind it; empty of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _names(pid: int, words: bytes) -> set[str]:
    """What a process may be called: by its program and, of a Python, its script or module."""
    title, *arguments = words.decode(errors="replace").split("\0")
    program = title.partition("::")[0]  # what ray calls its workers
    found = {program.rpartition("/")[2]}
    with suppress(OSError):
        program = os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115 - a name, not a path
        found.add(program.rpartition("/")[2])
    if any(name.startswith(("python", "pypy")) for name in found):
        found.add(_script(arguments))
    return found


def _script(arguments: list[str]) -> str:
    """The script or module that a Python runs, without its directory; of packages the package."""
    following = iter(arguments)
    for argument in following:
        if argument == "-m":
            return next(following, "").partition(".")[0]
        if argument in ("-W", "-X"):
            next(following, "")
        elif not argument.startswith("-"):
            package = argument.partition("/site-packages/")[2]
            return package.partition("/")[0] or argument.rpartition("/")[2]
        elif argument.startswith("-c"):
            break
    return ""


def _root(pid: int) -> int:
    """The ancestor of a descendant that is a child of this process."""
    own = os.getpid()
    while (parent := parent_pid(pid)) not in (own, None):
        assert parent is not None
        pid = parent
    return pid
