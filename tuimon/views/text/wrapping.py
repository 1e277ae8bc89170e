"""Safe text in lines of limited width, and tables whose cells are wrapped."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from tuimon.charts import roles
from tuimon.charts.table import squeeze
from tuimon.text import Align, fit, safe, width
from tuimon.views.layout import Piece

Line = tuple[Piece, ...]
"""Pieces of safe text."""
_LEAST_COLUMN = 3
_BETWEEN = " │ "


def wrapped(pieces: Sequence[Piece], cells: int) -> Iterator[Line]:
    """Lines of at most `cells`, broken at blanks where that is possible; at least one."""
    line: list[Piece] = []
    used = 0
    for (text, role), size in _sized(_words(pieces)):
        if text == "\n":
            yield _trimmed(line)
            line, used = [], 0
            continue
        if used + size > cells and used:
            yield _trimmed(line)
            line, used = [], 0
            if not text.strip():
                continue
        *whole, rest = chunks(text, cells) if width(text.rstrip()) > cells else [text]
        for chunk in whole:
            yield ((chunk, role),)
        line.append((rest, role))
        used += width(rest)
    yield _trimmed(line)


def chunks(text: str, cells: int) -> list[str]:
    """Safe text in parts of at most `cells`; a wide character in a single cell is replaced."""
    parts: list[str] = []
    start = used = 0
    for index, char in enumerate(text):
        size = width(char)
        if used + size > cells and index > start:
            parts.append(text[start:index])
            start, used = index, 0
        used += size
    if start < len(text):
        parts.append(text[start:])
    return [part if width(part) <= cells else "?" for part in parts]


def _words(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Safe words, each with the blanks behind it, and line breaks."""
    for text, role in pieces:
        for index, part in enumerate(text.split("\n")):
            if index:
                yield "\n", role
            *words, last = safe(part).split(" ")
            for word in words:
                yield word + " ", role
            if last:
                yield last, role


def _sized(words: Iterable[Piece]) -> Iterator[tuple[Piece, int]]:
    """Each word and the cells that it takes with what stands right behind it, in another role."""
    joined: list[Piece] = []
    for word in words:
        joined.append(word)
        if word[0].endswith((" ", "\n")):
            yield from _rests(joined)
            joined = []
    yield from _rests(joined)


def _rests(joined: Sequence[Piece]) -> Iterator[tuple[Piece, int]]:
    left = sum(width(text.rstrip()) for text, _ in joined)
    for piece in joined:
        yield piece, left
        left -= width(piece[0])


def _trimmed(line: Sequence[Piece]) -> Line:
    """A line without blanks at its end, neighbours of one role joined."""
    result: list[Piece] = []
    for text, role in line:
        if result and result[-1][1] == role:
            result[-1] = result[-1][0] + text, role
        else:
            result.append((text, role))
    if result:
        result[-1] = result[-1][0].rstrip(" "), result[-1][1]
    return tuple(piece for piece in result if piece[0])


def less(cells: int, indentation: int) -> int:
    """The room behind an indentation, which is left out where it would leave none."""
    return cells - indentation if indentation < cells else cells


def table_lines(
    table: Sequence[Sequence[list[Piece]]], aligns: Sequence[Align], cells: int, *, headed: bool
) -> Iterator[Line]:
    """Columns side by side; long cells are wrapped, columns without room are left out."""
    between = len(_BETWEEN)
    widths = [
        max((_longest(row[column]) for row in table if column < len(row)), default=0)
        for column in range(len(aligns))
    ]
    least = [max(1, min(size, _LEAST_COLUMN)) + between for size in widths]
    columns = max(1, sum(total <= cells + between for total in accumulate(least)))
    left_out = len(aligns) - columns
    wanted = [max(1, size) for size in widths[:columns]]
    widths = squeeze(wanted, max(1, cells - between * (columns - 1)))
    for index, row in enumerate(table):
        parts = [
            list(wrapped(row[column] if column < len(row) else [], widths[column]))
            for column in range(columns)
        ]
        for height in range(max(1, *(len(part) for part in parts))):
            line: list[Piece] = []
            for column, part in enumerate(parts):
                if column:
                    line.append((_BETWEEN, roles.AXIS))
                content = part[height] if height < len(part) else ()
                if headed and index == 0:
                    content = tuple((text, roles.TITLE) for text, _ in content)
                line += _aligned(content, widths[column], aligns[column])
            yield tuple(line)
        if headed and index == 0:
            yield (("─┼─".join("─" * size for size in widths), roles.AXIS),)
    if left_out:
        yield ((fit(f"+{left_out} columns", cells).rstrip(), roles.DIM),)


def _aligned(line: Line, cells: int, align: Align) -> list[Piece]:
    gap = max(0, cells - sum(width(text) for text, _ in line))
    left = {"left": 0, "center": gap // 2, "right": gap}[align]
    padded = [(" " * left, roles.BLANK), *line, (" " * (gap - left), roles.BLANK)]
    return [piece for piece in padded if piece[0]]


def _longest(pieces: Sequence[Piece]) -> int:
    text = "".join(text for text, _ in pieces)
    return max(width(safe(line)) for line in text.split("\n"))
