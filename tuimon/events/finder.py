"""Which event files are a launch's own."""

import time
from collections.abc import Sequence
from pathlib import Path

from tuimon.events.logdir import FoundFile, LogdirScan
from tuimon.events.tail import EventFileTail
from tuimon.runs.sources import LogSource

_CLOCK_SLACK = 2.0
"""Seconds that a file server's clock may differ from this host's."""

_OLD_FILES_EVERY = 2.0
_FIRST_RECORDS = 4096


class SourceFinder:
    """Event files of a run that were written to since `started_at` (Unix seconds)."""

    def __init__(self, started_at: float) -> None:
        self._started_at = started_at
        self._scan = LogdirScan(())
        self._sources: tuple[LogSource, ...] = ()
        self._seen: set[Path] = set()
        self._old: dict[Path, FoundFile] = {}
        self._old_checked = 0.0

    def set_sources(self, sources: Sequence[LogSource]) -> None:
        """Follow these log directories from now on."""
        if tuple(sources) != self._sources:
            self._sources = tuple(sources)
            self._scan = LogdirScan(self._sources, lasting_names=True)

    def find(self) -> list[FoundFile]:
        """Files not returned before; old ones come when something is written to them."""
        found = [file for file in self._scan.scan() if file.path not in self._seen]
        self._seen.update(file.path for file in found)
        now = time.monotonic()
        if now - self._old_checked > _OLD_FILES_EVERY:
            self._old_checked = now
            found += self._old.values()
        self._old.update((file.path, file) for file in found)
        new = [file for file in found if self._is_new(file.path)]
        for file in new:
            del self._old[file.path]
        return new

    def _is_new(self, path: Path) -> bool:
        """Whether the launch wrote to the file; another may have ended in this very second."""
        try:
            modified = path.stat().st_mtime
        except OSError:
            return False
        if abs(modified - self._started_at) > _CLOCK_SLACK:
            return modified > self._started_at
        begun_at = _begun_at(path)
        return begun_at is None or begun_at >= self._started_at


def _begun_at(path: Path) -> float | None:
    """When the writer began the file, by the writer's clock; None when it does not say."""
    batches = EventFileTail(path).poll(_FIRST_RECORDS)
    return batches[0].start_time if batches else None
