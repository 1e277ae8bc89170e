"""Which version of the code a training ran."""

import os
import subprocess
from typing import NamedTuple

_TIMEOUT = 10.0


class GitState(NamedTuple):
    """Commit (40 or 64 hexadecimal digits) and whether tracked files differed from it."""

    commit: str | None
    dirty: bool | None


def git_state(directory: str) -> GitState:
    """Ask git about the repository that `directory` is in; without repository or git all None."""
    commit = _git(directory, "rev-parse", "--verify", "HEAD")
    if commit is None:
        return GitState(None, None)
    changes = _git(directory, "status", "--porcelain", "--untracked-files=no")
    return GitState(commit.strip(), None if changes is None else bool(changes.strip()))


def _git(directory: str, *arguments: str) -> str | None:
    # Locks and monitors belong to the user's own git commands, prompts to nobody.
    environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    command = ["git", "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
