"""The rows of a tree of modules: names, and columns of what there is to say about them.

And the rows below it, about the branch under the cursor.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.summaries.graphs import Shape
from tuimon.text import fit, format_step, safe, width
from tuimon.views.graph.branch import Branch
from tuimon.views.graph.tree import Level, Tree
from tuimon.views.graph.wiring import GraphPath
from tuimon.views.layout import Piece, clip

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
DETAIL_ROWS = 4
_MOST_BRANCHES_TOLD = 50


def shape_text(shape: Shape) -> str:
    """A shape such as 2×32, "?" for what is not known; empty for none."""
    if shape is None:
        return ""
    return "×".join("?" if dim is None else str(dim) for dim in shape) or "number"


def parameters_text(branch: Branch, *, exact: bool = False) -> str:
    """How many numbers the parameters of a branch hold, with "?" where some are not known."""
    known = f"{branch.parameters:,}" if exact else format_step(branch.parameters)
    if branch.unknown:
        return f"{known}+?" if branch.parameters else "?"
    return known if branch.parameters or exact else ""


def time_text(us: int) -> str:
    """Microseconds with a unit that suits them."""
    return f"{us} µs" if us < 1000 else f"{us / 1000:.4g} ms" if us < 10**6 else f"{us / 1e6:.4g} s"


def bytes_text(count: int) -> str:
    """Bytes with a unit that suits them."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024
    return f"{size:.4g} {unit}"


class Folds(NamedTuple):
    """What is seen of a tree, and what stands out in it."""

    tree: Tree
    level: Level
    opened: Collection[Branch]
    kept: Collection[Branch] | None
    """All that is seen, unfolded, where something was searched for."""
    found: Collection[Branch]
    trace: GraphPath | None

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
            row = [span if _is_bar(span) else Span(span.text, roles.SELECTED) for span in row]
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
    role: roles.Role = _NAME_ROLES.get(branch.role, roles.DIM)
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


def _mark(trace: GraphPath | None, branch: Branch) -> Piece:
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


def detail_rows(tree: Tree, branch: Branch | None, cells: int) -> list[Row]:
    """What there is to say about the row under the cursor."""
    if branch is None:
        return []
    taken, given = tree.wiring.neighbours(branch)
    about: list[Piece] = [(branch.path, roles.TITLE), (f"  {branch.type}", roles.LEGEND)]
    if branch.role == "module":
        about.append((f"  {branch.operations:,} operations", roles.NOTE))
        about.append((f"  {parameters_text(branch, exact=True)} parameters", roles.NOTE))
    elif branch.node >= 0:
        node = tree.graph.nodes[branch.node]
        told = (node.dtype, node.device, node.attributes.removeprefix("{}"))
        about += [(f"  {text}", roles.NOTE) for text in told if text]
    rule = (Span("─" * cells, roles.AXIS),)
    return [
        rule,
        clip(about, cells),
        clip([("takes ", roles.NOTE), *_named(taken)], cells),
        clip([("gives ", roles.NOTE), *_named(given)], cells),
    ]


def _named(branches: Collection[Branch]) -> list[Piece]:
    """The branches that are told of one that takes or gives, with shapes."""
    pieces: list[Piece] = []
    for branch in list(branches)[:_MOST_BRANCHES_TOLD]:
        if branch.role == "detail":
            continue
        where = branch.parent if branch.role == "operation" else branch
        name = where.path if where is not None and where.depth else branch.name
        if where is not branch and branch.type:
            name = f"{name}:{branch.type.removeprefix(ATEN)}"
        shape = shape_text(branch.shape)
        pieces.append((", " if pieces else "", roles.AXIS))
        pieces.append((name, roles.TEXT))
        if shape:
            pieces.append((f" {shape}", roles.DIM))
    return pieces or [("nothing", roles.DIM)]
