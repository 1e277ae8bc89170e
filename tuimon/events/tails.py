"""One factory of what follows a log, whatever its kind."""

from pathlib import Path
from typing import Protocol

from tuimon.events.buffer import ReadBuffer
from tuimon.events.bulk.known import KnownRecords
from tuimon.events.log_kinds import reader_of
from tuimon.events.logdir import is_event_file
from tuimon.events.points import EventBatch
from tuimon.events.tail import DEFAULT_POLL_BYTES, EventFileTail, FileState


class Tail(Protocol):
    """What follows a log from its start, whatever happens to the file."""

    path: Path
    """The file; of one of several runs in a file a path below it."""
    state: FileState
    """Whether it could be read at the last look."""
    error: str | None
    """Why not."""
    size: int
    """Bytes at the last look; of what is no file, the same as `offset`."""
    offset: int
    """Everything before it was handed over."""
    damaged_records: int
    """Records, lines or cells that were left out."""
    skipped_bytes: int

    @property
    def origin(self) -> str:
        """What the points come from, in a few words; empty of event files."""

    @property
    def detail(self) -> str:
        """The first thing that was left out and why, where that can be told: ``line 7: no JSON``"""

    @property
    def backlog(self) -> int:
        """Bytes that wait for the next poll; 0 when only news of the file can bring more."""

    @property
    def undecided_bytes(self) -> int:
        """Bytes at the end that are no whole record."""

    @property
    def unverified_bytes(self) -> int:
        """Bytes before `offset` that are left to `verify`."""

    def poll(self, max_bytes: int = DEFAULT_POLL_BYTES) -> list[EventBatch]:
        """Read about `max_bytes` of what is new; an empty list when nothing is. Never raises."""

    def verify(self, most: int) -> list[EventBatch]:
        """Verify about `most` bytes of what was left. Raises OSError."""


def is_log(path: Path) -> bool:
    """Whether a file that somebody names can be read; also while it is empty, or closed."""
    try:
        if is_event_file(path.name) or not path.stat().st_size:
            return True
        return reader_of(path, named=True) is not None
    except OSError:
        return True


def open_tail(
    path: Path,
    plugins: dict[str, str] | None = None,
    buffer: ReadBuffer | None = None,
    known: KnownRecords | None = None,
    *,
    heads_first: bool = False,
) -> Tail:
    """What follows the log at `path`; the arguments are those of `EventFileTail`, for event files.

    What cannot be looked at, or is of no kind that is known, is taken for an event file.
    """
    if not is_event_file(path.name):
        try:
            reader = reader_of(path, named=True)
        except OSError:
            reader = None
        if reader is not None:
            return reader(path)
    return EventFileTail(path, plugins, buffer, known, heads_first=heads_first)
