"""Which processes belong to the training: everything below the guardian but tuimon's own.

As a subreaper the guardian adopts orphans (prctl(2)), such as the workers that torchrun puts into
sessions of their own, so nothing below it gets lost; process groups would.
"""

import ctypes
import os
import sys
from pathlib import Path

from tuimon.runs.process import parent_pid

COMPANION_VARIABLE = "TUIMON_COMPANION"
"""Set in the environment of guardian and recorder, and so of all that they start, adopted or not.

It is taken out of the training's."""

_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> None:
    """Adopt orphaned descendants from now on; without effect where the system cannot."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def training_processes() -> list[int]:
    """PIDs of all descendants of this process that are the training's; parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if (parent := parent_pid(int(entry.name))) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    pending = [os.getpid()]
    while pending:
        for pid in children.get(pending.pop(), ()):
            if not _belongs_to_companion(pid):
                found.append(pid)
                pending.append(pid)
    return found


def _belongs_to_companion(pid: int) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"{COMPANION_VARIABLE}=".encode() in environment
