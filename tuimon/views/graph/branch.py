"""A module or a node of a graph, and what is in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from tuimon.summaries.graphs import Shape

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
        names = [branch.name for branch in self.lineage() if branch.depth > 1]
        return ".".join(reversed(names)) or self.name

    def add(self, name: str, type: str, role: str) -> Branch:
        """A new branch below this one."""
        if self.branches is _NONE:
            self.branches = {}
        branch = self.branches[name] = Branch(name, type, role, self)
        return branch

    def lineage(self) -> Iterator[Branch]:
        """This branch and all that it is in, up to the root."""
        branch: Branch | None = self
        while branch is not None:
            yield branch
            branch = branch.parent

    def walk(self) -> Iterator[Branch]:
        """This branch and all below it."""
        waiting = deque([self])
        while waiting:
            branch = waiting.pop()
            yield branch
            waiting.extend(reversed(branch.branches.values()))
