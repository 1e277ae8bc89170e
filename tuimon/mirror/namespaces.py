"""The prefixes that the tags of a training's directories get in W&B.

A directory is called by its path below the *root* of the launch: what the directories that are
found together have in common, as by W&B's own integration. A single one has bare tags, ``sweep/0``
and ``sweep/1`` are ``0`` and ``1``, ``train`` and ``val`` are so called even alone. What comes
later and lies elsewhere is called by its path from where that parts from the root, or from the
working directory; the same, whatever came before it. A log directory which the user named makes no
difference but that the root is not above it: ``version_0`` and ``version_1`` in it are two
trainings, whose curves W&B compares by their names.

What a directory is called stays: the journal has it, and knows the root by it.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from tuimon.metrics.splits import SPLITS

_TELLING_SPLITS = ("train", "val", "eval", "test")
"""Parts of the data; a directory that is called ``dev`` may well be another thing."""

_RANK = re.compile(r"((global|local)[_-]?)?rank[_-]?\d+", re.IGNORECASE)


def is_part_name(name: str) -> bool:
    """Whether a directory of this name holds a part of a run, as ``train`` and ``val`` do."""
    return SPLITS.get(name.lower()) in _TELLING_SPLITS


def is_part_or_rank_name(name: str) -> bool:
    """Whether it is that, or holds what one rank writes."""
    return is_part_name(name) or _RANK.fullmatch(name) is not None


class Namespaces:
    """Names the directories of a launch, each differently. Paths are absolute.

    `known` are the names that directories have already; `logdir` is what the user named. `cwd` is
    the training's working directory, `own` that of what tuimon itself writes of the run.
    """

    def __init__(
        self, known: Mapping[str, str], *, logdir: str | None = None, cwd: str = "", own: str = ""
    ) -> None:
        self._known = known
        self._logdir = os.path.abspath(logdir) if logdir else None  # noqa: PTH100
        self._root: str | None = None
        self._cwd = cwd
        self._own = own
        self._given: dict[str, str] = {}

    def can_tell(self, directories: Collection[str]) -> bool:
        """Whether others that may still be found make no difference to what these are called."""
        is_told = self._root is not None or self._logdir in directories
        return is_told or not directories or not self._known.keys().isdisjoint(directories)

    def keep(self, directory: str, name: str) -> None:
        """A directory that was named before is called otherwise now."""
        self._known = {**self._known, directory: name}

    def enter(self, directories: Collection[str]) -> None:
        """Name directories that were found together."""
        if self._root is None and directories:
            self._root = self._known_root(directories) or self._common_root(directories)
        for directory in sorted(directories):
            if directory not in self._given:
                self._given[directory] = self._name(directory)

    def of(self, directory: str) -> str:
        """The prefix of a directory that was entered, empty for none."""
        return self._given[directory]

    def _known_root(self, directories: Collection[str]) -> str | None:
        found = [one for one in self._known if one in directories]
        if not found:
            return None
        first = self._not_own(found)[0]
        return first.removesuffix(f"/{self._known[first]}") or "/"

    def _common_root(self, directories: Collection[str]) -> str:
        if self._logdir is not None and self._logdir in directories:
            return self._logdir
        others = self._not_own(directories)
        root = os.path.commonpath(others)
        name = os.path.basename(root)  # noqa: PTH119 (paths are strings here)
        is_part = root in others and is_part_or_rank_name(name)
        return os.path.dirname(root) if is_part else root  # noqa: PTH120

    def _not_own(self, directories: Collection[str]) -> Sequence[str]:
        """Those of the training itself, if there are any."""
        return [one for one in directories if not _is_within(one, self._own)] or [*directories]

    def _name(self, directory: str) -> str:
        if directory in self._known:
            return self._known[directory]
        assert self._root is not None
        taken = set(self._given.values())
        # A launch that goes on from elsewhere continues the curves of what is called alike.
        if any(_is_within(one, self._root) for one in self._known):
            taken |= set(self._known.values())
        return next(name for name in self._names(directory, self._root) if name not in taken)

    def _names(self, directory: str, root: str) -> Iterator[str]:
        """What it may be called, best first; the last ones never end."""
        if directory == root:
            yield ""
        above = os.path.commonpath([root, os.path.dirname(directory)])  # noqa: PTH120
        near = [one for one in (self._cwd, self._own) if one != directory]
        base = max([above, *(one for one in near if _is_within(directory, one))], key=len)
        parts = directory.split("/")[1:]
        shortest = len(parts) - len([part for part in base.split("/") if part])
        for count in range(shortest, len(parts) + 1):
            yield "/".join(parts[-count:])
        number = 1
        while True:
            number += 1
            yield f"{directory[1:]} ({number})"


def _is_within(path: str, directory: str) -> bool:
    """Whether a directory is another one, or lies below it."""
    return bool(directory) and (path == directory or path.startswith(f"{directory.rstrip('/')}/"))
