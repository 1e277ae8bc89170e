"""The view of a graph: what the user has unfolded, searched for and followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import get_args

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.present.list_cursor import ListCursor
from tuimon.store.collector import collector_paused
from tuimon.store.store import Store
from tuimon.summaries.graphs import Graph, NodeCost, RunMetadata
from tuimon.text import format_step
from tuimon.views.base import Arrows, View, ViewDrawing, ViewOptions, arrow_keys, view_key
from tuimon.views.graph.branch import Branch
from tuimon.views.graph.costs import COST_PLUGINS, learn_sizes, read_costs
from tuimon.views.graph.tree import Level, Tree
from tuimon.views.graph.tree_rows import (
    DETAIL_ROWS,
    INDENT,
    Folds,
    bytes_text,
    detail_rows,
    parameters_text,
    tree_rows,
)
from tuimon.views.graph.wiring import GraphPath
from tuimon.views.layout import Piece, clip, duration
from tuimon.views.subject import Item, ItemContext, ViewError

_GRAPHS = frozenset({"graphs", "graph_keras_model"})
_RUN_GRAPH = "__run_graph__"
_LEVELS: tuple[Level, ...] = get_args(Level)
_HEAD = 3
_DETAILS_FROM = 14
_NOTCH = 3


class GraphView(View):
    """A tree that is unfolded, searched and followed from a module to inputs and outputs."""

    kind = "graph"
    name = "graphs"
    plugins = _GRAPHS | COST_PLUGINS
    about = (
        "A graph is shown as the tree of the modules of its model, with the shape of what each "
        "gives, its parameters and their share of all. torch writes no sizes of parameters: they "
        "follow from the shapes around them, or are taken from a histogram of the parameter; "
        '"+?" stands beside a sum in which some are missing. t marks what the selected module '
        "depends on ▲ and what depends on it ▼."
    )
    keys = (
        *arrow_keys(
            "graph",
            along=Arrows("Row before", "Next row", "Go through the tree", "go", 84),
            across=Arrows("Fold", "Unfold", "Unfold, fold", "unfold", 83),
            scrubs=False,
        ),
        view_key("graph-enter", "enter", "Unfold the row", "", inside=True),
        view_key("graph-more", "plus,equals_sign", "Unfold a level", "Unfold, fold a level"),
        view_key("graph-less", "minus", "Fold a level"),
        view_key(
            "graph-level",
            "m",
            "Modules or operations",
            "Show modules, operations too, everything",
            "level",
            72,
        ),
        view_key("graph-find", "slash", "Find", "Find by name or type", "find", 73, asks="find"),
        view_key("graph-trace", "t", "Trace", "Trace to inputs and outputs", "trace", 71, True),
    )

    def __init__(self) -> None:
        self._source: object = None
        self._tree = Tree(Graph(()))
        self._level: Level = "modules"
        self._opened: set[Branch] = set()
        self._kept: set[Branch] | None = None
        self._found: set[Branch] = set()
        self._searched = ""
        self._trace: GraphPath | None = None
        self._rows: list[Branch] = []
        self._cursor = ListCursor()
        self._kept_at: Branch | None = None
        """Where the cursor goes when other rows are shown than those it was chosen in."""
        self._notes: list[Piece] = []

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        items = []
        for run in store.runs.values():
            graphs = [tag for tag, series in run.refs.items() if series.plugin in _GRAPHS]
            # What a step cost is told in the graph; without one, it may hold a graph itself.
            tags = graphs or [
                tag for tag, series in run.refs.items() if series.plugin in COST_PLUGINS
            ]
            for tag in tags:
                label = "of the run" if tag == _RUN_GRAPH else tag
                items.append(Item(cls.kind, run.name, tag, len(run.refs[tag]), cls.name, label))
        return items

    @collector_paused()
    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        self._read(subject, look)
        detailed = look.inside and look.height >= _DETAILS_FROM
        room = max(1, look.height - _HEAD - (DETAIL_ROWS if detailed else 0))
        if not self._opened and self._kept is None:
            self._opened = self._tree.opening(self._level, room)
        folds = self._folds()
        self._rows = folds.rows()
        if self._kept_at in self._rows:
            self._cursor.at = self._rows.index(self._kept_at)
        self._kept_at = None
        seen = self._cursor.fit(len(self._rows), room, follows=look.inside)
        at = self._rows[self._cursor.at] if self._rows else None
        cursor = at if look.inside else None
        result = [
            *self._head(look.width),
            *tree_rows(folds, self._rows, slice(seen.start, seen.stop), cursor, look.width),
        ]
        if detailed:
            result += [()] * (_HEAD + room - len(result))
            result += detail_rows(self._tree, at, look.width)
        return ViewDrawing(result[: max(0, look.height)], scrolls=len(self._rows) > room)

    def still(self, subject: ItemContext, look: ViewOptions) -> Sequence[Row]:
        self._read(subject, look)
        self._opened = {branch for branch in self._tree.root.walk() if branch.branches}
        folds = self._folds()
        body = tree_rows(folds, folds.rows(), slice(None), None, look.width)
        return [*self._head(look.width), *body]

    def press(self, key: str, text: str = "") -> None:
        branch = self._rows[self._cursor.at] if self._rows else None
        match key:
            case "graph-down":
                self._cursor.at += 1
            case "graph-up":
                self._cursor.at -= 1
            case "graph-level":
                self._level = _LEVELS[(_LEVELS.index(self._level) + 1) % len(_LEVELS)]
                self._search(self._searched)
            case "graph-more":
                inner = self._tree.rows(self._level, self._opened, None)
                self._opened |= {one for one in inner if self._tree.inner(one, self._level)}
            case "graph-less":
                deepest = max((one.depth for one in self._opened), default=0)
                if deepest > 1:
                    self._opened = {one for one in self._opened if one.depth < deepest}
            case "graph-find":
                self._search(text)
            case "graph-trace" if branch is not None:
                again = self._trace is not None and self._trace.through is branch
                self._trace = None if again else self._tree.wiring.trace(branch)
            case "graph-right" | "graph-enter" if branch is not None:
                self._unfold(branch)
            case "graph-left" if branch is not None:
                self._fold(branch)

    def page(self, pages: int) -> None:
        self._cursor.turn(pages)

    def wheel(self, notches: int) -> None:
        self._cursor.scroll(notches * _NOTCH)

    def point(self, x: int, y: int) -> None:
        place = self._cursor.top + y - _HEAD
        if y < _HEAD or place >= len(self._rows):
            return
        again = place == self._cursor.at
        self._cursor.at = place
        branch = self._rows[place]
        on_sign = x <= 1 + INDENT * branch.depth
        if again or on_sign:
            if branch in self._opened:
                self._opened.discard(branch)
            else:
                self._unfold(branch)

    def _folds(self) -> Folds:
        tree, kept = self._tree, self._kept
        return Folds(tree, self._level, self._opened, kept, self._found, self._trace)

    def _unfold(self, branch: Branch) -> None:
        if branch in self._opened:
            self._cursor.at += bool(self._tree.inner(branch, self._level))
        elif self._tree.inner(branch, self._level):
            self._opened.add(branch)

    def _fold(self, branch: Branch) -> None:
        if self._kept is None and branch in self._opened:
            self._opened.discard(branch)
        elif branch.parent is not None and branch.parent in self._rows:
            self._cursor.at = self._rows.index(branch.parent)

    def _search(self, text: str) -> None:
        """Show only what has `text` in its name; all again without any."""
        if self._rows:
            self._kept_at = self._rows[min(max(0, self._cursor.at), len(self._rows) - 1)]
            if self._searched:  # it stays in sight
                self._opened.update(islice(self._kept_at.lineage(), 1, None))
        self._searched = text
        self._found, self._kept = set(), None
        if text:
            self._found, self._kept = self._tree.find(text, self._level)
            rows = self._tree.rows(self._level, (), self._kept)
            if self._kept_at not in self._found:
                self._kept_at = next((one for one in rows if one in self._found), None)

    def _read(self, subject: ItemContext, look: ViewOptions) -> None:
        """Have the tree of the graph that is to be seen."""
        _, decoded = subject.summary(look.step, object)
        run = subject.run
        costs = read_costs(subject, run) if run is not None else []
        source = (decoded, *(metadata for _, metadata in costs))
        if self._source == source:
            return
        if isinstance(decoded, RunMetadata):
            graph = decoded.graph
            costs = [(subject.item.tag, decoded)]
        elif isinstance(decoded, Graph):
            graph = decoded
        else:
            raise ViewError(f"The record holds no graph: {type(decoded).__name__}.")
        found: list[NodeCost] = [cost for _, metadata in costs for cost in metadata.costs]
        self._tree = Tree(graph, found)
        if run is not None:
            learn_sizes(self._tree, subject, run)
        self._level = self._tree.level
        self._opened, self._trace, self._cursor = set(), None, ListCursor()
        self._rows = []
        self._search("")
        self._notes = [
            (f"{tag}: no costs recorded", roles.DIM)
            for tag, metadata in costs
            if not metadata.costs
        ]
        self._source = source

    def _head(self, cells: int) -> list[Row]:
        root = self._tree.root
        models = [one for one in root.branches.values() if one.role == "module"]
        name = " ".join(one.type or one.name for one in models[:3]) or "graph"
        facts: list[Piece] = [(name, roles.TITLE)]
        facts.append((f"  {format_step(root.operations)} operations", roles.LEGEND))
        if root.parameters or root.unknown:
            facts.append((f"  {parameters_text(root, exact=True)} parameters", roles.LEGEND))
        if root.time:
            facts.append((f"  {duration(root.time)}", roles.LEGEND))
        if root.memory:
            facts.append((f"  {bytes_text(root.memory)}", roles.LEGEND))
        state: list[Piece] = [(self._level, roles.NOTE)]
        if self._searched:
            state.append((f"  /{self._searched}: {len(self._found):,} found", roles.ACCENT))
        if self._trace is not None:
            through = self._trace.through.path
            state.append((f"  ▲ before, ▼ after {through}", roles.ACCENT))
        state += [(f"  {text}", role) for text, role in self._notes]
        return [clip(facts, cells), clip(state, cells)]
