"""The tree of a graph: modules, and in them what they do; what is below each, added up."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from itertools import takewhile
from typing import Literal

from tuimon.summaries.graphs import Graph, NodeCost
from tuimon.summaries.modules import Role, Scope, is_torch, place, split_component
from tuimon.summaries.parameters import parameter_sizes
from tuimon.views.graph.branch import Branch
from tuimon.views.graph.wiring import Wiring

Level = Literal["modules", "operations", "everything"]
"""What is seen: modules alone, what they do, and also what only prepares arguments."""

_SHOWN: Mapping[Level, frozenset[str]] = {
    "modules": frozenset({"module", "input", "output"}),
    "operations": frozenset({"module", "input", "output", "operation", "parameter"}),
    "everything": frozenset({"module", "input", "output", "operation", "parameter", "detail"}),
}


class Tree:
    """The modules of a graph."""

    def __init__(self, graph: Graph, costs: Iterable[NodeCost] = ()) -> None:
        self.graph = graph
        self.root = Branch("", "", "module", None)
        self.level: Level = "modules" if is_torch(graph) else "operations"
        """That shows most of it at first."""
        self._of: list[Branch] = [self.root] * len(graph.nodes)
        """Branches of the graph's nodes, by index."""
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
            branch.role = role if role == "parameter" else "module"
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
                    for above in branch.lineage():
                        above.parameters += found
                        above.unknown -= 1

    @cached_property
    def wiring(self) -> Wiring:
        """What depends on what."""
        return Wiring(self.graph, self._of)

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
                kept.update(takewhile(lambda one: one not in kept, branch.lineage()))
        return found, kept
