"""Which logs are a launch's own."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.events.log_kinds import is_of_one_training
from tuimon.events.log_roots import FoundFile
from tuimon.events.logdir import LogdirScan, UnreadablePath, is_event_file
from tuimon.runs.sources import LogSource
from tuimon.runs.writers import FileClaims

_CLOCK_SLACK = 2.0
"""Seconds that a file server's clock may differ from this host's."""

_OLD_FILES_EVERY = 2.0
_FIRST_RECORDS = 4096
_PATIENCE = 3.0
"""Seconds that a file waits for the report of its writer, where others write beside it."""


class _OldFile(NamedTuple):
    """A file that is not known to be the launch's own."""

    found: FoundFile
    real: str
    """Its path without links."""
    state: tuple[int, int] | None
    """Inode and size when it was found: they change as it is written, whatever the clock says."""


class SourceFinder:
    """Event files and other logs of a run that were written to since `started_at` (Unix seconds).

    What a writer of the run has reported is its own; what one of another run has, is not, though
    it lies in the same log directory. Only of others the time is asked, and what grows is new.
    """

    def __init__(self, started_at: float, claims: FileClaims | None = None) -> None:
        self._started_at = started_at
        self._claims = claims
        self._scan = LogdirScan(())
        self._sources: tuple[LogSource, ...] = ()
        self._seen: set[Path] = set()
        self._old: dict[Path, _OldFile] = {}
        self._old_checked = 0.0
        self._waiting_since: dict[Path, float] = {}
        self._others: set[Path] = set()
        self.grown: dict[Path, int] = {}
        """Of the files that `find` gave last, those that were there before the launch wrote to
        them, and how many bytes they had."""

    def set_sources(self, sources: Sequence[LogSource]) -> None:
        """Follow these log directories from now on."""
        if tuple(sources) != self._sources:
            self._sources = tuple(sources)
            self._scan = LogdirScan(self._sources, lasting_names=True)

    @property
    def unreadable(self) -> list[UnreadablePath]:
        """What could not be looked into the last time."""
        return self._scan.unreadable

    @property
    def displaced(self) -> list[Path]:
        """Logs in whose place the last search found others."""
        return self._scan.displaced

    def find(self, *, last: bool = False) -> list[FoundFile]:
        """Files not returned before; old ones come when something is written to them.

        The `last` time nothing is left to be known later.
        """
        found = [
            file
            for file in self._scan.scan()
            if file.path not in self._seen
            and (is_event_file(file.path.name) or is_of_one_training(file.path))
        ]
        self._seen.update(file.path for file in found)
        self._old.update((file.path, _old_file(file)) for file in found)
        now = time.monotonic()
        looked_at = [self._old[file.path] for file in found]
        if last or now - self._old_checked > _OLD_FILES_EVERY:
            self._old_checked = now
            looked_at = list(self._old.values())
        elif self._waiting_since:
            looked_at += [self._old[path] for path in self._waiting_since]
        if looked_at and self._claims is not None:
            self._claims.refresh()
        new = [file.found for file in looked_at if self._is_own(file, last=last)]
        known = {file.path for file in new}.difference(file.path for file in found)
        self.grown = {path: state[1] for path in known if (state := self._old[path].state)}
        for file in new:
            self._old.pop(file.path, None)
            self._waiting_since.pop(file.path, None)
        return list(dict.fromkeys(new))

    def _is_own(self, file: _OldFile, *, last: bool) -> bool:
        claims, path = self._claims, file.found.path
        if claims is not None and claims.is_own(file.real):
            return True
        if path in self._others or not self._is_new(file):
            return False
        if claims is None:
            return True
        anothers, beside = claims.others(file.real)
        if anothers:
            self._others.add(path)
            self._waiting_since.pop(path, None)
            return False
        now = time.monotonic()
        waited = now - self._waiting_since.setdefault(path, now)
        return last or not beside or waited >= _PATIENCE

    def _is_new(self, file: _OldFile) -> bool:
        """Whether the launch wrote to the file; another may have ended in this very second."""
        path = file.found.path
        try:
            status = path.stat()
        except OSError:
            return False
        if file.state != (status.st_ino, status.st_size):
            return True
        if abs(status.st_mtime - self._started_at) > _CLOCK_SLACK:
            return status.st_mtime > self._started_at
        begun = begun_at(path)
        return begun is None or begun >= self._started_at


def _old_file(found: FoundFile) -> _OldFile:
    try:
        status = found.path.stat()
        state = status.st_ino, status.st_size
    except OSError:
        state = None
    return _OldFile(found, os.path.realpath(found.path), state)


def begun_at(path: Path) -> float | None:
    """When the writer began the file, by the writer's clock; None when it does not say."""
    from tuimon.events.tail import EventFileTail  # what decodes takes a while to import

    if not is_event_file(path.name):
        return None
    batches = EventFileTail(path).poll(_FIRST_RECORDS)
    return batches[0].start_time if batches else None
