"""Freezing a training and letting it go on: SIGSTOP and SIGCONT to the whole tree."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from tuimon.guardian.tree import training_processes

_MOST_SWEEPS = 10


def freeze() -> None:
    """Stop every process of the training, those forked meanwhile too."""
    stopped: set[int] = set()
    for _ in range(_MOST_SWEEPS):
        new = [pid for pid in training_processes() if pid not in stopped]
        if not new:
            return
        for pid in new:
            stopped.add(pid)
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGSTOP)


def thaw() -> None:
    """Let every process of the training go on, children first."""
    for pid in reversed(training_processes()):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGCONT)


def distribution() -> str:
    """``none``, ``host`` or ``hosts``: over what the training is distributed.

    torchrun and its likes tell their workers by WORLD_SIZE and LOCAL_WORLD_SIZE, Slurm by its own.
    """
    found = "none"
    for pid in training_processes():
        environment = _environment(pid)
        world = _number(environment, "WORLD_SIZE")
        if _number(environment, "SLURM_JOB_NUM_NODES") > 1 and "SLURM_PROCID" in environment:
            return "hosts"
        if world > 1:
            if world > _number(environment, "LOCAL_WORLD_SIZE", world):
                return "hosts"
            found = "host"
    return found


def _environment(pid: int) -> dict[str, str]:
    try:
        data = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in data.split("\0") if "=" in entry)


def _number(environment: dict[str, str], name: str, default: int = 0) -> int:
    text = environment.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default
