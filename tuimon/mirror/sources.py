"""The event files that go to W&B, read in stretches that can be read again."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuimon.events.logdir import FoundFile, LogdirScan
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail
from tuimon.mirror.journal import FileEntry, Stretch
from tuimon.runs.sources import LogSource

STRETCH_BYTES = 1 << 20
"""Read at a time: one journal entry, and one sync to disk, for some ten thousand points."""

SETTLE_SECONDS = 0.2
"""A training writes the points of a step together: reading waits until it has paused, …"""

PATIENCE_SECONDS = 1.0
"""… but not longer than this."""

_CLOCK_SLACK = 2.0
_OLD_FILES_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Batches read from bytes `begin` to `end` of a file; `replaced`: it is another file now."""

    begin: int
    end: int
    batches: list[EventBatch]
    replaced: bool


class EventSource:
    """One event file on its way to W&B."""

    def __init__(self, entry: FileEntry, plugins: dict[str, str]) -> None:
        self.entry = entry
        self._tail = EventFileTail(entry.path, plugins)
        self._held: Reading | None = None
        self._size = 0
        self._unread_since: float | None = None
        self._changed_at = 0.0

    def due(self, now: float) -> bool:
        """Whether there is something to read and the writer has paused (or did not for long)."""
        if self._tail.backlog or self._held is not None:
            return True
        try:
            size = Path(self.entry.path).stat().st_size
        except OSError:
            return False
        if size != self._size:
            self._size, self._changed_at = size, now
            self._unread_since = self._unread_since or now
        if self._unread_since is None:
            return False
        return (
            now - self._changed_at >= SETTLE_SECONDS or now - self._unread_since >= PATIENCE_SECONDS
        )

    def read(self) -> Reading:
        """Read the next stretch; without batches when there is nothing."""
        if self._held is not None:
            reading, self._held = self._held, None
            return reading
        begin = self._tail.offset
        batches: list[EventBatch] = []
        for new in self._polls(STRETCH_BYTES):
            if new[0].reset:
                replaced = Reading(0, self._tail.offset, new, replaced=True)
                if not batches:
                    return replaced
                self._held = replaced
                break
            batches += new
            end = self._tail.offset
        if not self._tail.backlog:
            self._unread_since = None
        return Reading(begin, end if batches else begin, batches, replaced=False)

    def skip_to(self, offset: int) -> bool:
        """Pass over what W&B has; False when the file no longer has a record's end there.

        Read rather than sought: a tag's first value tells what kind of values follow.
        """
        replaced = any(new[0].reset for new in self._polls(offset - self._tail.offset))
        return not replaced and self._tail.offset == offset

    def read_again(self, stretch: Stretch) -> list[EventBatch] | None:
        """The batches of a stretch of an earlier life; None when the file has changed since."""
        if not self.skip_to(stretch.begin):
            return None
        polls = list(self._polls(stretch.end - stretch.begin))
        if self._tail.offset != stretch.end or any(new[0].reset for new in polls):
            return None
        return [batch for new in polls for batch in new]

    def _polls(self, size: int) -> Iterator[list[EventBatch]]:
        """What polls bring, `size` bytes in all at most, as long as they bring something."""
        end = self._tail.offset + size
        while self._tail.offset < end:
            batches = self._tail.poll(min(end - self._tail.offset, STRETCH_BYTES))
            if batches:
                yield batches
            elif not self._tail.backlog:
                return


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
            self._scan = LogdirScan(self._sources)

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

    def given_by_user(self, path: Path) -> bool:
        """Whether a file lies in a log directory that the user named."""
        return any(
            source.found_by == "option" and path.is_relative_to(source.path)
            for source in self._sources
        )

    def _is_new(self, path: Path) -> bool:
        try:
            return path.stat().st_mtime >= self._started_at - _CLOCK_SLACK
        except OSError:
            return False
