"""Which version of the code a training ran, and what git says of it."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

_TIMEOUT = 10.0


class GitState(NamedTuple):
    """Commit (40 or 64 hexadecimal digits), whether tracked files differed from it, its subject."""

    commit: str | None
    dirty: bool | None
    subject: str | None = None
    branch: str | None = None
    """None where none is checked out."""


def git_state(directory: str) -> GitState:
    """Ask git about the repository that `directory` is in; without repository or git all None."""
    commit = _git(directory, "rev-parse", "--verify", "HEAD")
    if commit is None:
        return GitState(None, None)
    changes = _git(directory, "status", "--porcelain", "--untracked-files=no")
    subject = _git(directory, "log", "-1", "--no-show-signature", "--format=%s")
    branch = _git(directory, "symbolic-ref", "--quiet", "--short", "HEAD")
    dirty = None if changes is None else bool(changes.strip())
    return GitState(commit.strip(), dirty, (subject or "").strip(), (branch or "").strip() or None)


def git_root(directory: str) -> str | None:
    """The working tree that `directory` is in, or None."""
    path = Path(directory).absolute()
    return next((str(tree) for tree in (path, *path.parents) if (tree / ".git").exists()), None)


def git_remote(directory: str) -> str | None:
    """The URL of the remote ``origin``, as it was configured; it may hold a password."""
    found = _git(directory, "config", "--get", "remote.origin.url")
    return found.strip() or None if found else None


def git_command(*arguments: str) -> list[str]:
    """A git command that starts no monitor."""
    return ["git", "-c", "core.fsmonitor=false", *arguments]


def git_environment() -> dict[str, str]:
    """The environment for git: locks belong to the user's own commands, prompts to nobody."""
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    return {**os.environ, **quiet}


def _git(directory: str, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            git_command(*arguments),
            cwd=directory,
            env=git_environment(),
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
