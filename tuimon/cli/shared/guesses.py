"""What somebody meant who typed no command of tuimon's."""

import shlex
import shutil
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

_SYNONYMS = {
    "list": "ls", "ps": "ls", "runs": "ls", "status": "ls", "top": "ls",
    "watch": "attach", "follow": "attach", "open": "view", "compare": "view",
    "tensorboard": "view", "tail": "logs", "cat": "logs", "start": "run", "launch": "run",
    "train": "run", "exec": "run", "rerun": "run", "kill": "stop", "cancel": "stop",
    "continue": "unpause", "resume": "unpause",
    "remove": "rm", "delete": "rm", "upload": "sync",
    "settings": "config", "check": "doctor", "version": "--version",
}  # fmt: skip
"""What others call the same."""


def guess(typed: Sequence[str], commands: Iterable[str]) -> str:
    """What to say of a command line whose first word is no command: one line, with what to type."""
    word = typed[0]
    path = Path(word)
    line = shlex.join(typed)
    if path.suffix == ".py":
        there = "" if path.is_file() else " (which does not exist here)"
        return f"no command, but a script{there}: `tuimon run {line}`"
    if "tfevents" in path.name:
        return f"no command: `tuimon view {shlex.quote(str(path.parent))}` shows event files"
    # The nearest of both, so that a slip in one is not taken for the other.
    known = {command: command for command in commands} | _SYNONYMS
    near = get_close_matches(word.lower(), known, 1, 0.7)
    if near:
        return f"no command: did you mean `tuimon {known[near[0]]}`?"
    if shutil.which(word) is not None:
        return f"no command of tuimon's: `tuimon run -- {line}`"
    return "no command, and no directory: `tuimon --help` lists the commands"
