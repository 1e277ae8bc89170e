"""Which directories of a place there are, and when each is looked at again."""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tuimon.events.log_kinds import may_be_log, names_of_others
from tuimon.events.log_roots import MAX_DEPTH
from tuimon.events.logdir import MAX_DIRECTORIES, is_event_file, is_side_file
from tuimon.places.remote_files import RemoteEntry, RemoteListing

TICK = 0.5
"""Seconds between two looks at a directory that is being written to."""
_QUIET_SHARE = 0.1
"""Of the time for which nothing has changed, until the next look."""
_LONGEST, _LONGEST_ROOT = 30.0, 2.0
_ROOT_SECONDS_AN_ENTRY = 0.02
_LONGEST_DEEP = 60.0
_ENTRIES_A_TICK = 500
"""A directory of so many more entries is looked at one tick later: listings cost."""
_LOOK_SHARE = 0.002
"""Of the time for which nothing was seen to change, until the next look at a file: an hour, 7 s."""
_SECONDS_A_LOOK = 0.005
"""At least so long for each directory, between two looks at one's newest file."""
_SECONDS_A_DIRECTORY = 0.004
"""At least so long for each that there is, between two looks at one."""
_MOST_FILES = 100_000
_OF_PROJECTOR = frozenset({"tensors.tsv", "metadata.tsv", "sprite.png"})
"""What torch's ``add_embedding`` writes, below the directory of the event file."""
_SQLITE_LOGS = (".db-wal", ".sqlite-wal", ".sqlite3-wal")


class TreeNews(NamedTuple):
    """What a listing has told."""

    changed: dict[str, RemoteEntry]
    """Files that are new or not as they were, by path."""
    gone: list[str]
    """Files that are no more there."""


class _RemoteDirectory:
    """What is known of a directory."""

    __slots__ = ("changed_at", "due", "files", "folders", "look_due", "modified", "newest")

    def __init__(self, modified: float) -> None:
        self.modified = modified
        """As the listing of its parent told it."""
        self.files: dict[str, RemoteEntry] = {}
        """That are wanted, by path."""
        self.folders: set[str] = set()
        """Paths."""
        self.changed_at = -math.inf
        """When something in it was seen to change, by the caller's clock."""
        self.due = 0.0
        self.newest: str | None = None
        """The file that changed last, which is looked at between listings."""
        self.look_due = math.inf


class RemoteTree:
    """Takes listings, tells what to list. Times are those of any clock in Unix seconds."""

    def __init__(self, *, deep: bool, began_at: float = 0.0) -> None:
        self.deep = deep
        self._began_at = began_at
        self.truncated = False
        """Whether there is more than is looked at."""
        self.whole_at = 0.0
        """All that is known by now was listed after this time; 0 while some never was."""
        self.asked_at = 0.0
        """When `look_at_all` was called last."""
        self._directories = {"": _RemoteDirectory(0.0)}
        self._never: set[str] = {""}
        self._links: dict[str, str] = {}
        """Paths by what links lead to, without links."""
        self._files = 0

    @property
    def files(self) -> Iterator[str]:
        """Paths of all files that are wanted."""
        return (path for one in self._directories.values() for path in one.files)

    def due(self, now: float, most: int) -> list[str]:
        """Directories to list now, those nobody has looked at yet first, from the root on."""
        due = [path for path, one in self._directories.items() if one.due <= now]
        due.sort(key=lambda path: (path not in self._never, path.count("/"), "/." in f"/{path}"))
        return due[:most]

    def next_due(self) -> float:
        """When there is something to list, or to look at."""
        return min(min(one.due, one.look_due) for one in self._directories.values())

    def looks(self, now: float, most: int) -> list[str]:
        """Files of quiet directories to look at now, where no listing tells of them."""
        due = (one for one in self._directories.values() if one.look_due <= now)
        return [one.newest for one in due if one.newest is not None][:most]

    def see(self, path: str, entry: RemoteEntry | None, now: float) -> TreeNews:
        """What a file is that was looked at; None where it cannot be."""
        one = self._directories.get(path.rpartition("/")[0])
        known = None if one is None else one.files.get(path)
        if one is None or known is None:
            return TreeNews({}, [])
        changed = {} if entry is None or entry == known else {path: entry}
        one.files |= changed
        if changed or entry is None:
            one.changed_at, one.due = now, now + TICK
        self._plan_look(one, now)
        return TreeNews(changed, [])

    def _plan_look(self, one: _RemoteDirectory, now: float) -> None:
        """Look at a directory's newest file before it is listed again, if that takes long."""
        quiet = now - max(one.changed_at, self._began_at)
        least = max(2 * TICK, _SECONDS_A_LOOK * len(self._directories), quiet * _LOOK_SHARE)
        can_wait = self.deep or one.newest is None or now + least >= one.due
        one.look_due = math.inf if can_wait else now + least

    def doubt(self, path: str, now: float) -> None:
        """A file was not as its listing had it: ask again soon."""
        one = self._directories.get("" if self.deep else path.rpartition("/")[0])
        if one is not None and path in one.files:
            one.files[path] = RemoteEntry(-1, 0.0)
            one.due = min(one.due, now + 2 * TICK)

    def look_at_all(self, now: float) -> None:
        """Look at everything again."""
        for one in self._directories.values():
            one.due = 0.0
        self._never = set(self._directories)
        self.asked_at = now

    def postpone(self, path: str, now: float) -> None:
        """A directory could not be listed."""
        if (one := self._directories.get(path)) is not None:
            one.due = now + (_LONGEST_ROOT if path == "" else _LONGEST)
            self._settle(path)

    def take(self, path: str, listing: RemoteListing, now: float) -> TreeNews:
        """What a listing that was asked for has told."""
        one = self._directories.get(path)
        if one is None:  # its parent is gone meanwhile
            return TreeNews({}, [])
        self.truncated |= listing.truncated
        base = f"{path}/" if path else ""
        here = {base + name: entry for name, entry in listing.entries.items() if _is_path(name)}
        if "" in listing.entries and not path:
            here[""] = listing.entries[""]
        folders = {name: entry for name, entry in here.items() if entry.is_directory}
        files = {name: here[name] for name in _wanted(name for name in here if name not in folders)}
        gone = [name for name in one.files if name not in files]
        gone += [file for name in one.folders - folders.keys() for file in self._drop(name)]
        for name, entry in folders.items():
            self._meet(name, entry, now)
        changed = {name: entry for name, entry in files.items() if one.files.get(name) != entry}
        self._files += len(files) - len(one.files)
        if self._files > _MOST_FILES:
            self.truncated = True
            files = changed = {}
        first = path in self._never and not one.files
        one.files, one.folders = files, folders.keys() & self._directories.keys()
        if changed or gone:
            newest = max((entry.modified for entry in files.values()), default=now)
            one.changed_at = min(newest, now) if first else now
        one.due = now + self._interval(path, len(here), now - one.changed_at)
        one.newest = max(files, key=lambda name: files[name].modified, default=None)
        self._plan_look(one, now)
        self._settle(path)
        return TreeNews(changed, gone)

    def _interval(self, path: str, entries: int, quiet: float) -> float:
        least = TICK * (4 if self.deep else 1) * (1 + entries // _ENTRIES_A_TICK)
        least = max(least, _SECONDS_A_DIRECTORY * len(self._directories))
        root = min(max(_LONGEST_ROOT, entries * _ROOT_SECONDS_AN_ENTRY), _LONGEST)
        longest = _LONGEST_DEEP if self.deep else _LONGEST if path else root
        return max(least, min(quiet * _QUIET_SHARE, longest))

    def _settle(self, path: str) -> None:
        if path in self._never:
            self._never.discard(path)
            if not self._never:
                self.whole_at = self.asked_at or 1.0

    def _meet(self, path: str, entry: RemoteEntry, now: float) -> None:
        """A directory in a listing: new, changed, or as ever."""
        known = self._directories.get(path)
        if known is not None:
            if known.modified != entry.modified:
                known.modified, known.due = entry.modified, now
            return
        if path.count("/") >= MAX_DEPTH or len(self._directories) >= MAX_DIRECTORIES:
            self.truncated = True
        elif not entry.real or self._is_new_link(path, entry.real):
            self._directories[path] = _RemoteDirectory(entry.modified)
            self._never.add(path)

    def _is_new_link(self, path: str, real: str) -> bool:
        """Whether nothing has led to what a link leads to; a cycle would never end."""
        if any(f"{real}/".startswith(f"{one}/") for one in self._links.values()):
            return False
        self._links[path] = real
        return True

    def _drop(self, path: str) -> list[str]:
        """Forget a directory with all below it; the files there."""
        one = self._directories.pop(path, None)
        self._links.pop(path, None)
        if one is None:
            return []
        self._settle(path)
        self._files -= len(one.files)
        return [*one.files, *(file for name in one.folders for file in self._drop(name))]


def _is_path(name: str) -> bool:
    """Whether a name in a listing leads to a place below the directory, and nowhere else."""
    return "\0" not in name and all(part not in ("", ".", "..") for part in name.split("/"))


def _wanted(paths: Iterable[str]) -> list[str]:
    """The files that somebody reads: where event files are, no other logs."""
    events: list[str] = []
    others: list[str] = []
    homes: set[str] = set()
    for path in paths:
        home, _, name = path.rpartition("/")
        if is_event_file(name) or not path:
            homes.add(home)
            events.append(path)
        elif is_side_file(name) or name in _OF_PROJECTOR:
            events.append(path)
        elif may_be_log(name) or name.endswith(_SQLITE_LOGS) or names_of_others([name]):
            others.append(path)
    return events + [path for path in others if path.rpartition("/")[0] not in homes]
