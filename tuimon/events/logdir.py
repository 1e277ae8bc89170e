"""Finding the event files of log directories, again and again, at little cost.

What writers leave beside event files without a word in them is found as well: configurations of
TensorBoard's projector (torch's ``add_embedding``) and traces of profilers.

A directory that holds an event file is a run, named by its path relative to the log directory; the
log directory itself is run ``.`` (TensorBoard's rule).
"""

import os
import stat
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tuimon.regular_file import regular_file
from tuimon.runs.sources import LogSource

MAX_DEPTH = 16
MAX_DIRECTORIES = 20_000
MAX_ENTRIES = 50_000
"""Entries looked at in one directory: a log directory is no data set."""

_RACY_SECONDS = 2.5
"""Time stamps are coarse: a directory that changed this recently may change again unseen."""
_RELIST_SECONDS = 15.0
"""List anyway after this time: clocks of file servers differ, attributes are cached."""


class FoundFile(NamedTuple):
    """An event file and the run that it belongs to."""

    run: str
    path: Path


PROJECTOR_CONFIG = "projector_config.pbtxt"
_TRACES = (".pt.trace.json", ".pt.trace.json.gz", ".xplane.pb", ".trace.json.gz")
"""Of ``torch.profiler.tensorboard_trace_handler``, and of TensorFlow's and JAX's profilers."""
_MOST_CONFIG_BYTES = 1 << 20


class SideFile(NamedTuple):
    """A file beside event files, and the run that it belongs to."""

    run: str
    path: Path
    size: int
    modified: float
    """Unix s."""
    text: str
    """Of a configuration, as far as 1 MiB; empty of other files."""


def is_side_file(name: str) -> bool:
    """Whether a file of this base name is of use though no event file."""
    return name == PROJECTOR_CONFIG or name.endswith(_TRACES)


def is_event_file(name: str) -> bool:
    """Whether TensorBoard takes a file of this base name for an event file."""
    return "tfevents" in name and not name.endswith(".profile-empty")


class LogdirScan:
    """Incremental discovery: `scan` gives the files found since the last call.

    Hidden directories below a log directory are left out (environments, caches, repositories);
    links are followed, no directory is visited twice. A source may also name one event file.

    Runs of a single source have plain names. Those of several begin with their log directories'
    names, as short as tells them apart.
    """

    def __init__(self, sources: Sequence[LogSource], *, lasting_names: bool = False) -> None:
        """With `lasting_names`, names stay what they are when sources are added: those of the first
        source are plain, unless several were given as options."""
        self._roots = (_roots_in_order if lasting_names else _roots)(sources)
        self._found: set[Path] = set()
        self.directories: list[str] = []
        """Those of the last scan, log directories first: what is worth watching."""
        self.beside: list[SideFile] = []
        """What the last scan found beside event files, sorted by run and path."""
        self.truncated = False
        """Whether the limits of this module kept something out in the last scan."""

    def forget(self, path: Path) -> None:
        """Find the file at `path` again when it comes back."""
        self._found.discard(path)

    def scan(self) -> list[FoundFile]:
        """Event files that were not there before, sorted by run and path. Never raises."""
        found: list[FoundFile] = []
        beside: list[SideFile] = []
        seen: set[tuple[int, int]] = set()
        visited: list[str] = []
        pending = deque(self._roots)
        truncated = False
        while pending and len(visited) < MAX_DIRECTORIES:
            directory = pending.popleft()
            identity = directory.refresh()
            if identity is None or identity in seen:
                continue
            seen.add(identity)
            visited.append(directory.path)
            truncated |= directory.truncated
            beside += directory.beside
            for file in directory.files:
                if file.path not in self._found:
                    self._found.add(file.path)
                    found.append(file)
            pending.extend(directory.children.values())
        self.directories = visited
        self.beside = sorted(beside)
        self.truncated = truncated or bool(pending)
        return sorted(found)


class _DirectoryListing:
    """What is known of one directory; listed again when it may have changed."""

    def __init__(self, path: str, run: str, levels: int) -> None:
        self.path = path
        self.run = run
        self.levels = levels
        """How many levels below it belong to the log directory."""
        self.files: list[FoundFile] = []
        self.beside: list[SideFile] = []
        self.children: dict[str, _DirectoryListing] = {}
        self.truncated = False
        self._modified = -1.0
        self._listed_at = float("-inf")

    def refresh(self) -> tuple[int, int] | None:
        """Bring the lists up to date; (device, inode), or None when it cannot be read."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 (a tenth of the cost, each second)
            if stat.S_ISDIR(status.st_mode):
                self._list_if_changed(status.st_mtime)
            else:
                path = Path(self.path)
                self.files = [FoundFile(self.run, path)] if is_event_file(path.name) else []
        except OSError:
            self.files, self.beside, self.children = [], [], {}
            self._listed_at = float("-inf")
            return None
        return status.st_dev, status.st_ino

    def _list_if_changed(self, modified: float) -> None:
        now = time.time()
        settled = self._listed_at - modified > _RACY_SECONDS
        if modified == self._modified and settled and now - self._listed_at < _RELIST_SECONDS:
            return
        with os.scandir(self.path) as entries:
            listed = list(islice(entries, MAX_ENTRIES + 1))
        self._modified, self._listed_at = modified, now
        self.truncated = len(listed) > MAX_ENTRIES
        self.files = []
        known, self.children = self.children, {}
        beside, self.beside = {file.path: file for file in self.beside}, []
        for entry in listed[:MAX_ENTRIES]:
            with suppress(OSError):  # a loop of links, say
                if is_event_file(entry.name) and entry.is_file():
                    self.files.append(FoundFile(self.run, Path(entry.path)))
                elif is_side_file(entry.name) and entry.is_file():
                    self.beside.append(self._side_file(entry, beside.get(Path(entry.path))))
                elif self.levels and not entry.name.startswith(".") and entry.is_dir():
                    self.children[entry.name] = known.get(entry.name) or self._child(entry)

    def _side_file(self, entry: os.DirEntry[str], known: SideFile | None) -> SideFile:
        status = entry.stat()
        if known is not None and known[2:4] == (status.st_size, status.st_mtime):
            return known
        recent = time.time() - status.st_mtime < _RACY_SECONDS
        if known is not None and status.st_size < known.size and recent:
            return known  # torch is writing all of it again, with what is new at its end
        path, text = Path(entry.path), ""
        if entry.name == PROJECTOR_CONFIG:
            with regular_file(path) as file:
                text = file.read(_MOST_CONFIG_BYTES).decode(errors="replace")
        return SideFile(self.run, path, status.st_size, status.st_mtime, text)

    def _child(self, entry: os.DirEntry[str]) -> "_DirectoryListing":
        run = entry.name if self.run == "." else f"{self.run}/{entry.name}"
        return _DirectoryListing(entry.path, run, self.levels - 1)


def _roots(sources: Sequence[LogSource]) -> list[_DirectoryListing]:
    """Where the walk begins, with the names of the runs there."""
    levels: dict[Path, int] = {}
    for source in sources:
        path = _absolute(source)
        levels[path] = max(levels.get(path, 0), MAX_DEPTH if source.recursive else 0)
    walked = [path for path, below in levels.items() if below]
    tops = [
        path for path in levels if not any(_covers(root, path) for root in walked if root != path)
    ]
    labels = {_absolute(source): source.label for source in sources if source.label}
    tails = dict(zip(tops, _tails(tops), strict=True))
    names = ["."] if len(tops) == 1 else [labels.get(path, tails[path]) for path in tops]
    return [
        _DirectoryListing(str(path), name, levels[path])
        for path, name in zip(tops, names, strict=True)
    ]


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


def _roots_in_order(sources: Sequence[LogSource]) -> list[_DirectoryListing]:
    """The same, with names that do not depend on later sources."""
    several_options = sum(source.found_by == "option" for source in sources) > 1
    roots: list[_DirectoryListing] = []
    recursive: list[Path] = []
    labels: set[str] = set()
    for source in sources:
        path = _absolute(source)
        if any(_covers(root, path) for root in recursive):
            continue
        run = "."
        if roots or several_options:
            run = _free_label(path, labels)
            labels.add(run)
        roots.append(_DirectoryListing(str(path), run, MAX_DEPTH if source.recursive else 0))
        if source.recursive:
            recursive.append(path)
    return roots


def _absolute(source: LogSource) -> Path:
    return Path(os.path.abspath(source.path))  # noqa: PTH100 (links stay as they were named)


def _covers(root: Path, path: Path) -> bool:
    """Whether a walk below `root` comes to `path`."""
    if not path.is_relative_to(root):
        return False
    parts = path.relative_to(root).parts
    return len(parts) <= MAX_DEPTH and not any(part.startswith(".") for part in parts)


def _free_label(path: Path, taken: set[str]) -> str:
    """The shortest tail of `path` that is not taken."""
    parts = path.parts[1:] or ("root",)
    for count in range(1, len(parts) + 1):
        label = "/".join(parts[-count:])
        if label not in taken:
            return label
    return str(path)
