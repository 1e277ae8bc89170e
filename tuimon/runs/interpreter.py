"""Which Python a training runs with. Standard library only: the guardian imports this module."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from tuimon.regular_file import read_regular

_NAME = re.compile(r"python[\d.]*")
_MOST_BYTES = 1 << 16


def is_python(program: str) -> bool:
    """Whether a program is a Python by its name."""
    return _NAME.fullmatch(Path(program).name) is not None


def pythons(told: Path) -> dict[str, str]:
    """Versions of the interpreters of a training by their paths, as the hook has `told` them."""
    try:
        lines = os.fsdecode(read_regular(told, _MOST_BYTES)).splitlines()
    except OSError:
        return {}
    found = (line.rpartition("\t") for line in lines)
    return {path: version for path, tab, version in found if tab and path}


def interpreter(command: Sequence[str], told: Path) -> str | None:
    """That of a training: what it was launched with, else the only one that runs in it; None where
    nobody knows which one counts."""
    if command and is_python(command[0]):
        return command[0]
    known = pythons(told)
    return next(iter(known)) if len(known) == 1 else None
