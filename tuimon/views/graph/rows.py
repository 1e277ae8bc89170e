"""The rows of a tree of modules: names, and columns of what there is to say about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.text import fit, safe, width
from tuimon.views.graph.branch import Branch
from tuimon.views.graph.sizes import bytes_text, parameters_text, shape_text, time_text
from tuimon.views.graph.tree import Level, Tree
from tuimon.views.graph.wiring import Trace
from tuimon.views.layout import clip

INDENT = 2
ATEN = "aten::"
"""Begins the operations of torch."""
_BAR_CELLS = 6
_WIDTHS = {"shape": 15, "params": 9, "share": _BAR_CELLS + 6, "time": 9, "memory": 10}
"""Cells of the columns, from left to right."""
_LEAST_NAME = 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_SIGNS = {"input": "→", "output": "←", "parameter": "•"}
_NAME_ROLES = {"module": roles.TEXT, "operation": roles.LEGEND, "parameter": roles.LEGEND}


class Folds(NamedTuple):
    """What is seen of a tree, and what stands out in it."""

    tree: Tree
    level: Level
    opened: Collection[Branch]
    kept: Collection[Branch] | None
    """All that is seen, unfolded, where something was searched for."""
    found: Collection[Branch]
    trace: Trace | None

    def rows(self) -> list[Branch]:
        """The branches that are seen, from above to below."""
        return self.tree.rows(self.level, self.opened, self.kept)


def tree_rows(
    folds: Folds, branches: Sequence[Branch], seen: slice, cursor: Branch | None, cells: int
) -> list[Row]:
    """Titles of the columns, and a row for each of the branches that are seen."""
    columns = _columns(folds.tree.root, branches, cells)
    room = cells - sum(_WIDTHS[name] for name in columns)
    longest = max(map(_name_width, branches), default=0)
    room = max(0, min(room, max(_LEAST_NAME, longest)))
    titles = [Span(fit(f"  {name}", _WIDTHS[name], "right"), roles.DIM) for name in columns]
    result: list[Row] = [(Span(" " * room, roles.BLANK), *titles)]
    for branch in branches[seen]:
        row = [*_name(folds, branch, room)]
        for column in columns:
            row += _cell(branch, column, folds.tree.root)
        if branch is cursor:  # a bar would vanish in reverse
            row = [span if _is_bar(span) else Span(span.text, "cursor") for span in row]
        result.append(tuple(row))
    return result


def _columns(root: Branch, branches: Sequence[Branch], cells: int) -> list[str]:
    """The columns that find room besides the names, the most telling ones first."""
    counted = bool(root.parameters or root.unknown)
    wanted = {
        "shape": any(branch.shape for branch in branches),
        "params": counted,
        "time": bool(root.time),
        "memory": bool(root.memory),
        "share": bool(root.parameters),
    }
    left = cells - _LEAST_NAME
    chosen = set()
    for name, known in wanted.items():
        if known and _WIDTHS[name] <= left:
            left -= _WIDTHS[name]
            chosen.add(name)
    return [name for name in _WIDTHS if name in chosen]


def _name(folds: Folds, branch: Branch, room: int) -> Row:
    """The name of a branch behind its sign, over exactly `room` cells."""
    mark, ink = _mark(folds.trace, branch)
    sign = _SIGNS.get(branch.role, " ")
    if folds.tree.inner(branch, folds.level):
        sign = "▾" if folds.kept is not None or branch in folds.opened else "▸"
    role = _NAME_ROLES.get(branch.role, roles.DIM)
    if branch in folds.found or mark != " ":
        role = ink
    first, second = _names(branch)
    row = clip(
        [
            (mark, ink),
            (" " * (INDENT * (branch.depth - 1)) + sign + " ", roles.AXIS),
            (first, role),
            (f"  {second}" if second else "", roles.DIM),
        ],
        room,
    )
    used = sum(width(span.text) for span in row)
    return (*row, Span(" " * (room - used), roles.BLANK))


def _mark(trace: Trace | None, branch: Branch) -> tuple[str, str]:
    """Where a branch lies on the way that is traced, and its role."""
    if trace is not None:
        if branch is trace.through:
            return "◆", roles.ACCENT
        if branch in trace.before:
            return "▲", roles.curve(0)
        if branch in trace.after:
            return "▼", roles.curve(1)
    return " ", roles.ACCENT


def _names(branch: Branch) -> tuple[str, str]:
    """What names a branch, and what else there is to say; the second may be empty."""
    if branch.role == "operation" and branch.type.startswith(ATEN):
        # torch numbers what an operation gives; what it does says more.
        return branch.type.removeprefix(ATEN), branch.name
    return branch.name, branch.type if branch.role != "parameter" else ""


def _name_width(branch: Branch) -> int:
    return 3 + INDENT * (branch.depth - 1) + sum(width(safe(text)) + 2 for text in _names(branch))


def _cell(branch: Branch, column: str, root: Branch) -> list[Span]:
    cells = _WIDTHS[column]
    match column:
        case "shape":
            return [Span(fit(shape_text(branch.shape), cells, "right"), roles.LEGEND)]
        case "params":
            return [Span(fit(parameters_text(branch), cells, "right"), roles.VALUE)]
        case "time":
            text = time_text(branch.time) if branch.time else ""
            return [Span(fit(text, cells, "right"), roles.LEGEND)]
        case "memory":
            text = bytes_text(branch.memory) if branch.memory else ""
            return [Span(fit(text, cells, "right"), roles.LEGEND)]
    share = branch.parameters / root.parameters
    if not branch.parameters:
        return [Span(" " * cells, roles.BLANK)]
    percent = "<1%" if share < 0.01 else f"{share:.0%}"
    bar = _bar(share, _BAR_CELLS)
    return [
        Span(f" {bar}", roles.curve(0)),
        Span(percent.rjust(cells - 1 - len(bar)), roles.NOTE),
    ]


def _is_bar(span: Span) -> bool:
    return not span.text.isspace() and not span.text.strip(_EIGHTHS)


def _bar(share: float, cells: int) -> str:
    eighths = max(1, round(share * cells * 8))
    whole, rest = divmod(min(eighths, cells * 8), 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(cells)
