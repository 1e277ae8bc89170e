"""The event files that go to W&B, read in stretches that can be read again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tuimon.events.fields import Span
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail
from tuimon.mirror.journal import FileEntry, StretchEntry, gaps_of

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
    replaced: bool = False
    late: bool = False
    """They have come into a gap, after what lies behind it."""

    @property
    def gaps(self) -> list[Span]:
        """What was passed over and may still be filled."""
        return [gap for batch in self.batches for gap in batch.gaps]


class EventSource:
    """One event file on its way to W&B."""

    def __init__(
        self,
        entry: FileEntry,
        plugins: dict[str, str],
        observe: Callable[[FileEntry, EventBatch], None],
        stretches: Iterable[StretchEntry] = (),
    ) -> None:
        """`observe` is shown every batch, whether W&B has its points already or not; `stretches`
        are those of earlier lives."""
        self.entry = entry
        self._observe = observe
        self._tail = EventFileTail(entry.path, plugins, rereads=False)
        self._earlier = [*stretches]
        self._tail.pass_over(gaps_of(one for one in self._earlier if not one.late))
        self._held: SourceBatches | None = None
        self._state = 0, 0.0
        self._unread_since: float | None = None
        self._changed_at = 0.0

    def due(self, now: float) -> bool:
        """Whether there is something to read and the writer has paused (or did not for long)."""
        if self._tail.backlog or self._held is not None:
            return True
        try:
            status = Path(self.entry.path).stat()
        except OSError:
            return False
        state = status.st_size, status.st_mtime if self._tail.gaps.spans else 0.0
        if state != self._state:
            self._state, self._changed_at = state, now
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
        begin = end = self._tail.offset
        batches: list[EventBatch] = []
        for new in self._polls(STRETCH_BYTES, late=True):
            apart: SourceBatches | None = None
            if new[0].reset:
                apart = SourceBatches(0, self._tail.offset, new, replaced=True)
            elif new[0].late:
                apart = SourceBatches(new[0].stretch, new[-1].end_offset, new, late=True)
            if apart is not None:
                if not batches:
                    return apart
                self._held = apart
                break
            batches += new
            end = self._tail.offset
        if not self._tail.backlog:
            self._unread_since = None
        return SourceBatches(begin, end, batches)

    def skip_to(self, offset: int) -> bool:
        """Pass over what W&B has; False when the file no longer has a record's end there.

        Read rather than sought: a tag's first value tells what kind of values follow.
        """
        replaced = any(new[0].reset for new in self._polls(offset - self._tail.offset))
        return not replaced and self._tail.offset == offset

    def read_again(self, stretch: StretchEntry) -> list[EventBatch] | None:
        """The batches of a stretch of an earlier life; None when the file has changed since."""
        if stretch.late:
            return self._late_again(stretch)
        if not self.skip_to(stretch.begin):
            return None
        polls = list(self._polls(stretch.end - stretch.begin))
        if self._tail.offset != stretch.end or any(new[0].reset for new in polls):
            return None
        return [batch for new in polls for batch in new]

    def _late_again(self, stretch: StretchEntry) -> list[EventBatch] | None:
        try:
            batches = self._tail.read_again(stretch.begin, stretch.end)
        except OSError:
            return None
        for batch in batches:
            self._observe(self.entry, batch)
        return batches

    def end_replay(self) -> None:
        """What earlier lives had is read: from now on gaps are filled."""
        for stretch in self._earlier:
            if stretch.late:
                self._tail.gaps.fill((stretch.begin, stretch.end))
                self._tail.gaps.add(gaps_of([stretch]))
        self._earlier = []

    def _polls(self, size: int, *, late: bool = False) -> Iterator[list[EventBatch]]:
        """What polls bring, `size` bytes in all at most, as long as they bring something."""
        end = self._tail.offset + size
        while self._tail.offset < end:
            most = min(end - self._tail.offset, STRETCH_BYTES)
            batches = self._tail.poll(most, late=late)
            if batches:
                for batch in batches:
                    self._observe(self.entry, batch)
                yield batches
            elif not self._tail.backlog:
                return
