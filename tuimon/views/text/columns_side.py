"""Tables of text: columns side by side."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from tuimon.charts import roles
from tuimon.charts.table import squeeze
from tuimon.text import Align, fit, safe, width
from tuimon.views.layout import Piece
from tuimon.views.text.wrapping import Line, wrapped

_LEAST_COLUMN = 3
_BETWEEN = " │ "


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
