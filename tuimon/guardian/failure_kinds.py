"""What kind of failure a text tells of, by the tables of `tuimon.guardian.failure_tables`."""

import re
from functools import cache
from typing import NamedTuple

_ARROW = "→ "
_CONTINUED = "\n" + 8 * " "


class FailureKind(NamedTuple):
    """How to know a failure, and what is told of it."""

    name: str
    meaning: str
    advice: str
    pattern: re.Pattern[str]


@cache
def kinds_of(table: str) -> tuple[FailureKind, ...]:
    """The kinds of a table, in its order."""
    blocks = re.split(r"\n+(?=\S)", table.strip().replace(_CONTINUED, ""))
    return tuple(_kind(*map(str.strip, block.split("\n"))) for block in blocks)


def first_match(
    table: str, text: str, within: int | None = None
) -> tuple[FailureKind, re.Match[str]] | None:
    """The first kind of a table that `text` tells of, and where: in its first `within` characters,
    if that is given."""
    most = len(text) if within is None else within
    found = ((kind, kind.pattern.search(text)) for kind in kinds_of(table))
    return next(((kind, at) for kind, at in found if at is not None and at.start() <= most), None)


def _kind(head: str, *lines: str) -> FailureKind:
    name, _, meaning = head.partition(":")
    advice = lines[0].removeprefix(_ARROW) if lines[0].startswith(_ARROW) else ""
    patterns = lines[1:] if advice else lines
    return FailureKind(name, meaning.strip(), advice, re.compile("|".join(patterns), re.MULTILINE))
