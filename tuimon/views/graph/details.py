"""What there is to say about one branch of a tree, below the tree."""

from __future__ import annotations

from collections.abc import Collection

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.views.graph.branch import Branch
from tuimon.views.graph.rows import ATEN
from tuimon.views.graph.sizes import parameters_text, shape_text
from tuimon.views.graph.tree import Tree
from tuimon.views.layout import Piece, clip

DETAIL_ROWS = 4
_MOST_BRANCHES_TOLD = 50


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
