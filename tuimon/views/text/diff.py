"""What changed between the texts of two steps."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from tuimon.summaries.texts import Text

_CONTEXT = 2
_MOST_LINES = 2000
"""Of a text; the rest is not compared."""


def text_lines(text: Text) -> list[str]:
    """The lines of a text as it was logged; cells of a table side by side."""
    if len(text.rows) == 1 and len(text.rows[0]) == 1:
        return text.rows[0][0].splitlines()[:_MOST_LINES]
    return [" │ ".join(row) for row in text.rows[:_MOST_LINES]]


def changes(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """(sign, line) of what was added ``+``, removed ``-``, and a few lines around `` ``.

    ``…`` stands for lines that are the same and left out.
    """
    if before == after:
        return
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_CONTEXT)
    end = 0
    for group in groups:
        start = group[0][1]
        yield from _same(before[end:start])
        for kind, a0, a1, b0, b1 in group:
            if kind == "equal":
                yield from ((" ", line) for line in before[a0:a1])
                continue
            yield from (("-", line) for line in before[a0:a1])
            yield from (("+", line) for line in after[b0:b1])
        end = group[-1][2]
    yield from _same(before[end:])


def _same(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Lines that are left out, unless that would take as much room."""
    if len(lines) == 1:
        yield " ", lines[0]
    elif lines:
        yield "…", f"{len(lines)} lines the same"
