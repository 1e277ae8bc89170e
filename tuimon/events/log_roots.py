"""Where the search of log directories begins, and what the runs there are called."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.runs.sources import LogSource

MAX_DEPTH = 16


class FoundFile(NamedTuple):
    """An event file, or another log, and the run that it belongs to."""

    run: str
    path: Path


class LogRoot(NamedTuple):
    """A log directory, or one file."""

    path: Path
    """Absolute; links in it are as they were named."""
    run: str
    """The run there; ``.`` for the only root."""
    levels: int
    """How many levels below it belong to it."""


def log_roots(sources: Sequence[LogSource]) -> list[LogRoot]:
    """Roots of different names, but for those that others come to."""
    levels: dict[Path, int] = {}
    named: dict[Path, Path] = {}
    for source in sources:
        path = _absolute(source)
        real = Path(os.path.realpath(path))
        if real not in named or named[real].is_symlink():
            named[real] = path
        levels[real] = max(levels.get(real, 0), MAX_DEPTH if source.recursive else 0)
    walked = [real for real, below in levels.items() if below]
    tops = [real for real in levels if not any(_covers(root, real) for root in walked)]
    labels = {_absolute(source): source.label for source in sources if source.label}
    paths = [named[real] for real in tops]
    names = [labels.get(path, tail) for path, tail in zip(paths, _tails(paths), strict=True)]
    return [
        LogRoot(path, name if len(tops) > 1 else ".", levels[real])
        for real, path, name in zip(tops, paths, names, strict=True)
    ]


def roots_in_order(sources: Sequence[LogSource]) -> list[LogRoot]:
    """The same, with names that do not depend on later sources."""
    several_options = sum(source.found_by == "option" for source in sources) > 1
    roots: list[LogRoot] = []
    walked: list[Path] = []
    labels: set[str] = set()
    for source in sources:
        path = _absolute(source)
        real = Path(os.path.realpath(path))
        if real in walked or any(_covers(root, real) for root in walked):
            continue
        run = "."
        if roots or several_options:
            run = _free_label(path, labels)
            labels.add(run)
        roots.append(LogRoot(path, run, MAX_DEPTH if source.recursive else 0))
        if source.recursive:
            walked.append(real)
    return roots


def _tails(paths: Sequence[Path]) -> list[str]:
    """The ends of different paths, as short as tells them apart."""
    parts = [path.parts[1:] or ("root",) for path in paths]
    tails = [""] * len(paths)
    for count in range(1, max(map(len, parts), default=0) + 1):
        taken = Counter(tails)
        tails = [
            tail if tail and taken[tail] == 1 else "/".join(names[-count:])
            for tail, names in zip(tails, parts, strict=True)
        ]
    return tails


def _absolute(source: LogSource) -> Path:
    return Path(os.path.abspath(source.path))  # noqa: PTH100 (links stay as they were named)


def _covers(root: Path, path: Path) -> bool:
    """Whether a walk below `root` comes to `path`, both without links."""
    return root in path.parents and len(path.relative_to(root).parts) <= MAX_DEPTH


def _free_label(path: Path, taken: set[str]) -> str:
    """The shortest tail of `path` that is not taken."""
    parts = path.parts[1:] or ("root",)
    for count in range(1, len(parts) + 1):
        label = "/".join(parts[-count:])
        if label not in taken:
            return label
    return str(path)
