"""Which event files are a launch's own."""

import time
from collections.abc import Sequence
from pathlib import Path

from tuimon.events.logdir import FoundFile, LogdirScan, UnreadablePath
from tuimon.events.tail import EventFileTail
from tuimon.runs.sources import LogSource
from tuimon.runs.writers import FileClaims

_CLOCK_SLACK = 2.0
"""Seconds that a file server's clock may differ from this host's."""

_OLD_FILES_EVERY = 2.0
_FIRST_RECORDS = 4096
_PATIENCE = 3.0
"""Seconds that a file waits for the report of its writer, where others write beside it."""

_State = tuple[int, int, int]


class SourceFinder:
    """Event files of a run that were written to since `started_at` (Unix seconds).

    What a writer of the run has reported is its own; what one of another run has, is not, though
    it lies in the same log directory. Only of others the time is asked, and what grows is new.
    """

    def __init__(self, started_at: float, claims: FileClaims | None = None) -> None:
        self._started_at = started_at
        self._claims = claims
        self._scan = LogdirScan(())
        self._sources: tuple[LogSource, ...] = ()
        self._seen: set[Path] = set()
        self._old: dict[Path, tuple[FoundFile, _State | None]] = {}
        self._old_checked = 0.0
        self._waiting_since: dict[Path, float] = {}

    def set_sources(self, sources: Sequence[LogSource]) -> None:
        """Follow these log directories from now on."""
        if tuple(sources) != self._sources:
            self._sources = tuple(sources)
            self._scan = LogdirScan(self._sources, lasting_names=True)

    @property
    def unreadable(self) -> list[UnreadablePath]:
        """What could not be looked into the last time."""
        return self._scan.unreadable

    def find(self, *, last: bool = False) -> list[FoundFile]:
        """Files not returned before; old ones come when something is written to them.

        The `last` time nothing is left to be known later.
        """
        found = [file for file in self._scan.scan() if file.path not in self._seen]
        self._seen.update(file.path for file in found)
        self._old.update((file.path, (file, _state(file.path))) for file in found)
        now = time.monotonic()
        if last or now - self._old_checked > _OLD_FILES_EVERY:
            self._old_checked = now
            found = [file for file, _ in self._old.values()]
        elif self._waiting_since:
            found += [self._old[path][0] for path in self._waiting_since]
        if found and self._claims is not None:
            self._claims.refresh()
        new = [file for file in dict.fromkeys(found) if self._is_own(file.path, last=last)]
        for file in new:
            del self._old[file.path]
            self._waiting_since.pop(file.path, None)
        return new

    def _is_own(self, path: Path, *, last: bool) -> bool:
        if self._claims is not None and self._claims.is_own(path):
            return True
        if not self._is_new(path):
            return False
        if self._claims is None:
            return True
        anothers, beside = self._claims.others(path)
        if anothers:
            self._waiting_since.pop(path, None)
            return False
        now = time.monotonic()
        waited = now - self._waiting_since.setdefault(path, now)
        return last or not beside or waited >= _PATIENCE

    def _is_new(self, path: Path) -> bool:
        """Whether the launch wrote to the file; another may have ended in this very second."""
        try:
            modified = path.stat().st_mtime
        except OSError:
            return False
        if _state(path) != self._old[path][1]:
            return True
        if abs(modified - self._started_at) > _CLOCK_SLACK:
            return modified > self._started_at
        begun = begun_at(path)
        return begun is None or begun >= self._started_at


def _state(path: Path) -> _State | None:
    """What changes as a file is written, whatever the clock says."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def begun_at(path: Path) -> float | None:
    """When the writer began the file, by the writer's clock; None when it does not say."""
    batches = EventFileTail(path).poll(_FIRST_RECORDS)
    return batches[0].start_time if batches else None
