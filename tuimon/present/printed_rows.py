"""Lines of output as rows of cells: in their colours, lit by their levels, cut or wrapped."""

from collections.abc import Iterable, Iterator, Sequence

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.console.attributes import PLAIN, Attributes
from tuimon.console.levels import CONTINUED, LogLevel
from tuimon.console.printed_line import pieces
from tuimon.text import fit, width

_LIT: dict[int, Role] = {LogLevel.WARNING: roles.WARN, LogLevel.ERROR: roles.ERROR}
"""What has no colour of its own in lines of these levels."""


def printed_spans(line: str, level: int, begin: int = 0, end: int | None = None) -> list[Span]:
    """A line of that level, or the characters of it from `begin` to `end`, in its colours."""
    return [Span(text, _role(look, level)) for text, look in pieces(line, begin, end)]


def _role(look: Attributes, level: int) -> Role:
    if level & ~CONTINUED == LogLevel.DEBUG:
        return roles.DIM if look == PLAIN else look._replace(dim=True)
    return _LIT.get(level, roles.TEXT) if look == PLAIN else look


def overlaid(
    spans: Iterable[Span], ranges: Sequence[tuple[int, int]], role: Role
) -> Iterator[Span]:
    """Spans with characters from … to … in another role; the ranges are in order."""
    cuts = [(cut, index % 2 == 0) for index, cut in enumerate(sum(ranges, ()))]
    at, inside = 0, False
    for text, own in spans:
        end = at + len(text)
        while cuts and cuts[0][0] < end:
            cut, begins = cuts.pop(0)
            if cut > at:
                yield Span(text[: cut - at], role if inside else own)
                text, at = text[cut - at :], cut
            inside = begins
        if text:
            yield Span(text, role if inside else own)
        at = end


def cut_row(spans: Iterable[Span], cells: int) -> Row:
    """A row of at most so many cells; what does not fit ends in an ellipsis."""
    row: list[Span] = []
    for text, role in spans:
        text = text[: cells + 1]  # no character takes less than a cell, or it joins the one before
        shown = text if width(text) <= cells else fit(text, cells)
        row.append(Span(shown, role))
        cells -= width(shown)
        if cells <= 0:
            break
    return tuple(row)


def wrapped_rows(spans: Iterable[Span], cells: int) -> list[Row]:
    """Rows of at most so many cells that hold all of the spans; one where there are none."""
    rows: list[list[Span]] = [[]]
    free = cells
    for text, role in spans:
        while text:
            part = _beginning(text, free)
            if part or free == cells:  # a wide character in a row of one cell is not shown
                text = text[max(1, len(part)) :]
                rows[-1].append(Span(part, role))
                free -= width(part)
            if text:
                rows.append([])
                free = cells
    return [tuple(row) for row in rows]


def _beginning(text: str, cells: int) -> str:
    part = text[:cells]
    if width(part) > cells:
        for index, char in enumerate(part):
            cells -= width(char)
            if cells < 0:
                return part[:index]
    return part
