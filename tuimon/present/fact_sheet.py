"""Facts laid out as rows: sections in a column, or in two where there is room, code below them."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, zip_longest

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.run_facts import Fact, FactSection
from tuimon.text import fit, safe, width

_TWO_COLUMNS = 108
"""Cells from which on there is room for two."""
_GAP = 4
_NAME_SHARE = 3
"""The names take a third of a column at most; longer ones have rows of their own."""
_PATCH_ROLES = (
    *(("+++", roles.DIM), ("---", roles.DIM), ("index ", roles.DIM), ("diff --git", roles.TITLE)),
    *(("+", roles.OK), ("-", roles.ERROR), ("@@", roles.ACCENT), ("# left out", roles.WARN)),
)


def fact_rows(sections: Sequence[FactSection], patch: Sequence[str], cells: int) -> list[Row]:
    """All of it in so many cells; `patch` are the lines of a diff."""
    if cells < _TWO_COLUMNS or len(sections) < 2:
        rows = _column(sections, cells)
    else:
        size = (cells - _GAP) // 2
        left, right = (_column(half, size) for half in _halves(sections, size))
        pairs = zip_longest(left, right, fillvalue=())
        rows = [(*_padded(one, size + _GAP), *other) for one, other in pairs]
    if patch:
        rows += [(), heading("changes since the commit", cells), *patch_rows(tuple(patch), cells)]
    return rows


def _halves(sections: Sequence[FactSection], cells: int) -> tuple[Sequence[FactSection], ...]:
    """The sections in two parts, in order, as nearly of one height as can be."""
    heights = list(accumulate(len(_column([section], cells)) + 1 for section in sections))
    cut = min(range(1, len(sections)), key=lambda n: abs(heights[-1] - 2 * heights[n - 1]))
    return sections[:cut], sections[cut:]


def _column(sections: Sequence[FactSection], cells: int) -> list[Row]:
    most = max(1, cells // _NAME_SHARE)
    names = [width(fact.name) for section in sections for fact in section.facts]
    room = max((size for size in names if size <= most), default=0)
    rows: list[Row] = []
    for section in sections:
        rows += [()] if rows else []
        rows.append(heading(section.title, cells))
        rows += [row for fact in section.facts for row in _fact_rows(fact, room, cells)]
    return rows


def heading(title: str, cells: int) -> Row:
    """The title of a section, and a rule behind it."""
    rule = "─" * max(0, cells - width(title) - 1)
    shown = fit(title, min(width(title), cells))
    return Span(shown, roles.TITLE), Span(f" {rule}" if rule else "", roles.AXIS)


def _fact_rows(fact: Fact, room: int, cells: int) -> Iterator[Row]:
    """A fact whose name has `room`; values begin beside it, and go on below."""
    indent = room + 2
    name = fact.name
    if width(name) > room:
        yield from (((Span(part, roles.LEGEND),)) for part in folded(name, cells))
        name = ""
    for part in folded(fact.value, cells - indent):
        yield (
            Span(name + " " * (indent - width(name)), roles.LEGEND),
            Span(part, fact.role),
        )
        name = ""


@lru_cache(maxsize=2)  # the facts above change every second, and this never
def patch_rows(patch: tuple[str, ...], cells: int) -> list[Row]:
    """The lines of a diff, as long ones fold."""
    rows: list[Row] = []
    for line in patch:
        role = next((role for start, role in _PATCH_ROLES if line.startswith(start)), roles.TEXT)
        rows += [(Span(part, role),) for part in folded(safe(line), cells)]
    return rows


def _padded(row: Row, cells: int) -> Row:
    taken = sum(width(span.text) for span in row)
    return (*row, Span(" " * max(0, cells - taken), roles.BLANK))


def folded(text: str, cells: int) -> list[str]:
    """Safe text in lines of at most so many cells, broken behind blanks or slashes if it can be."""
    lines, line, room = [], text, max(2, cells)
    while width(line) > room:
        head = fit(line, room, ellipsis="").rstrip()
        ends = [head.rfind(mark) + 1 for mark in " /"]
        if line[len(head) : len(head) + 1] != " ":
            head = head[: next((end for end in ends if end > room // 2), len(head))]
        lines.append(head.rstrip())
        line = line[len(head) :].lstrip()
    return [*lines, line]
