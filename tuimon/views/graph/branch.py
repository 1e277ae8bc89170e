"""A module or a node of a graph, and what is in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tuimon.summaries.graphs import Shape

_NONE: dict[str, Branch] = {}
"""Never changed: most branches have none below them, and there may be 50,000."""


@dataclass(slots=True, eq=False, repr=False)
class Branch:
    """A module or a node of the graph, and all that is in it."""

    name: str
    type: str
    """Class of a module, operation of a node."""
    role: str
    """That of a node, or ``module``."""
    parent: Branch | None
    depth: int = 0
    branches: dict[str, Branch] = field(default_factory=lambda: _NONE)
    """Replaced with the first one."""
    node: int = -1
    """Index of the graph's node that this is."""
    shape: Shape = None
    """Of the output: of the last operation that has one."""
    operations: int = 0
    parameters: int = 0
    """Numbers that the parameters hold whose sizes are known."""
    unknown: int = 0
    """Parameters whose sizes are not."""
    time: int = 0
    """us, of a traced step."""
    memory: int = 0
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
        branch = self.branches[name] = Branch(name, type, role, self, self.depth + 1)
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
