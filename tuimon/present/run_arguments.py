"""What tells the runs of one script apart: the arguments that not all of them have."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tuimon.text import safe, width

_OPTION = re.compile(r"-{1,2}[A-Za-z_]|--$")
_ASSIGNED = re.compile(r"[-+~]{0,2}([A-Za-z_][\w./@:-]*)=(.*)", re.DOTALL)
_SCRIPT = (".py", ".sh", ".ipynb")
_WIDEST = 16
"""Cells to which short values are padded, so that those of one option stand below each other."""


class Argument(NamedTuple):
    """An option with its value, either of which may be empty, in safe text."""

    name: str
    value: str

    def __str__(self) -> str:
        return "=".join(filter(None, self))


@lru_cache(maxsize=1 << 12)  # those of a list are asked for again and again
def arguments_of(argv: tuple[str, ...]) -> tuple[str, tuple[Argument, ...]]:
    """What a command line runs, and its arguments in order, each option once.

    >>> arguments_of(("python", "train.py", "--lr", "1e-3", "--amp", "-b", "8"))[0]
    'train.py'
    """
    program, rest = _program(argv)
    found: dict[str, list[str]] = {}
    name = ""
    for argument in rest:
        assigned = _ASSIGNED.fullmatch(argument)
        if assigned:
            name = ""
            found.setdefault(assigned[1], []).append(assigned[2])
        elif _OPTION.match(argument):
            name = argument.lstrip("-")
            found.setdefault(name, [])
        else:  # several behind one option are its values
            found.setdefault(name, []).append(argument)
    return program, tuple(
        Argument(safe(name), safe(" ".join(values))) for name, values in found.items()
    )


def telling_arguments(commands: Mapping[str, Sequence[str]]) -> dict[str, tuple[Argument, ...]]:
    """By the keys of some command lines, the arguments that not all commands of a program share.

    That of a program which is there once has all of its own.
    """
    groups: dict[str, dict[str, tuple[Argument, ...]]] = defaultdict(dict)
    for key, argv in commands.items():
        program, arguments = arguments_of(tuple(argv))
        groups[program][key] = arguments
    telling: dict[str, tuple[Argument, ...]] = {}
    for group in groups.values():
        counts = Counter(argument for arguments in group.values() for argument in arguments)
        for key, arguments in group.items():
            shared = len(group) if len(group) > 1 else 0
            telling[key] = tuple(one for one in arguments if counts[one] != shared)
    return telling


def number_of(text: str) -> float | None:
    """The number that a value is; None where it is none."""
    try:
        return float(text)
    except ValueError:
        return None


def columns_of(telling: Iterable[Sequence[Argument]]) -> dict[str, int]:
    """Cells that each option takes in a list, by its name, so that values stand in columns."""
    widths: dict[str, int] = {}
    for arguments in telling:
        for one in arguments:
            widths[one.name] = max(widths.get(one.name, 0), min(width(str(one)), _WIDEST))
    return widths


def _program(argv: Sequence[str]) -> tuple[str, list[str]]:
    """The script or module, else the executable, and all else of a command line."""
    for at, argument in enumerate(argv):
        if argument == "-m" and at + 1 < len(argv):
            return argv[at + 1], [*argv[:at], *argv[at + 2 :]]
        if argument.endswith(_SCRIPT):
            return argument.rpartition("/")[2], [*argv[:at], *argv[at + 1 :]]
    return "".join(argv[:1]), [*argv[1:]]
