"""Which of the runs that TensorBoard would show are one W&B run.

A directory with event files is a W&B run. Directories below it are parts of it (torch's
``add_scalars`` and ``add_hparams`` make such), and so are directories called ``train``, ``val`` and
the like that lie side by side (Keras makes those): their names become prefixes of their tags.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from tuimon.events.logdir import FoundFile
from tuimon.mirror.keys import is_part_name


@dataclass(frozen=True, slots=True)
class Experiment:
    """The directories that become one W&B run."""

    name: str
    """Path relative to the log directory, whose own name stands for itself."""
    directories: tuple[str, ...]
    namespaces: tuple[str, ...]
    """The prefix for the tags of each directory, empty for none."""
    files: tuple[str, ...]


def experiments(root: Path, found: Iterable[FoundFile]) -> list[Experiment]:
    """Sort event files below a log directory into experiments, by name."""
    files: dict[PurePath, list[str]] = {}
    for file in found:
        files.setdefault(PurePath(file.path).parent, []).append(str(file.path))
    groups: dict[PurePath, list[PurePath]] = {}
    for directory in sorted(files):
        groups.setdefault(_top(directory, PurePath(root), files.keys()), []).append(directory)
    return [
        Experiment(
            name=root.name if top == root else str(top.relative_to(root)),
            directories=tuple(map(str, directories)),
            namespaces=tuple(
                "" if directory == top else str(directory.relative_to(top))
                for directory in directories
            ),
            files=tuple(path for directory in directories for path in files[directory]),
        )
        for top, directories in groups.items()
    ]


def _top(directory: PurePath, root: PurePath, holding: Iterable[PurePath]) -> PurePath:
    """The directory that the run of `directory` is named by."""
    known = set(holding)
    top = directory
    for ancestor in directory.parents:
        if not ancestor.is_relative_to(root):
            break
        if ancestor in known:
            top = ancestor
    return top.parent if top != root and is_part_name(top.name) else top
