"""The event files that go to W&B, read in stretches that can be read again."""

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tuimon.events.fields import Span
from tuimon.events.points import EventBatch
from tuimon.events.shortfall import shortfall
from tuimon.events.tail import EventFileTail, FileState
from tuimon.mirror.file_marks import FileMarks, Mark, head_of, mark_of, still_holds
from tuimon.mirror.journal import FileEntry, StretchEntry, gaps_of
from tuimon.text import safe

log = logging.getLogger(__name__)

STRETCH_BYTES = 1 << 20
"""Read at a time: one journal entry, and one sync to disk, for some ten thousand points."""

SETTLE_SECONDS = 0.2
"""A training writes the points of a step together: reading waits until it has paused, …"""

PATIENCE_SECONDS = 1.0
"""… but not longer than this."""

_REPLACEMENT_SECONDS = 0.3
"""A file that is shorter than before may be being copied: so long it must have kept its size."""


@dataclass(frozen=True, slots=True)
class SourceBatches:
    """Batches read from bytes `begin` to `end` of a file; `replaced`: it is another file now."""

    begin: int
    end: int
    batches: list[EventBatch]
    replaced: bool = False
    late: bool = False
    """They have come into a gap, after what lies behind it."""
    mark: Mark | None = None
    """What the file is known by at `end`."""
    head: Mark | None = None
    """And at its beginning, if it was not known."""

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
        self._points = 0
        self._earlier = [*stretches]
        self._tail.pass_over(gaps_of(one for one in self._earlier if not one.late))
        heads = [one.head_mark for one in self._earlier if one.head_mark]
        self._marks = FileMarks(head=heads[-1] if heads else None)
        for one in self._earlier:
            if one.mark and not one.late:
                self._marks.cut(one.begin)  # what it was written over is no more
                self._marks.add(one.mark)
        self._inode: int | None = None
        self._cut_at: tuple[int, float] | None = None
        self._held: SourceBatches | None = None
        self._state = 0, 0.0
        self._unread_since: float | None = None
        self._changed_at = 0.0

    def problem(self, *, at_end: bool) -> str | None:
        """What of the file could not be sent, in one line; its last bytes are none before the end.

        A file that is gone after it was read is nothing wrong.
        """
        tail = self._tail
        if tail.state is FileState.GONE and tail.offset:
            return None
        zeros = sum(end - begin for begin, end in tail.gaps.spans)
        undecided = tail.undecided_bytes if at_end else 0
        lost = shortfall(tail.error, tail.damaged_records, undecided, zeros)
        return lost and f"{safe(self.entry.path)}: {lost}; {self._points:,} points of it are sent"

    def due(self, now: float) -> bool:
        """Whether there is something to read and the writer has paused (or did not for long)."""
        if self._tail.backlog or self._held is not None or self._cut_at is not None:
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

    @property
    def head(self) -> Mark | None:
        """What the file begins with, as far as it is known."""
        return self._marks.head

    def is_at(self, path: str) -> bool:
        """Whether all that was read of the file is at `path`, and no longer where it was."""
        last = self._marks.last
        return (
            last is not None
            and not still_holds(self.entry.path, [last])
            and still_holds(path, [last])
        )

    def move_to(self, entry: FileEntry) -> None:
        """Go on reading under another name."""
        self.entry = entry
        self._tail.path = Path(entry.path)

    def read(self) -> SourceBatches:
        """Read the next stretch; without batches when there is nothing."""
        if self._held is not None:
            reading, self._held = self._held, None
            return reading
        replaced = False
        if self._cut_at is not None:
            goes_on = self._recover(_REPLACEMENT_SECONDS)
            if goes_on is None:
                return SourceBatches(self._tail.offset, self._tail.offset, [])
            replaced = not goes_on
        begin = end = self._tail.offset
        batches: list[EventBatch] = []
        mark = head = None
        for new in self._polls(STRETCH_BYTES, late=True):
            if new[0].reset:
                self._cut_at = self._tail.size, time.monotonic()
                break
            if new[0].late:
                apart = SourceBatches(new[0].stretch, new[-1].end_offset, new, late=True)
                if not batches and not replaced:
                    return apart
                self._held = apart
                break
            batches += new
            end = self._tail.offset
            mark = mark_of(end, self._tail.seam)
        if mark is not None:
            if self._marks.head is None:
                self._marks.head = head = head_of(self.entry.path)
            self._marks.add(mark)
            self._inode = self._stat_inode()
        if not self._tail.backlog:
            self._unread_since = None
        return SourceBatches(begin, end, batches, replaced, mark=mark, head=head)

    def skip_to(self, offset: int) -> bool:
        """Pass over what W&B has; False when the file no longer has a record's end there.

        Read rather than sought: a tag's first value tells what kind of values follow.
        """
        replaced = any(new[0].reset for new in self._polls(offset - self._tail.offset))
        known = self._marks.before(offset)
        return (
            not replaced
            and self._tail.offset == offset
            and (known is None or still_holds(self.entry.path, [known]))
        )

    def goes_on(self) -> bool:
        """Whether a file that is not what it was is the same all the same, but for its end.

        Then it is read from where it differs. True, too, of one that is gone: it may come back.
        """
        try:
            size = Path(self.entry.path).stat().st_size
        except OSError:
            size = 0
        self._cut_at = size, -math.inf
        return self._recover(0.0) is not False

    def _recover(self, patience: float) -> bool | None:
        """Go on in a file that was changed behind the reader; False: it is another file, read from
        its start; None: nothing can be said yet.

        Where two processes write over each other's records, an offset is read once. A file that is
        shorter was put back to an earlier state: what it holds has been read. One that is the same
        up to some place has other records behind it.
        """
        assert self._cut_at is not None
        cut, since = self._cut_at
        last = self._marks.last
        now = time.monotonic()
        try:
            status = Path(self.entry.path).stat()
            if last is not None and cut < status.st_size < last.end:  # it is being copied
                self._cut_at = cut, since = status.st_size, now
            if last is not None and status.st_size < last.end and now - since < patience:
                return None
            in_place = last is not None and cut >= last.end and status.st_ino == self._inode
            mark = self._marks.newest_in(self.entry.path, status.st_size)
            if mark is not None and in_place:
                mark = last
            self._tail.go_to(0 if mark is None else mark.end)
        except OSError:
            return None
        self._cut_at = None
        if last is None or mark is None:
            self._marks = FileMarks()
            return False
        how = "is written over by two processes" if in_place else "has changed"
        log.warning("%s %s: read on from byte %d", self.entry.path, how, mark.end)
        known = self._marks.before(cut)
        passes = cut < last.end and (known is None or known.end <= mark.end)
        self._marks.cut(mark.end)
        if passes:
            self._pass_to(cut)
        if self._tail.offset > mark.end:  # or a file that is cut once more is read again from there
            self._marks.add(mark_of(self._tail.offset, self._tail.seam))
        return True

    def _stat_inode(self) -> int | None:
        try:
            return Path(self.entry.path).stat().st_ino
        except OSError:
            return None

    def _pass_to(self, offset: int) -> None:
        """Read, to no purpose, the records that end at `offset` at most."""
        while self._tail.offset < offset and self._tail.poll(
            offset - self._tail.offset, late=False
        ):
            pass

    def read_again(self, stretch: StretchEntry) -> list[EventBatch] | None:
        """The batches of a stretch of an earlier life; None when the file has changed since."""
        if not still_holds(self.entry.path, [stretch.mark]):
            return None
        if stretch.late or stretch.begin < self._tail.offset:
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
                    self._points += sum(len(columns.steps) for columns in batch.scalars.values())
                yield batches
            elif not self._tail.backlog:
                return
