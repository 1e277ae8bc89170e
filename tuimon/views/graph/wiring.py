"""Which branches of a graph depend on which: what one takes and gives, and the way through it."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from tuimon.summaries.graphs import Graph
from tuimon.views.graph.branch import Branch


class GraphPath(NamedTuple):
    """The way from the inputs through a branch to the outputs."""

    through: Branch
    before: Collection[Branch]
    """What it depends on."""
    after: Collection[Branch]
    """What depends on it."""


class Wiring:
    """The edges between the nodes of a graph."""

    def __init__(self, graph: Graph, of: Sequence[Branch]) -> None:
        """`of` are the branches of the nodes, by index."""
        self._of = of
        self._sources = _sources(graph)

    def trace(self, through: Branch) -> GraphPath:
        """Follow the graph from a branch to the inputs and to the outputs."""
        inside = self._nodes(through)
        return GraphPath(
            through,
            self._branches(_reached(inside, self._sources) - inside, through),
            self._branches(_reached(inside, self._targets) - inside, through),
        )

    def neighbours(self, branch: Branch) -> tuple[list[Branch], list[Branch]]:
        """What a branch takes from outside, and what takes something of it; nodes only."""
        inside = self._nodes(branch)
        taken = dict.fromkeys(s for i in sorted(inside) for s in self._sources[i])
        given = (index for index, found in enumerate(self._sources) if not inside.isdisjoint(found))
        return (
            [self._of[index] for index in taken if index not in inside],
            [self._of[index] for index in given if index not in inside],
        )

    @cached_property
    def _targets(self) -> list[list[int]]:
        """What nodes take each node."""
        targets: list[list[int]] = [[] for _ in self._sources]
        for index, found in enumerate(self._sources):
            for source in found:
                targets[source].append(index)
        return targets

    def _nodes(self, branch: Branch) -> set[int]:
        below = set(branch.walk())
        return {index for index, found in enumerate(self._of) if found in below}

    def _branches(self, nodes: Iterable[int], through: Branch) -> set[Branch]:
        """The branches of nodes and all that these are in, but not those `through` is in."""
        around = set(through.lineage())
        found = set[Branch]()
        for index in nodes:
            line = self._of[index].lineage()
            found.update(takewhile(lambda one: one not in found and one not in around, line))
        return found


def _sources(graph: Graph) -> list[list[int]]:
    """What nodes each node takes, by index."""
    places = {node.name: index for index, node in enumerate(graph.nodes)}
    return [
        [places[name] for name in map(_node_name, node.inputs) if name in places]
        for node in graph.nodes
    ]


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
