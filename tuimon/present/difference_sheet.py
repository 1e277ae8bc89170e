"""What differs between runs laid out as rows: a column for each run, the code below them."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.fact_sheet import folded, heading, patch_rows
from tuimon.present.run_differences import Difference
from tuimon.runs.code_states import CodeDifference
from tuimon.text import fit, safe, shorten, width

_GAP = 2
_LONGEST, _LONGEST_NAME = 400, 40
"""Cells of a value and of a name, where nothing has to fit."""
_LEAST_VALUE = 8
_RULE = 100
_MOST_LINES, _MOST_FILES = 400, 20
"""Of a patch."""
_SECTION = re.compile(r"^diff --git a/(.*) b/", re.MULTILINE)
_Cell = tuple[str, roles.Role]


def difference_rows(
    told: Sequence[Difference],
    labels: Sequence[str],
    codes: Sequence[CodeDifference],
    cells: int | None,
) -> list[Row]:
    """All of it in so many cells (None: as wide as it is); `labels` are safe text, `codes` what
    differs between the first run and each of the others."""
    rooms = _rooms(told, labels, cells)
    whole = cells or min(_RULE, sum(rooms) + _GAP * len(labels))
    rows: list[Row] = []
    if told:
        rows += _folded_row([("", roles.TEXT), *((one, roles.TITLE) for one in labels)], rooms)
    for section, members in groupby(told, lambda one: one.section):
        rows.append(heading(section, whole))
        for one in members:
            values = [_value(one, index) for index in range(len(labels))]
            rows += _folded_row([(one.name, roles.LEGEND), *values], rooms)
    for label, code in zip(labels[1:], codes, strict=True):
        if code.patch or code.gaps:
            rows += [(), heading(f"code: {labels[0]} → {label}", whole)]
            rows += _code_rows(code, cells or _LONGEST)
    return rows or [(Span("nothing differs", roles.TEXT),)]


def _rooms(told: Sequence[Difference], labels: Sequence[str], cells: int | None) -> list[int]:
    """Cells of the names and of each run: what is narrow has what it needs, the rest is shared."""
    values = [[width(_value(one, at)[0]) for one in told] for at in range(len(labels))]
    wanted = [
        max([min(width(label), _LONGEST_NAME), *sizes], default=0)
        for label, sizes in zip(labels, values, strict=True)
    ]
    name = max((width(one.name) for one in told), default=0)
    if cells is None:
        return [name, *wanted]
    name = min(name, max(_LEAST_VALUE, cells // (1 + len(labels))))
    room = cells - name - _GAP * len(labels)
    shares: dict[int, int] = {}
    for at in sorted(range(len(wanted)), key=wanted.__getitem__):
        fair = (room - sum(shares.values())) // (len(wanted) - len(shares))
        shares[at] = min(wanted[at], max(_LEAST_VALUE, fair))
    return [name, *(shares[at] for at in range(len(wanted)))]


def _value(one: Difference, index: int) -> _Cell:
    text = shorten(one.values[index], _LONGEST)
    change = one.change(index) if index else None
    if change is None or not round(change, 3):
        return (text, roles.TEXT) if text else ("–", roles.DIM)
    better = None if one.best is None else (change < 0) == (one.best == "min")
    role = {None: roles.TEXT, True: roles.OK, False: roles.WARN}[better]
    return f"{text} ({change:+.1%})", role


def _folded_row(told: Sequence[_Cell], rooms: Sequence[int]) -> Iterator[Row]:
    """Cells side by side, each in lines of its room."""
    columns = [folded(text, room) for (text, _), room in zip(told, rooms, strict=True)]
    for parts in zip_longest(*columns, fillvalue=""):
        yield tuple(
            Span(fit(part, room) + " " * _GAP, role)
            for part, room, (_, role) in zip(parts, rooms, told, strict=True)
        )


def _code_rows(code: CodeDifference, cells: int) -> Iterator[Row]:
    """What is not known, which files differ by how many lines, and the lines."""
    for gap in code.gaps:
        yield from ((Span(part, roles.WARN),) for part in folded(safe(gap), cells))
    counts = list(_files(code.patch))
    for name, added, removed in counts[:_MOST_FILES] if len(counts) > 1 else ():
        amounts = f" +{added} −{removed}"
        yield (
            Span(shorten(safe(name), cells - width(amounts)), roles.TEXT),
            Span(amounts, roles.DIM),
        )
    if len(counts) > _MOST_FILES:
        yield (Span(f"and {len(counts) - _MOST_FILES} more files", roles.DIM),)
    lines = code.patch.expandtabs(4).splitlines()
    yield from patch_rows(tuple(lines[:_MOST_LINES]), cells)
    if len(lines) > _MOST_LINES:
        yield (Span(f"… {len(lines) - _MOST_LINES:,} lines more", roles.DIM),)


def _files(patch: str) -> Iterator[tuple[str, int, int]]:
    """Name, lines added and removed of each file of a patch."""
    names, bodies = _SECTION.findall(patch), _SECTION.split(patch)[2::2]
    for name, body in zip(names, bodies, strict=True):
        lines = body.partition("\n@@")[2].splitlines()
        yield name, *(sum(line.startswith(sign) for line in lines) for sign in "+-")
