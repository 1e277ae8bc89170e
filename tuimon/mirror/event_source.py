"""The event files that go to W&B, read in stretches that can be read again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail
from tuimon.mirror.journal import FileEntry, StretchEntry

STRETCH_BYTES = 1 << 20
"""Read at a time: one journal entry, and one sync to disk, for some ten thousand points."""

SETTLE_SECONDS = 0.2
"""A training writes the points of a step together: reading waits until it has paused, …"""

PATIENCE_SECONDS = 1.0
"""… but not longer than this."""


@dataclass(frozen=True, slots=True)
class SourceBatches:
    """Batches read from bytes `begin` to `end` of a file; `replaced`: it is another file now."""

    begin: int
    end: int
    batches: list[EventBatch]
    replaced: bool


class EventSource:
    """One event file on its way to W&B."""

    def __init__(
        self,
        entry: FileEntry,
        plugins: dict[str, str],
        observe: Callable[[FileEntry, EventBatch], None],
    ) -> None:
        """`observe` is shown every batch, whether W&B has its points already or not."""
        self.entry = entry
        self._observe = observe
        self._tail = EventFileTail(entry.path, plugins)
        self._held: SourceBatches | None = None
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

    def read(self) -> SourceBatches:
        """Read the next stretch; without batches when there is nothing."""
        if self._held is not None:
            reading, self._held = self._held, None
            return reading
        begin = self._tail.offset
        batches: list[EventBatch] = []
        for new in self._polls(STRETCH_BYTES):
            if new[0].reset:
                replaced = SourceBatches(0, self._tail.offset, new, replaced=True)
                if not batches:
                    return replaced
                self._held = replaced
                break
            batches += new
            end = self._tail.offset
        if not self._tail.backlog:
            self._unread_since = None
        return SourceBatches(begin, end if batches else begin, batches, replaced=False)

    def skip_to(self, offset: int) -> bool:
        """Pass over what W&B has; False when the file no longer has a record's end there.

        Read rather than sought: a tag's first value tells what kind of values follow.
        """
        replaced = any(new[0].reset for new in self._polls(offset - self._tail.offset))
        return not replaced and self._tail.offset == offset

    def read_again(self, stretch: StretchEntry) -> list[EventBatch] | None:
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
                for batch in batches:
                    self._observe(self.entry, batch)
                yield batches
            elif not self._tail.backlog:
                return
