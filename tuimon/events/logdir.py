"""Finding the event files of log directories, again and again, at little cost.

What writers leave beside event files without a word in them is found as well: configurations of
TensorBoard's projector (torch's ``add_embedding``) and traces of profilers.

A directory that holds an event file is a run, named by its path relative to the log directory; the
log directory itself is run ``.`` (TensorBoard's rule). So is one that holds another log and no
event file: see `log_kinds`.
"""

import errno
import os
import stat
import time
from collections import deque
from collections.abc import Collection, Sequence
from enum import IntEnum
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tuimon.events.log_kinds import may_be_log, names_of_others
from tuimon.events.log_roots import FoundFile, log_roots, roots_in_order
from tuimon.events.other_logs import OtherLogs
from tuimon.regular_file import regular_file
from tuimon.runs.paths import state_home
from tuimon.runs.sources import LogSource

MAX_DIRECTORIES = 20_000
MAX_ENTRIES = 50_000
"""Entries looked at in one directory: a log directory is no data set."""

_RACY_SECONDS = 2.5
"""Time stamps are coarse: a directory that changed this recently may change again unseen."""
_RELIST_SECONDS, _RELIST_SECONDS_EACH = 15.0, 0.1
"""List anyway after this time, or so many seconds for each directory that there is: clocks of file
servers differ, attributes are cached."""
_NOTHING_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


PROJECTOR_CONFIG = "projector_config.pbtxt"
_TRACES = (".pt.trace.json", ".pt.trace.json.gz", ".xplane.pb", ".trace.json.gz")
"""Of ``torch.profiler.tensorboard_trace_handler``, and of TensorFlow's and JAX's profilers."""
_TABLES = (".csv", ".json", ".jsonl", ".ndjson", ".tsv")
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


class UnreadablePath(NamedTuple):
    """A directory that could not be looked into, or what could not be looked at in one."""

    path: str
    error: str
    """What the system said."""


class _Way(IntEnum):
    """How one comes to a directory; it is what it is called on the first of these ways."""

    PLAIN = 0
    HIDDEN = 1
    LINKED = 2


def is_side_file(name: str) -> bool:
    """Whether a file of this base name is of use though no event file."""
    return name == PROJECTOR_CONFIG or name.endswith(_TRACES)


def is_event_file(name: str) -> bool:
    """Whether TensorBoard takes a file of this base name for an event file."""
    return "tfevents" in name and not name.endswith(".profile-empty")


class LogdirScan:
    """Incremental discovery: `scan` gives the files found since the last call.

    A log directory is read whole, hidden directories and what links lead to included; a directory
    that is reached on several ways counts once, by its own name if that is below a log directory.
    What tuimon keeps of its own runs is left out, unless it was named.
    A source may also name one file: an event file, or any log that can be read.

    Runs of a single source have plain names. Those of several begin with their log directories'
    names, as short as tells them apart.
    """

    def __init__(self, sources: Sequence[LogSource], *, lasting_names: bool = False) -> None:
        """With `lasting_names`, names stay what they are when sources are added: those of the first
        source are plain, unless several were given as options."""
        roots = (roots_in_order if lasting_names else log_roots)(sources)
        self._roots = [_DirectoryListing(str(root.path), root.run, root.levels) for root in roots]
        self._found: set[Path] = set()
        self._forgotten = False
        self._others = OtherLogs()
        self.directories: list[str] = []
        """Those of the last scan, log directories first: what is worth watching."""
        self.beside: list[SideFile] = []
        """What the last scan found beside event files, sorted by run and path."""
        self.displaced: list[Path] = []
        """Logs that earlier scans found, in whose place the last one found others: event files."""
        self.tables: list[Path] = []
        """What else the last scan found that may hold numbers: CSV, JSON."""
        self.unreadable: list[UnreadablePath] = []
        """What the last scan could not look into, sorted."""
        self.truncated = False
        """Whether the limits of this module kept something out in the last scan."""

    def forget(self, path: Path) -> None:
        """Find the file at `path` again when it comes back."""
        self._found.discard(path)
        self._forgotten = True

    def scan(self) -> list[FoundFile]:
        """Logs that were not there before, sorted by run and path. Never raises."""
        patience = max(_RELIST_SECONDS, _RELIST_SECONDS_EACH * len(self.directories))
        waiting = [deque(self._roots) if way is _Way.PLAIN else deque() for way in _Way]
        walked: dict[tuple[int, int], _DirectoryListing] = {}
        home = _identity(state_home())
        unreadable: list[UnreadablePath] = []
        while len(walked) < MAX_DIRECTORIES and (ways := [way for way in waiting if way]):
            directory = ways[0].popleft()
            identity = directory.refresh(patience)
            unreadable += directory.unreadable
            own = identity == home and directory not in self._roots
            if identity is not None and identity not in walked and not own:
                walked[identity] = directory
                for child in directory.children.values():
                    waiting[child.way].append(child)
        listings = walked.values()
        others = self._other_logs(listings)
        found = [file for directory in listings for file in self._new_files(directory, walked)]
        found += [file for file in others if file.path not in self._found]
        self._found.update(file.path for file in found)
        self._forgotten = False
        self.directories = [directory.path for directory in listings]
        self.beside = sorted(file for directory in listings for file in directory.beside)
        read = {file.path for file in others}
        tables = (path for directory in listings for path in directory.tables)
        self.tables = [path for path in tables if path not in read]
        self.unreadable = sorted(unreadable)
        self.truncated = any(waiting) or any(directory.truncated for directory in listings)
        return sorted(found, key=lambda file: file.run)

    def _other_logs(self, listings: Collection["_DirectoryListing"]) -> list[FoundFile]:
        """What is found besides event files, all of it."""
        self.displaced = []
        if self._others.grow or any(directory.is_news for directory in listings):
            files = [file for directory in listings for file in directory.other_logs]
            holders = {Path(directory.path) for directory in listings if directory.files}
            self._others.choose(files, holders, {Path(root.path) for root in self._roots})
            self.displaced = self._others.displaced
        self._found.difference_update(self.displaced)
        return self._others.chosen

    def _new_files(
        self, directory: "_DirectoryListing", walked: Collection[tuple[int, int]]
    ) -> list[FoundFile]:
        if not (directory.is_news or self._forgotten):
            return []
        directory.is_news = False
        new = [file for file in directory.files if file.path not in self._found]
        return [
            file
            for file in new
            if file.path not in directory.links or not _is_listed(file.path, walked)
        ]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_listed(link: Path, walked: Collection[tuple[int, int]]) -> bool:
    """Whether a link stands for an event file of one of these directories."""
    real = link.resolve()
    return is_event_file(real.name) and _identity(real.parent) in walked


class _DirectoryListing:
    """What is known of one directory; listed again when it may have changed."""

    def __init__(self, path: str, run: str, levels: int, way: _Way = _Way.PLAIN) -> None:
        self.path = path
        self.run = run
        self.levels = levels
        """How many levels below it belong to the log directory."""
        self.way = way
        self.files: list[FoundFile] = []
        """Sorted."""
        self.links: set[Path] = set()
        """Which of them are links."""
        self.beside: list[SideFile] = []
        self.tables: list[Path] = []
        self.other_logs: list[FoundFile] = []
        """What may be logs, by their names."""
        self.children: dict[str, _DirectoryListing] = {}
        """Sorted."""
        self.unreadable: list[UnreadablePath] = []
        self.truncated = False
        self.is_news = False
        """Whether it was listed since somebody took this back."""
        self._stamp: tuple[int, int, float] | None = None
        self._listed_at = 0.0

    def refresh(self, patience: float) -> tuple[int, int] | None:
        """Bring the lists up to date; (device, inode), or None when it cannot be read.

        What has not changed is listed again after `patience` seconds.
        """
        try:
            status = os.stat(self.path)  # noqa: PTH116 (a tenth of the cost, each second)
            stamp = status.st_dev, status.st_ino, status.st_mtime
            if not stat.S_ISDIR(status.st_mode):
                file = FoundFile(self.run, Path(self.path))
                is_event = is_event_file(file.path.name)
                self.files, self.other_logs = ([file], []) if is_event else ([], [file])
                self.is_news = True
            elif self._may_have_changed(stamp, patience):
                self._list()
                self._stamp = stamp
        except OSError as error:
            self.files, self.beside, self.tables, self.children = [], [], [], {}
            self.unreadable, self.other_logs = [], []
            self._stamp = None
            self._note(self.path, error)
            return None
        return stamp[:2]

    def _may_have_changed(self, stamp: tuple[int, int, float], patience: float) -> bool:
        settled = self._listed_at - stamp[2] > _RACY_SECONDS
        return stamp != self._stamp or not settled or time.time() - self._listed_at >= patience

    def _note(self, path: str, error: OSError) -> None:
        if error.errno not in _NOTHING_THERE:
            self.unreadable.append(UnreadablePath(path, error.strerror or str(error)))

    def _list(self) -> None:
        now = time.time()
        with os.scandir(self.path) as entries:
            listed = list(islice(entries, MAX_ENTRIES + 1))
        self._listed_at, self.is_news = now, True
        self.truncated = len(listed) > MAX_ENTRIES
        self.files, self.links, self.tables, self.unreadable = [], set(), [], []
        rest: list[str] = []
        known, self.children = self.children, {}
        beside, self.beside = {file.path: file for file in self.beside}, []
        for entry in sorted(listed[:MAX_ENTRIES], key=lambda entry: entry.name):
            try:
                if is_event_file(entry.name) and entry.is_file():
                    self._add_file(entry)
                elif is_side_file(entry.name) and entry.is_file():
                    self.beside.append(self._side_file(entry, beside.get(Path(entry.path))))
                elif entry.is_dir():
                    if self.levels:
                        self.children[entry.name] = self._child(entry, known.get(entry.name))
                elif entry.is_file():
                    rest.append(entry.name)
            except OSError as error:
                self._note(entry.path, error)
        own = [] if self.files else [name for name in rest if may_be_log(name)]
        others = [] if self.files or own else names_of_others(rest)
        base = Path(self.path)
        self.tables = [base / name for name in rest if name.endswith(_TABLES)]
        self.other_logs = [FoundFile(self.run, base / name) for name in (*own, *others)]

    def _add_file(self, entry: os.DirEntry[str]) -> None:
        path = Path(entry.path)
        self.files.append(FoundFile(self.run, path))
        if entry.is_symlink():
            self.links.add(path)

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

    def _child(
        self, entry: os.DirEntry[str], known: "_DirectoryListing | None"
    ) -> "_DirectoryListing":
        way = _Way.LINKED if entry.is_symlink() else _Way(entry.name.startswith("."))
        way = max(way, self.way)
        if known is not None and known.way is way:
            return known
        run = entry.name if self.run == "." else f"{self.run}/{entry.name}"
        return _DirectoryListing(entry.path, run, self.levels - 1, way)
