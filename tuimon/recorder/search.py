"""A bounded, incremental search for new files below directories.

A directory's modification time changes when an entry is added, and adding is all that matters
here. So a directory is listed once and again only when its time has changed: a look at a known
tree costs one `stat` a directory. Work is done in slices of a few milliseconds.
"""

# ruff: noqa: PTH116, PTH118, PTH119, PTH120 - thousands of paths a second: strings cost a third of Path objects

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

MAX_ENTRIES = 20_000
"""Entries read of one directory: what lies behind is taken for data."""

FRESH_NS = 2 * 10**9
"""A time this close to now may stay the same at the next change (kernel ticks, FAT, NFS)."""

_MAX_HOT = 64

LIKELY_NAMES = frozenset(
    {"runs", "lightning_logs", "logs", "log", "tb", "tb_logs", "tensorboard", "outputs", "output"}
    | {"multirun", "results", "experiments", "exp", "checkpoints"}
)
"""Directories that are looked into first: the customs of torch, Lightning, Hydra and others."""

_PRUNED_NAMES = frozenset({"node_modules", "__pycache__", "site-packages"})
_ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})
_SYSTEM_DIRECTORIES = frozenset({"/proc", "/sys", "/dev"})


@dataclass(slots=True)
class _SearchDirectory:
    path: str
    root: str
    likely: bool
    seen_ns: int = -1
    """Modification time of the listing; -1 when it has to be listed (again)."""
    identity: tuple[int, int] | None = None
    subdirectories: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class DirectorySearch:
    """Finds files with wanted names below root directories, new ones at each `step`.

    Hidden directories, virtual environments, caches and packages are left out; symbolic links to
    directories are followed, links to files are not (they stand for files elsewhere). At most
    `max_directories` are kept an eye on below each root, and twice as many in all; as many again if
    their names are likely.
    """

    def __init__(self, wanted: Callable[[str], bool], max_directories: int = 4000) -> None:
        self._wanted = wanted
        self._max_directories = max_directories
        self._room_for_all = 2 * max_directories
        self._room: dict[str, int] = {}
        self._known: dict[str, _SearchDirectory] = {}
        self._identities: set[tuple[int, int]] = set()
        self._likely: deque[_SearchDirectory] = deque()
        self._others: deque[_SearchDirectory] = deque()
        self._round: Iterator[_SearchDirectory] = iter(())
        self._hot: dict[str, _SearchDirectory] = {}

    @property
    def directories(self) -> int:
        """How many directories are being watched."""
        return len(self._known)

    @property
    def complete(self) -> bool:
        """True when no directory waits to be listed for the first time."""
        return not (self._likely or self._others)

    def add_root(self, path: str) -> None:
        """Search below `path` too; it must be absolute and need not exist yet."""
        if path not in self._room:
            self._room[path] = self._max_directories
            self._likely.append(_SearchDirectory(path, path, likely=True))

    def step(self, seconds: float) -> list[str]:
        """Search for about `seconds`; returns paths of files not returned before.

        First the directories where something is likely to happen; then, for half of the time at
        most, a round over all known ones, which goes on where the last step ended; then unknown
        ones, breadth-first. Each step gets on with both by one directory at least.
        """
        now = time.monotonic()
        found: list[str] = []
        for directory in list(self._hot.values()):
            self._look(directory, found)
        self._go_round(now + seconds / 2, found)
        while queue := self._likely or self._others:
            directory = queue.popleft()
            if directory.path not in self._known:  # else a root below a root
                self._known[directory.path] = directory
                self._look(directory, found)
            if time.monotonic() > now + seconds:
                break
        return found

    def _go_round(self, deadline: float, found: list[str]) -> None:
        """Look at the known directories in turn until the round or the time is over."""
        while (directory := next(self._round, None)) is not None:
            self._look(directory, found)
            if time.monotonic() > deadline:
                return
        self._round = iter(list(self._known.values()))

    def _look(self, directory: _SearchDirectory, found: list[str]) -> None:
        """List a directory if it has changed since the last look."""
        try:
            status = os.stat(directory.path)
            if status.st_mtime_ns == directory.seen_ns:
                return
            if directory.identity is None:
                if directory.path in self._room or _is_likely(directory.path):
                    self._heat(directory)
                directory.identity = (status.st_dev, status.st_ino)
                if directory.identity in self._identities:
                    directory.identity = None  # reached before on another way
                    self._forget(directory)
                    return
                self._identities.add(directory.identity)
            else:
                self._heat(directory)
            fresh = abs(time.time_ns() - status.st_mtime_ns) < FRESH_NS
            directory.seen_ns = -1 if fresh else status.st_mtime_ns
            self._list(directory, found)
        except OSError:
            # Gone, or not for us. A root may come (again) and stays.
            if directory.path not in self._room:
                self._forget(directory)

    def _list(self, directory: _SearchDirectory, found: list[str]) -> None:
        subdirectories: list[str] = []
        files: list[str] = []
        with os.scandir(directory.path) as entries:
            for number, entry in enumerate(entries):
                name = entry.name
                if self._wanted(name):
                    if name not in directory.files and entry.is_file(follow_symlinks=False):
                        files.append(name)
                elif name in _ENVIRONMENT_MARKS and directory.path not in self._room:
                    return
                elif name not in directory.subdirectories and _is_open(name) and entry.is_dir():
                    subdirectories.append(name)
                if number >= MAX_ENTRIES:
                    break
        for name in files:
            directory.files.add(name)
            found.append(os.path.join(directory.path, name))
        for name in subdirectories:
            path = os.path.join(directory.path, name)
            below_likely = directory.likely and directory.path != directory.root
            child = _SearchDirectory(path, directory.root, below_likely or _is_likely(name))
            if path not in _SYSTEM_DIRECTORIES and self._take_room(child):
                directory.subdirectories.add(name)
                (self._likely if child.likely else self._others).append(child)

    def _take_room(self, directory: _SearchDirectory) -> bool:
        """Whether one more directory may be watched; likely ones have a reserve of their own."""
        room = min(self._room[directory.root], self._room_for_all)
        if room <= (-self._max_directories if directory.likely else 0):
            return False
        self._room[directory.root] -= 1
        self._room_for_all -= 1
        return True

    def _heat(self, directory: _SearchDirectory) -> None:
        """Look at a directory that has just changed at every step, until others have changed."""
        self._hot.pop(directory.path, None)
        self._hot[directory.path] = directory
        if len(self._hot) > _MAX_HOT:
            del self._hot[next(iter(self._hot))]

    def _forget(self, directory: _SearchDirectory) -> None:
        self._known.pop(directory.path, None)
        self._hot.pop(directory.path, None)
        self._room[directory.root] += 1
        self._room_for_all += 1
        if directory.identity is not None:
            self._identities.discard(directory.identity)
        if parent := self._known.get(os.path.dirname(directory.path)):
            parent.subdirectories.discard(os.path.basename(directory.path))


def _is_likely(path: str) -> bool:
    return os.path.basename(path).lower() in LIKELY_NAMES


def _is_open(name: str) -> bool:
    return not name.startswith(".") and name not in _PRUNED_NAMES
