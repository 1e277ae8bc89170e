"""A line of output that is safe for a terminal, and how its parts want to look."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from tuimon.console.attributes import PLAIN, Attributes, sequence
from tuimon.text import safe

Runs = tuple[tuple[int, Attributes], ...]


class ColouredLine(str):
    """The text of a line, parts of which have attributes; a line without any is a mere ``str``."""

    __slots__ = ("runs",)
    runs: Runs
    """Where each run of characters of the same attributes begins, the first at 0."""


def coloured_line(parts: Iterable[tuple[str, Attributes]]) -> str:
    """The line of such parts, made safe, without blanks at its end."""
    texts, runs, length = [], [], 0
    for text, look in parts:
        texts.append(safe(text))
        runs.append((length, look))
        length += len(texts[-1])
    line = ColouredLine("".join(texts).rstrip())
    line.runs = _shared(tuple(run for run in runs if run[0] < len(line)))
    return line


@lru_cache(maxsize=4096)
def _shared(runs: Runs) -> Runs:
    """One object for the lines of one format: a long log has millions of them."""
    return runs


def pieces(line: str, begin: int = 0, end: int | None = None) -> Iterator[tuple[str, Attributes]]:
    """A line, or a part of it, cut where its attributes change."""
    end = len(line) if end is None else min(end, len(line))
    runs = line.runs if isinstance(line, ColouredLine) else ((0, PLAIN),)
    for (first, look), (last, _) in pairwise((*runs, (len(line), PLAIN))):
        if text := line[max(first, begin) : min(last, end)]:
            yield text, look


def with_sequences(line: str) -> str:
    """A line as it is sent to a terminal that is to show its colours; it leaves none behind."""
    return "".join(
        piece if look == PLAIN else f"{sequence(look)}{piece}\x1b[m" for piece, look in pieces(line)
    )
