"""The event files of a mirror: those that the journal knows, and those that are found."""

import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tuimon.events.logdir import UnreadablePath
from tuimon.events.points import EventBatch
from tuimon.mirror.event_source import EventSource
from tuimon.mirror.file_marks import Mark, head_of
from tuimon.mirror.journal import FileEntry, Journal, LeaveEntry, MoveEntry, StretchEntry
from tuimon.mirror.journal_home import enter_head, enter_home
from tuimon.mirror.log_copies import stands_for
from tuimon.mirror.namespaces import Namespaces
from tuimon.mirror.owner import NewFile
from tuimon.mirror.rows import StepRow, rows_of
from tuimon.runs.paths import RunPaths
from tuimon.text import safe

TOGETHER_SECONDS = 5.0
"""Directories that are found within this time are named together: which of several processes was
the first to write is chance. W&B's own integration waits for ten seconds."""

_MOST_PROBLEMS = 20

log = logging.getLogger(__name__)


class JournalFiles:
    """Reads the event files of one journal, each from where W&B is.

    `home` is where launches that follow `launch` find the journal; `names` are those of the
    directories; `observe` is shown every batch that is read.
    """

    def __init__(
        self,
        journal: Journal,
        home: RunPaths,
        launch: RunPaths,
        names: Namespaces,
        observe: Callable[[FileEntry, EventBatch], None],
    ) -> None:
        self._journal = journal
        self._home = home
        self._launch = launch
        self._names = names
        self._observe = observe
        self._nameless: list[NewFile] = []
        self._named_at = math.inf
        self._plugins: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._sources: dict[str, EventSource] = {}
        self._homed: set[str] = set()
        for entry in journal.files:
            self._follow(entry, [one for one in journal.earlier if one.file == entry.id])

    def __iter__(self) -> Iterator[EventSource]:
        """All files; others may be added meanwhile."""
        return iter(list(self._sources.values()))

    def problems(self, closed: Iterable[UnreadablePath], *, at_end: bool) -> tuple[str, ...]:
        """What could not be sent, of them and of `closed` directories: a line each, as many as
        anybody reads; `at_end` nothing more is to come."""
        found = [f"{safe(one.path)}: {one.error}: left out" for one in closed]
        told = [one.problem(at_end=at_end) for one in self if self.reads(one)]
        found += [lost for lost in told if lost is not None]
        if len(found) > _MOST_PROBLEMS:
            found[_MOST_PROBLEMS:] = [f"and {len(found) - _MOST_PROBLEMS:,} more"]
        return tuple(found)

    def add(self, found: Iterable[NewFile], *, ended: bool, waits: bool) -> None:
        """Enter files in the journal that it does not know, once they can be named.

        `ended`: no others will be found; `waits`: others are, and may have to be added.
        """
        self._nameless += [
            file for file in found if file.path in self._sources or not self._is_moved(file.path)
        ]
        directories = {_directory(path) for path, _, given in self._nameless if given is None}
        if directories and self._named_at == math.inf:
            self._named_at = time.monotonic() + TOGETHER_SECONDS
        are_all = not waits and (ended or time.monotonic() >= self._named_at)
        if are_all or self._names.can_tell(directories):
            self._names.enter(directories)
            for path, run, given in self._nameless:
                if path not in self._sources:
                    name = self._names.of(_directory(path)) if given is None else given
                    self._follow(self._enter(path, run, name))
            self._nameless = []

    def reenter(self, source: EventSource) -> FileEntry:
        """A new entry for a file that was replaced; its source has already begun to read it."""
        log.warning("%s was replaced: mirrored from its start", source.entry.path)
        old = source.entry
        source.entry = self._enter(old.path, old.run, old.namespace)
        return source.entry

    def note_head(self, entry: FileEntry, head: Mark) -> None:
        """Let the journal be found by what its first file begins with."""
        if entry.id == 0:
            with suppress(
                OSError
            ):  # a log directory that is renamed is not found, and nothing else
                enter_head(head, self._home)

    def let_go(self, keeps: Callable[[str], bool]) -> None:
        """Read no more of the files that the subject does not keep."""
        gone = [one.entry for one in self if self.reads(one) and not keeps(one.entry.path)]
        for entry in gone:
            log.info("%s is a trial's: from now on it has a W&B run of its own", entry.path)
            self._journal.append(LeaveEntry(file=entry.id))

    def reads(self, source: EventSource) -> bool:
        """Whether what comes in a file goes to this W&B run."""
        return source.entry.id not in self._journal.left

    def replay(
        self, first_row: int
    ) -> Iterator[tuple[FileEntry, StretchEntry, list[tuple[int, StepRow]]]]:
        """What the journal has had since row `first_row`, read again, row numbers included.

        Passes over everything before it; may be called once.
        """
        taken: dict[int, int] = {}
        missing: list[StretchEntry] = []
        for stretch in self._journal.earlier:
            if stretch.next_row <= first_row:
                taken[stretch.file] = max(stretch.end, taken.get(stretch.file, 0))
            else:
                missing.append(stretch)
        self._journal.earlier = []
        for source in self:
            if not source.skip_to(taken.get(source.entry.id, 0)) and not source.goes_on():
                self._begin_again(source)
        for stretch in missing:
            entry = self._journal.files[stretch.file]
            rows = self._again(entry, stretch)
            yield entry, stretch, [pair for pair in rows if pair[0] >= first_row]
        for source in self:
            source.end_replay()

    def _again(self, entry: FileEntry, stretch: StretchEntry) -> list[tuple[int, StepRow]]:
        source = self._sources[entry.path]
        batches = source.read_again(stretch) if source.entry.id == stretch.file else None
        if batches is None:
            log.warning("%s was replaced: rows from %d cannot be repeated", entry.path, stretch.row)
            if source.entry.id == stretch.file and not source.goes_on():
                self._begin_again(source)
            return []
        rows = list(rows_of(batches))
        if len(rows) != stretch.rows:
            log.warning("%s gave %d rows, had %d", entry.path, len(rows), stretch.rows)
        return [(stretch.row + n, row) for n, row in enumerate(rows[: stretch.rows])]

    def _is_moved(self, path: str) -> bool:
        """Whether a file that is known has got this name; it keeps that of its run."""
        head = head_of(path)
        alike = [one for one in self if head is not None and one.head == head]
        source = next((one for one in alike if one.is_at(path)), None)
        if source is None:
            return False
        log.info("%s is now %s", source.entry.path, path)
        del self._sources[source.entry.path]
        self._journal.append(MoveEntry(file=source.entry.id, path=path))
        source.move_to(self._journal.files[source.entry.id])
        self._sources[path] = source
        self._names.keep(str(Path(path).parent), source.entry.namespace)
        self._enter_home(path)
        return True

    def _begin_again(self, source: EventSource) -> None:
        entry = source.entry
        log.warning("%s is another file now: mirrored from its start", entry.path)
        self._follow(self._enter(entry.path, entry.run, entry.namespace))

    def _enter(self, path: str, run: str, namespace: str) -> FileEntry:
        entry = FileEntry(id=len(self._journal.files), path=path, run=run, namespace=namespace)
        self._journal.append(entry)
        return entry

    def _follow(self, entry: FileEntry, earlier: Sequence[StretchEntry] = ()) -> None:
        directory = str(Path(entry.path).parent)
        self._sources[entry.path] = EventSource(
            entry, self._plugins[directory], self._observe, earlier
        )
        if entry.id not in self._journal.left:
            self._enter_home(entry.path)

    def _enter_home(self, path: str) -> None:
        directory = str(Path(path).parent)
        if directory not in self._homed:
            self._homed.add(directory)
            with suppress(OSError):  # a later launch will not find this one, and nothing else
                enter_home(directory, self._home, self._launch)


def _directory(path: str) -> str:
    """The training's directory that a file is of."""
    return stands_for(str(Path(path).parent))
