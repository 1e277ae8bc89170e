"""The graph of a model as a tree of its modules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import get_args

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.store.run import Run
from tuimon.store.store import Store
from tuimon.summaries.graphs import Graph, NodeCost, RunMetadata, Shape
from tuimon.summaries.histograms import Histogram
from tuimon.text import fit, format_step, safe, width
from tuimon.views.graph_tree import Branch, Level, Trace, Tree
from tuimon.views.layout import Piece, clip
from tuimon.views.subject import Item, Subject, ViewError
from tuimon.views.view import Look, Shown, View, ViewKey

_GRAPHS = frozenset({"graphs", "graph_keras_model"})
_COSTS = frozenset({"graph_run_metadata", "graph_run_metadata_graph", "graph_tagged_run_metadata"})
_RUN_GRAPH = "__run_graph__"
_LEVELS: tuple[Level, ...] = get_args(Level)
_HEAD, _DETAILS = 3, 4
_DETAILS_FROM = 14
_INDENT = 2
_SHAPE_CELLS, _COUNT_CELLS, _BAR_CELLS = 13, 7, 6
_LEAST_NAME = 24
_NOTCH = 3
_MOST_BRANCHES_TOLD = 50
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_ATEN = "aten::"
_SIGNS = {"input": "→", "output": "←", "parameter": "•"}
_NAME_ROLES = {"module": roles.TEXT, "operation": roles.LEGEND, "parameter": roles.LEGEND}


class GraphView(View):
    """A tree that is unfolded, searched and followed from a module to inputs and outputs."""

    kind = "graph"
    name = "graphs"
    plugins = _GRAPHS | _COSTS
    about = (
        "A graph is shown as the tree of the modules of its model, with the shape of what each "
        "gives, its parameters and their share of all. torch writes no sizes of parameters: they "
        "follow from the shapes around them, or are taken from a histogram of the parameter; "
        '"+?" stands beside a sum in which some are missing. t marks what the selected module '
        "depends on ▲ and what depends on it ▼."
    )
    keys = (
        ViewKey("graph-down", "down,j", "↓", "Next row", "Go through the tree", "go", 84, True),
        ViewKey("graph-up", "up,k", "↑", "Row before", "", inside=True),
        ViewKey("graph-close", "left,h", "←", "Fold", "Fold, unfold", inside=True),
        ViewKey("graph-open", "right,l,enter", "→", "Unfold", "", "unfold", 83, True),
        ViewKey("graph-more", "plus,equals_sign", "+", "Unfold a level", "Unfold, fold a level"),
        ViewKey("graph-less", "minus", "-", "Fold a level", ""),
        ViewKey(
            "graph-level",
            "m",
            "m",
            "Modules or operations",
            "Modules, operations too, or everything",
            "level",
            72,
        ),
        ViewKey(
            "graph-find", "slash", "/", "Find", "Find by name or type", "find", 73, asks="find"
        ),
        ViewKey("graph-trace", "t", "t", "Trace", "Trace to inputs and outputs", "trace", 71, True),
    )

    def __init__(self) -> None:
        self._source: object = None
        self._tree = Tree(Graph(()))
        self._level: Level = "modules"
        self._opened: set[Branch] = set()
        self._kept: set[Branch] | None = None
        self._found: set[Branch] = set()
        self._searched = ""
        self._trace: Trace | None = None
        self._rows: list[Branch] = []
        self._at = 0
        self._kept_at: Branch | None = None
        """Where the cursor goes when other rows are shown than those it was chosen in."""
        self._top = 0
        self._room = 1
        self._names = _LEAST_NAME
        self._notes: list[Piece] = []

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        items = []
        for run in store.runs.values():
            graphs = [tag for tag, series in run.refs.items() if series.plugin in _GRAPHS]
            # What a step cost is told in the graph; without one, it may hold a graph itself.
            tags = graphs or [tag for tag, series in run.refs.items() if series.plugin in _COSTS]
            for tag in tags:
                label = "of the run" if tag == _RUN_GRAPH else tag
                items.append(Item(cls.kind, run.name, tag, len(run.refs[tag]), cls.name, label))
        return items

    def draw(self, subject: Subject, look: Look) -> Shown:
        self._read(subject, look)
        self._room = max(1, look.height - _HEAD - (_DETAILS if _has_details(look) else 0))
        if not self._opened and self._kept is None:
            self._opened = self._tree.opening(self._level, self._room)
        self._rows = self._tree.rows(self._level, self._opened, self._kept)
        if self._kept_at in self._rows:
            self._at = self._rows.index(self._kept_at)
        self._kept_at = None
        self._at = min(max(0, self._at), max(0, len(self._rows) - 1))
        if look.inside:
            self._top = min(max(self._top, self._at - self._room + 1), self._at)
        self._top = min(max(0, self._top), max(0, len(self._rows) - self._room))
        seen = self._rows[self._top : self._top + self._room]
        cursor = self._rows[self._at] if look.inside and self._rows else None
        self._names = self._name_cells(look.width)
        result = [*self._head(look.width), *self._body(seen, cursor, look.width)]
        if _has_details(look):
            result += [()] * (_HEAD + self._room - len(result))
            result += self._details(self._rows[self._at] if self._rows else None, look.width)
        return Shown(result[: max(0, look.height)], scrolls=len(self._rows) > self._room)

    def still(self, subject: Subject, look: Look) -> Sequence[Row]:
        self._read(subject, look)
        self._opened = {branch for branch in self._tree.root.walk() if branch.branches}
        self._rows = self._tree.rows(self._level, self._opened, None)
        self._names = self._name_cells(look.width)
        return [*self._head(look.width), *self._body(self._rows, None, look.width)]

    def press(self, key: str, text: str = "") -> None:
        branch = self._rows[self._at] if self._rows else None
        match key:
            case "graph-down":
                self._at += 1
            case "graph-up":
                self._at -= 1
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
                self._trace = None if again else self._tree.trace(branch)
            case "graph-open" if branch is not None:
                self._unfold(branch)
            case "graph-close" if branch is not None:
                self._fold(branch)

    def page(self, pages: int) -> None:
        self._top += pages * self._room
        self._at += pages * self._room

    def wheel(self, notches: int) -> None:
        self._top += notches * _NOTCH
        self._at = min(max(self._at, self._top), self._top + self._room - 1)

    def point(self, x: int, y: int) -> None:
        place = self._top + y - _HEAD
        if y < _HEAD or place >= len(self._rows):
            return
        again = place == self._at
        self._at = place
        branch = self._rows[place]
        on_sign = x <= 1 + _INDENT * branch.depth
        if again or on_sign:
            if branch in self._opened:
                self._opened.discard(branch)
            else:
                self._unfold(branch)

    def _unfold(self, branch: Branch) -> None:
        if branch in self._opened:
            self._at += bool(self._tree.inner(branch, self._level))
        elif self._tree.inner(branch, self._level):
            self._opened.add(branch)

    def _fold(self, branch: Branch) -> None:
        if self._kept is None and branch in self._opened:
            self._opened.discard(branch)
        elif branch.parent is not None and branch.parent in self._rows:
            self._at = self._rows.index(branch.parent)

    def _search(self, text: str) -> None:
        """Show only what has `text` in its name; all again without any."""
        if self._rows:
            self._kept_at = above = self._rows[min(max(0, self._at), len(self._rows) - 1)]
            while self._searched and above.parent is not None:  # it stays in sight
                above = above.parent
                self._opened.add(above)
        self._searched = text
        self._found, self._kept = set(), None
        if text:
            self._found, self._kept = self._tree.find(text, self._level)
            rows = self._tree.rows(self._level, (), self._kept)
            if self._kept_at not in self._found:
                self._kept_at = next((one for one in rows if one in self._found), None)

    def _read(self, subject: Subject, look: Look) -> None:
        """Have the tree of the graph that is to be seen."""
        _, decoded = subject.summary(look.step, object)
        run = subject.run
        costs = _costs(subject, run) if run is not None else []
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
            _learn_sizes(self._tree, subject, run)
        self._level = self._tree.level
        self._opened, self._trace, self._at, self._top = set(), None, 0, 0
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
            facts.append((f"  {_parameters(root, exact=True)} parameters", roles.LEGEND))
        if root.time:
            facts.append((f"  {_time(root.time)}", roles.LEGEND))
        if root.memory:
            facts.append((f"  {_bytes(root.memory)}", roles.LEGEND))
        state: list[Piece] = [(self._level, roles.NOTE)]
        if self._searched:
            state.append((f"  /{self._searched}: {len(self._found):,} found", roles.ACCENT))
        if self._trace is not None:
            through = self._trace.through.path
            state.append((f"  ▲ before, ▼ after {through}", roles.ACCENT))
        state += [(f"  {text}", role) for text, role in self._notes]
        return [clip(facts, cells), clip(state, cells), self._titles(cells)]

    def _columns(self, cells: int) -> list[str]:
        """The columns that find room besides the names, the most telling ones first."""
        root, left = self._tree.root, cells - _LEAST_NAME
        wanted = {"shape": _SHAPE_CELLS + 2}
        if root.parameters or root.unknown:
            wanted["params"] = _COUNT_CELLS + 2
        if root.time:
            wanted["time"] = _COUNT_CELLS + 2
        if root.memory:
            wanted["memory"] = _COUNT_CELLS + 3
        if root.parameters:
            wanted["share"] = _BAR_CELLS + 6
        chosen = []
        for name, size in wanted.items():
            if size <= left:
                left -= size
                chosen.append(name)
        order = ("shape", "params", "share", "time", "memory")
        return sorted(chosen, key=order.index)

    def _name_cells(self, cells: int) -> int:
        """The width of the column of names: what they need, no more than the others leave."""
        room = cells - sum(_WIDTHS[name] for name in self._columns(cells))
        longest = max((_name_width(branch) for branch in self._rows), default=0)
        return max(0, min(room, max(_LEAST_NAME, longest)))

    def _titles(self, cells: int) -> Row:
        spans = [
            Span(fit(f"  {name}", _WIDTHS[name], "right"), roles.DIM)
            for name in self._columns(cells)
        ]
        return (Span(" " * self._names, roles.BLANK), *spans)

    def _body(self, rows: Sequence[Branch], cursor: Branch | None, cells: int) -> list[Row]:
        columns = self._columns(cells)
        return [self._row(branch, columns, self._names, branch is cursor) for branch in rows]

    def _row(self, branch: Branch, columns: Sequence[str], room: int, selected: bool) -> Row:
        mark, ink = " ", roles.ACCENT
        if self._trace is not None:
            if branch is self._trace.through:
                mark = "◆"
            elif branch in self._trace.before:
                mark, ink = "▲", roles.curve(0)
            elif branch in self._trace.after:
                mark, ink = "▼", roles.curve(1)
        inner = self._tree.inner(branch, self._level)
        sign = _SIGNS.get(branch.role, " ")
        if inner:
            sign = "▾" if self._kept is not None or branch in self._opened else "▸"
        name_role = _NAME_ROLES.get(branch.role, roles.DIM)
        if branch in self._found or mark != " ":
            name_role = ink
        left: list[Piece] = [
            (mark, ink),
            (" " * (_INDENT * (branch.depth - 1)) + sign + " ", roles.AXIS),
        ]
        first, second = _names(branch)
        left += [(first, name_role), (f"  {second}" if second else "", roles.DIM)]
        row = list(clip(left, max(0, room)))
        used = sum(width(span.text) for span in row)
        row.append(Span(" " * max(0, room - used), roles.BLANK))
        for column in columns:
            row += self._cell(branch, column)
        if selected:
            return (Span("".join(span.text for span in row), "cursor"),)
        return tuple(row)

    def _cell(self, branch: Branch, column: str) -> list[Span]:
        cells = _WIDTHS[column]
        root = self._tree.root
        match column:
            case "shape":
                return [Span(fit(_shape(branch.shape), cells, "right"), roles.LEGEND)]
            case "params":
                return [Span(fit(_parameters(branch), cells, "right"), roles.VALUE)]
            case "time":
                text = _time(branch.time) if branch.time else ""
                return [Span(fit(text, cells, "right"), roles.LEGEND)]
            case "memory":
                text = _bytes(branch.memory) if branch.memory else ""
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

    def _details(self, branch: Branch | None, cells: int) -> list[Row]:
        """What there is to say about the row under the cursor."""
        if branch is None:
            return []
        taken, given = self._tree.neighbours(branch)
        about: list[Piece] = [(branch.path, roles.TITLE), (f"  {branch.type}", roles.LEGEND)]
        if branch.role == "module":
            about.append((f"  {branch.operations:,} operations", roles.NOTE))
            about.append((f"  {_parameters(branch, exact=True)} parameters", roles.NOTE))
        elif branch.node >= 0:
            node = self._tree.graph.nodes[branch.node]
            told = (node.dtype, node.device, node.attributes.removeprefix("{}"))
            about += [(f"  {text}", roles.NOTE) for text in told if text]
        rule = (Span("─" * cells, roles.AXIS),)
        return [
            rule,
            clip(about, cells),
            clip([("takes ", roles.NOTE), *_named(taken)], cells),
            clip([("gives ", roles.NOTE), *_named(given)], cells),
        ]


_WIDTHS = {
    "shape": _SHAPE_CELLS + 2,
    "params": _COUNT_CELLS + 2,
    "share": _BAR_CELLS + 6,
    "time": _COUNT_CELLS + 2,
    "memory": _COUNT_CELLS + 3,
}


def _names(branch: Branch) -> tuple[str, str]:
    """What names a branch, and what else there is to say; the second may be empty."""
    if branch.role == "operation" and branch.type.startswith(_ATEN):
        # torch numbers what an operation gives; what it does says more.
        return branch.type.removeprefix(_ATEN), branch.name
    return branch.name, branch.type if branch.role != "parameter" else ""


def _name_width(branch: Branch) -> int:
    return 3 + _INDENT * (branch.depth - 1) + sum(width(safe(text)) + 2 for text in _names(branch))


def _has_details(look: Look) -> bool:
    return look.inside and look.height >= _DETAILS_FROM


def _costs(subject: Subject, run: Run) -> list[tuple[str, RunMetadata]]:
    """What steps of the run cost, by tag: each the newest one."""
    found = []
    for tag, series in run.refs.items():
        refs = series.snapshot()
        if series.plugin in _COSTS and len(refs.steps):
            try:
                decoded = subject.read_from(run, series, refs, len(refs.steps) - 1)
            except ViewError:
                continue
            if isinstance(decoded, RunMetadata):
                found.append((tag, decoded))
    return found


def _learn_sizes(tree: Tree, subject: Subject, run: Run) -> None:
    """Take sizes of parameters that do not follow from shapes from histograms of them."""
    if not tree.root.unknown:
        return
    tags = {
        tag.rpartition("/")[2]: series
        for tag, series in run.refs.items()
        if series.plugin == "histograms" and not tag.endswith("grad")
    }

    def size(path: str) -> int | None:
        series = tags.get(path)
        refs = series.snapshot() if series is not None else None
        if series is None or refs is None or not len(refs.steps):
            return None
        try:
            decoded = subject.read_from(run, series, refs, len(refs.steps) - 1)
        except ViewError:
            return None
        return int(decoded.counts.sum()) if isinstance(decoded, Histogram) else None

    tree.learn(size)


def _named(branches: Collection[Branch]) -> list[Piece]:
    """The branches that are told of one that takes or gives, with shapes."""
    pieces: list[Piece] = []
    for branch in list(branches)[:_MOST_BRANCHES_TOLD]:
        if branch.role == "detail":
            continue
        where = branch.parent if branch.role == "operation" else branch
        name = where.path if where is not None and where.depth else branch.name
        if where is not branch and branch.type:
            name = f"{name}:{branch.type.removeprefix(_ATEN)}"
        shape = _shape(branch.shape)
        pieces.append((", " if pieces else "", roles.AXIS))
        pieces.append((name, roles.TEXT))
        if shape:
            pieces.append((f" {shape}", roles.DIM))
    return pieces or [("nothing", roles.DIM)]


def _shape(shape: Shape) -> str:
    if shape is None:
        return ""
    return "×".join("?" if dim is None else str(dim) for dim in shape) or "number"


def _parameters(branch: Branch, *, exact: bool = False) -> str:
    known = f"{branch.parameters:,}" if exact else format_step(branch.parameters)
    if branch.unknown:
        return f"{known}+?" if branch.parameters else "?"
    return known if branch.parameters or exact else ""


def _time(us: int) -> str:
    return f"{us} µs" if us < 1000 else f"{us / 1000:.4g} ms" if us < 10**6 else f"{us / 1e6:.4g} s"


def _bytes(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024
    return f"{size:.4g} {unit}"


def _bar(share: float, cells: int) -> str:
    eighths = max(1, round(share * cells * 8))
    whole, rest = divmod(min(eighths, cells * 8), 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(cells)
