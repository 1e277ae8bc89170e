"""The tree of a graph: modules, and in them what they do; what is below each, added up."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from tuimon.summaries.graphs import Graph, NodeCost, Shape
from tuimon.summaries.modules import Role, Scope, is_torch, place, split_component
from tuimon.summaries.parameters import parameter_sizes

Level = Literal["modules", "operations", "everything"]
"""What is seen: modules alone, what they do, and also what only prepares arguments."""

_SHOWN: Mapping[Level, frozenset[str]] = {
    "modules": frozenset({"module", "input", "output"}),
    "operations": frozenset({"module", "input", "output", "operation", "parameter"}),
    "everything": frozenset({"module", "input", "output", "operation", "parameter", "detail"}),
}


_NONE: dict[str, Branch] = {}
"""Never changed: most branches have none below them, and there may be 50,000."""


class Branch:
    """A module or a node of the graph, and all that is in it."""

    __slots__ = (
        "branches",
        "depth",
        "memory",
        "name",
        "node",
        "operations",
        "parameters",
        "parent",
        "role",
        "shape",
        "time",
        "type",
        "unknown",
    )

    def __init__(self, name: str, type: str, role: str, parent: Branch | None) -> None:
        self.name = name
        self.type = type
        """Class of a module, operation of a node."""
        self.role = role
        """That of a node, or ``module``."""
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.branches: dict[str, Branch] = _NONE
        """Replaced with the first one."""
        self.node = -1
        """Index of the graph's node that this is."""
        self.shape: Shape = None
        """Of the output: of the last operation that has one."""
        self.operations = 0
        self.parameters = 0
        """Numbers that the parameters hold whose sizes are known."""
        self.unknown = 0
        """Parameters whose sizes are not."""
        self.time = 0
        """us, of a traced step."""
        self.memory = 0
        """Bytes."""

    @property
    def path(self) -> str:
        """The names of all modules it is in, but for the model's own: as in a ``state_dict``."""
        names = []
        branch: Branch | None = self
        while branch is not None and branch.depth > 1:
            names.append(branch.name)
            branch = branch.parent
        return ".".join(reversed(names)) or self.name

    def add(self, name: str, type: str, role: str) -> Branch:
        """A new branch below this one."""
        if self.branches is _NONE:
            self.branches = {}
        branch = self.branches[name] = Branch(name, type, role, self)
        return branch

    def walk(self) -> Iterator[Branch]:
        """This branch and all below it."""
        waiting = deque([self])
        while waiting:
            branch = waiting.pop()
            yield branch
            waiting.extend(reversed(branch.branches.values()))


class Trace(NamedTuple):
    """The way from the inputs through a branch to the outputs."""

    through: Branch
    before: Collection[Branch]
    """What it depends on."""
    after: Collection[Branch]
    """What depends on it."""


class Tree:
    """The modules of a graph."""

    def __init__(self, graph: Graph, costs: Iterable[NodeCost] = ()) -> None:
        self.graph = graph
        self.root = Branch("", "", "module", None)
        self.level: Level = "modules" if is_torch(graph) else "operations"
        """That shows most of it at first."""
        self._of: list[Branch] = [self.root] * len(graph.nodes)
        """Branches of the nodes."""
        scopes: dict[Scope, Branch] = {(): self.root}
        outputs = []
        placed = place(graph)
        # Modules stand in the order in which they run, which constants tell nothing about.
        for index in sorted(range(len(placed)), key=lambda index: placed[index].role == "detail"):
            scope, name, role = placed[index]
            parent = self._scope(scope, scopes)
            branch = self._leaf(parent, name, role, graph.nodes[index].op)
            if branch.node < 0:
                branch.node = index
            if graph.nodes[index].shapes:
                branch.shape = graph.nodes[index].shapes[0]
            self._of[index] = branch
            if role == "output":
                outputs.append(branch)
        for branch in outputs:  # torch writes them before all operations
            branches = branch.parent.branches if branch.parent else {}
            branches[branch.name] = branches.pop(branch.name)
        self._measure(costs)

    def _scope(self, scope: Scope, known: dict[Scope, Branch]) -> Branch:
        found = known.get(scope)
        if found is None:
            parent = self._scope(scope[:-1], known)
            name, type = split_component(scope[-1])
            found = parent.branches.get(name)
            if found is None:
                found = parent.add(name, type, "module")
            known[scope] = found
        return found

    @staticmethod
    def _leaf(parent: Branch, name: str, role: Role, op: str) -> Branch:
        branch = parent.branches.get(name)
        if branch is None:
            branch = parent.add(name, role if role in ("input", "output") else op, role)
        elif branch.role == "module" and not branch.type:
            branch.type = op  # TensorFlow has operations that are scopes, too
        return branch

    def _measure(self, costs: Iterable[NodeCost]) -> None:
        sizes = parameter_sizes(self.graph)
        spent: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for cost in costs:
            spent[cost.name][0] += cost.duration
            spent[cost.name][1] += cost.memory
        for branch in reversed(list(self.root.walk())):  # those below come first
            branch.operations = int(branch.role == "operation")
            if branch.node >= 0:
                name = self.graph.nodes[branch.node].name
                if name in spent:
                    branch.time, branch.memory = spent[name]
                if branch.role == "parameter":
                    size = sizes.get(name)
                    branch.parameters, branch.unknown = size or 0, int(size is None)
            for inner in branch.branches.values():
                branch.operations += inner.operations
                branch.parameters += inner.parameters
                branch.unknown += inner.unknown
                branch.time += inner.time
                branch.memory += inner.memory
                if inner.role in ("module", "operation") and inner.shape is not None:
                    branch.shape = inner.shape

    def learn(self, size: Callable[[str], int | None]) -> None:
        """Have the sizes of parameters that are not known yet told by their paths."""
        for branch in self.root.walk():
            if branch.role == "parameter" and branch.unknown:
                found = size(branch.path)
                if found is not None:
                    above: Branch | None = branch
                    while above is not None:
                        above.parameters += found
                        above.unknown -= 1
                        above = above.parent

    def rows(
        self, level: Level, opened: Collection[Branch], kept: Collection[Branch] | None
    ) -> list[Branch]:
        """What is seen from above to below: what is in `opened` modules, or all that is `kept`."""
        shown = _SHOWN[level]
        found: list[Branch] = []
        waiting = deque(reversed(self.root.branches.values()))
        while waiting:
            branch = waiting.pop()
            if branch.role not in shown if kept is None else branch not in kept:
                continue
            found.append(branch)
            if kept is not None or branch in opened:
                waiting.extend(reversed(branch.branches.values()))
        return found

    @staticmethod
    def inner(branch: Branch, level: Level) -> list[Branch]:
        """What is seen in a branch once it is opened."""
        shown = _SHOWN[level]
        return [inner for inner in branch.branches.values() if inner.role in shown]

    def opening(self, level: Level, room: int) -> set[Branch]:
        """The modules to open at first: as many levels as find room in so many rows."""
        opened: set[Branch] = set()
        front = list(self.root.branches.values())
        used = len(front)
        while front:
            inner = [(branch, self.inner(branch, level)) for branch in front]
            used += sum(len(found) for _, found in inner)
            if used > room and opened:
                break
            opened.update(branch for branch, found in inner if found)
            front = [branch for _, found in inner for branch in found]
        return opened

    def find(self, text: str, level: Level) -> tuple[set[Branch], set[Branch]]:
        """The branches whose path or type holds `text`, and those with all that they are in."""
        wanted, shown = text.lower(), _SHOWN[level]
        found, kept = set[Branch](), set[Branch]()
        paths = {self.root: ""}
        for branch in self.root.walk():
            if branch.parent is None:
                continue
            above = paths[branch.parent]
            path = paths[branch] = f"{above}.{branch.name}" if above else branch.name
            if branch.role in shown and (wanted in path.lower() or wanted in branch.type.lower()):
                found.add(branch)
                above_it: Branch | None = branch
                while above_it is not None and above_it not in kept:
                    kept.add(above_it)
                    above_it = above_it.parent
        return found, kept

    def trace(self, through: Branch) -> Trace:
        """Follow the graph from a branch to the inputs and to the outputs."""
        inside = self._nodes(through)
        sources = self._sources
        targets: list[list[int]] = [[] for _ in sources]
        for index, found in enumerate(sources):
            for source in found:
                targets[source].append(index)
        return Trace(
            through,
            self._branches(_reached(inside, sources) - inside, through),
            self._branches(_reached(inside, targets) - inside, through),
        )

    def neighbours(self, branch: Branch) -> tuple[list[Branch], list[Branch]]:
        """What a branch takes from outside, and what takes something of it; nodes only."""
        inside = self._nodes(branch)
        sources = self._sources
        taken = dict.fromkeys(s for i in sorted(inside) for s in sources[i] if s not in inside)
        given = dict.fromkeys(
            i for i, found in enumerate(sources) if i not in inside and not inside.isdisjoint(found)
        )
        return [self._of[index] for index in taken], [self._of[index] for index in given]

    def _nodes(self, branch: Branch) -> set[int]:
        below = set(branch.walk())
        return {index for index, found in enumerate(self._of) if found in below}

    @cached_property
    def _sources(self) -> list[list[int]]:
        """What nodes each node takes."""
        places = {node.name: index for index, node in enumerate(self.graph.nodes)}
        return [
            [places[name] for name in map(_node_name, node.inputs) if name in places]
            for node in self.graph.nodes
        ]

    def _branches(self, nodes: Iterable[int], through: Branch) -> set[Branch]:
        """The branches of nodes and all that these are in, but not those `through` is in."""
        around: set[Branch] = set()
        above: Branch | None = through
        while above is not None:
            around.add(above)
            above = above.parent
        found: set[Branch] = set()
        for index in nodes:
            branch: Branch | None = self._of[index]
            while branch is not None and branch not in found and branch not in around:
                found.add(branch)
                branch = branch.parent
        return found


def _node_name(source: str) -> str:
    """The node that an input names: ``^scope/name:1`` is ``scope/name``."""
    name, colon, output = source.removeprefix("^").rpartition(":")
    return name if colon and output.isdecimal() else source.removeprefix("^")


def _reached(start: Iterable[int], edges: Sequence[Sequence[int]]) -> set[int]:
    seen = set(start)
    waiting = deque(seen)
    while waiting:
        for index in edges[waiting.pop()]:
            if index not in seen:
                seen.add(index)
                waiting.append(index)
    return seen
