"""The files of an online W&B run that are on disk here, until its server has them.

wandb copies each file of a run below ``wandb/run-…/files`` before it hands over the row that names
it, and every life of a mirror gets another such directory. So what these directories hold is what
the server must have, whoever was killed at which moment. Media, of which there may be any number,
are removed as soon as the server has them.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path, PurePosixPath

from tuimon.mirror.server import UnansweredError

MEDIA = "media/"
_PAGE = 500


class RunFiles:
    """The files of run `run_id` below `wandb_directory`; it is open in the directory `current`.

    `ignored` are the patterns of files that the user wants to keep from W&B.
    """

    def __init__(
        self,
        wandb_directory: Path,
        run_id: str,
        current: Path,
        ignored: Sequence[str] = (),
        *,
        offline: bool = False,
    ) -> None:
        """`offline`: what is sent is the directory of an offline run."""
        self._parent = wandb_directory.resolve()
        self._pattern = f"{'offline-' if offline else ''}run-*-{run_id}/files"
        self._current = current / "files"
        self._ignored = ignored
        self._confirmed: dict[str, int] = {}
        self.left: int | None = None
        """How many the server was not seen to have, the last time; None where nobody knows."""
        self.example = ""
        """The name of one of those."""
        self.since: float | None = None
        """When the first of them was written, Unix seconds."""
        self._lost: list[str] = []

    def ask(self, sizes: Callable[[Sequence[str]], Mapping[str, int]], *, at_end: bool) -> None:
        """Ask which files the server has, in pages; `sizes` gives those of them by name.

        What is no media may still change before the end, and is looked at only then.

        Raises what `sizes` raises.
        """
        found = self._found(at_end=at_end)
        try:
            for names in _pages(found):
                for name, size in sizes(names).items():
                    if name in found and size == _size(found[name]):
                        self._confirm(name, size)
                        del found[name]
            self.left, self.example = len(found), min(found, default="")
            self.since = min(map(_written_at, found.values()), default=None)
        except UnansweredError:
            self.left = None
            raise
        finally:  # sent again, then, rather than left out
            self._lost = [name for name, path in found.items() if self._is_of_earlier_life(path)]

    def on_disk(self) -> tuple[int, int]:
        """How many the server was not seen to have, and how many of them are of earlier lives."""
        found = self._found(at_end=False).values()
        return len(found), sum(map(self._is_of_earlier_life, found))

    def take_over(self) -> list[str]:
        """Move files of earlier lives, which the server lacks, to the open run; their names.

        Raises:
            OSError: they cannot be moved.
        """
        names, self._lost = self._lost, []
        for name in names:
            new = self._current / name
            new.parent.mkdir(parents=True, exist_ok=True)
            for old in self._directories():
                if old != self._current and (old / name).exists():
                    (old / name).replace(new)
        return names

    def _found(self, *, at_end: bool) -> dict[str, Path]:
        """Files that are not confirmed, by name; of several those of the newest life."""
        found: dict[str, Path] = {}
        for directory in self._directories():
            paths = _files_below(directory)
            found |= {path.relative_to(directory).as_posix(): path for path in paths}
        return {
            name: path
            for name, path in found.items()
            if (at_end or name.startswith(MEDIA) or self._is_of_earlier_life(path))
            and self._confirmed.get(name) != _size(path)
            and not self._is_ignored(name)
        }

    def _is_of_earlier_life(self, path: Path) -> bool:
        return self._current not in path.parents

    def _directories(self) -> list[Path]:
        """The oldest first; their names begin with their times."""
        return sorted(self._parent.glob(self._pattern))

    def _confirm(self, name: str, size: int) -> None:
        if not name.startswith(MEDIA):
            self._confirmed[name] = size
            return
        for directory in self._directories():
            (directory / name).unlink(missing_ok=True)

    def _is_ignored(self, name: str) -> bool:
        """As wandb-core takes such patterns: ``*`` is no way through a directory."""
        parts = PurePosixPath(name).parts
        return any(
            len(parts) == len(pattern.split("/"))
            and all(map(fnmatchcase, parts, pattern.split("/")))
            for pattern in self._ignored
        )


def _files_below(directory: Path) -> Iterator[Path]:
    for above, _, names in os.walk(directory):
        for name in names:
            yield Path(above, name)


def _pages(names: Mapping[str, Path]) -> Iterator[list[str]]:
    rest = iter([*names])
    while page := [*islice(rest, _PAGE)]:
        yield page


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
