"""The thread that keeps a store up to date with log directories."""

import math
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tuimon.events.buffer import ReadBuffer
from tuimon.events.logdir import FoundFile, LogdirScan
from tuimon.events.tail import EventFileTail, FileState
from tuimon.runs.sources import LogSource
from tuimon.store.hints import ChangeHints
from tuimon.store.run_log import FileStatus
from tuimon.store.store import Store

POLL_SECONDS = 0.25
_LONGEST_POLL_SECONDS = 4.0
_QUIET_SHARE = 0.1
"""A file that has been quiet for 10 s is looked at every second."""
_FAULT_SECONDS = 60.0
_SCAN_SECONDS = 1.0
_SCAN_SHARE = 0.002
"""Of the time, spent on looking for new files in many directories."""
_SCAN_GAP_SECONDS = 0.2
"""Between two scans when hints ask for one."""

_FIRST_BATCH_BYTES, _MOST_BATCH_BYTES = 64 << 10, 4 << 20
"""The first points are wanted soon, the others with little effort for each batch."""
WAY_SECONDS = 0.1


class ReadProgress(NamedTuple):
    """How much of the known event files is in the store."""

    bytes_read: int
    bytes_total: int


@dataclass(slots=True, eq=False)
class _FollowedFile:
    """A file that is followed."""

    run: str
    tail: EventFileTail
    size: int
    changed_at: float
    """Unix s: modification time when it was found, then when it last brought something."""
    pending: bool = True
    """Whether there is something to read that needs no news of the file."""
    due: float = 0.0
    """Monotonic s of the next poll."""


class Follower:
    """Finds event files, reads them, newest first, and goes on as they grow.

    Reads in short batches, between which it gives way to others that have something to answer. A
    change on disk is in the store some 100 ms later where the file system tells of changes, else
    within the polling interval.
    """

    def __init__(
        self,
        store: Store,
        sources: Sequence[LogSource] = (),
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._store = store
        self._poll_seconds = poll_seconds
        self._sources = tuple(sources)
        self._scanned_sources: tuple[LogSource, ...] | None = None
        self._scan = LogdirScan(())
        self._scan_due = self._scan_earliest = 0.0
        self._followed: dict[Path, _FollowedFile] = {}  # replaced, never changed
        self._plugins: dict[str, dict[str, str]] = {}
        self._batch_bytes = _FIRST_BATCH_BYTES
        self._buffer = ReadBuffer()
        self._hinted: deque[str] = deque()
        self._hints = ChangeHints(self._take_hints)
        self._wake = threading.Event()
        self._way_until = 0.0
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread. A follower is started once."""
        self._thread = threading.Thread(target=self._run, name="tuimon-follower", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Stop and wait for the thread, which ends after the batch in hand."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def give_way(self, seconds: float = WAY_SECONDS) -> None:
        """Leave the interpreter to other threads for a while, as after a key, if much is read."""
        self._way_until = time.monotonic() + seconds

    def set_sources(self, sources: Sequence[LogSource]) -> None:
        """Follow these log directories from now on; what is no longer among them is dropped."""
        self._sources = tuple(sources)
        self._wake.set()

    @property
    def loading(self) -> bool:
        """Whether files are known (or not yet looked for) that have not been read to their end."""
        if self._scanned_sources is not self._sources:
            return True
        return any(followed.pending for followed in self._followed.values())

    @property
    def progress(self) -> ReadProgress:
        """How far reading is, for a progress bar."""
        followed = self._followed.values()
        return ReadProgress(
            sum(one.tail.offset for one in followed),
            sum(max(one.size, one.tail.size) for one in followed),
        )

    @property
    def files(self) -> list[FileStatus]:
        """All files that are followed, also those of which nothing is in the store."""
        return [FileStatus.of(one.tail) for one in self._followed.values()]

    @property
    def unreadable(self) -> list[FileStatus]:
        """Files that could not be read at the last look, and why."""
        return [file for file in self.files if file.state is not FileState.OK]

    def _take_hints(self, paths: Iterable[str]) -> None:
        self._hinted.extend(paths)
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._follow_hints()
            if self._scanned_sources is not self._sources or time.monotonic() >= self._scan_due:
                self._discover()
            self._poll_due()
            pending = [one for one in self._followed.values() if one.pending]
            if pending:
                self._read(max(pending, key=lambda one: one.changed_at))
                # Sleeping for no time takes 70 µs, as long as to read a short batch.
                if (seconds := self._way_until - time.monotonic()) > 0:
                    time.sleep(seconds)
            else:
                self._wake.wait(self._seconds_to_next())
                self._wake.clear()
        self._hints.stop()

    def _follow_hints(self) -> None:
        while self._hinted:
            followed = self._followed.get(Path(self._hinted.popleft()))
            if followed is not None:
                followed.due = 0.0
            else:
                self._scan_due = min(self._scan_due, self._scan_earliest)

    def _seconds_to_next(self) -> float:
        due = min((one.due for one in self._followed.values()), default=self._scan_due)
        return max(min(due, self._scan_due) - time.monotonic(), 0.0)

    def _discover(self) -> None:
        began = time.monotonic()
        sources = self._sources
        if sources is not self._scanned_sources:
            self._scan = LogdirScan(sources)
            found = self._scan.scan()
            wanted = {file.path: file.run for file in found}
            for path, one in list(self._followed.items()):
                if wanted.get(path) != one.run:
                    self._store.forget(one.run, path)
                    self._followed = {p: kept for p, kept in self._followed.items() if p != path}
        else:
            found = self._scan.scan()
        self._forget_gone()
        self._store.set_beside(self._scan.beside)
        new = [file for file in found if file.path not in self._followed]
        if new:
            self._followed = {**self._followed, **{file.path: self._follow(file) for file in new}}
        self._scanned_sources = sources
        took = time.monotonic() - began
        self._scan_earliest = began + max(_SCAN_GAP_SECONDS, 20 * took)
        self._scan_due = began + max(_SCAN_SECONDS, took / _SCAN_SHARE)
        if not self.loading:  # what it takes to watch would delay the points
            self._hints.watch(self._scan.directories)

    def _forget_gone(self) -> None:
        """Forget files that are gone, unless they were all that their directory had.

        Those were renamed, or their run was removed. The points of a run whose event file alone is
        gone stay on the screen, which says so: it may be on its way back.
        """
        directories = set(self._scan.directories)
        there = {one.run for one in self._followed.values() if one.tail.state is not FileState.GONE}
        gone = [
            path
            for path, one in self._followed.items()
            if one.tail.state is FileState.GONE
            and (one.run in there or (directories and str(path.parent) not in directories))
        ]
        for path in gone:
            self._scan.forget(path)
            self._store.forget(self._followed[path].run, path)
        if gone:
            self._followed = {p: one for p, one in self._followed.items() if p not in gone}

    def _follow(self, file: FoundFile) -> _FollowedFile:
        tail = EventFileTail(file.path, self._plugins.setdefault(file.run, {}), self._buffer)
        try:
            status = file.path.stat()
        except OSError:
            return _FollowedFile(file.run, tail, 0, 0.0)
        return _FollowedFile(file.run, tail, status.st_size, status.st_mtime)

    def _due(self, one: _FollowedFile) -> float:
        """When a file that was read just now is looked at again: later, the longer it is quiet.

        In steps of the polling interval, since waking up costs more than a look.
        """
        quiet = (time.time() - one.changed_at) * _QUIET_SHARE
        interval = max(self._poll_seconds, min(quiet, _LONGEST_POLL_SECONDS))
        return math.ceil((time.monotonic() + interval) / self._poll_seconds) * self._poll_seconds

    def _poll_due(self) -> None:
        now = time.monotonic()
        for one in self._followed.values():
            if one.due <= now and not one.pending and not self._stopping:
                self._read(one)

    def _read(self, one: _FollowedFile) -> None:
        """Read one batch of a file into the store."""
        tail, offset, was_pending = one.tail, one.tail.offset, one.pending
        state = tail.state
        try:
            batches = tail.poll(self._batch_bytes)
            for batch in batches:
                self._store.apply(one.run, tail.path, batch)
        except Exception:
            # A fault of ours with one file must not end the thread that follows all others.
            import logging  # takes a twentieth of the time to load a million points

            logging.getLogger(__name__).exception("reading %s failed", tail.path)
            one.pending, one.due = False, time.monotonic() + _FAULT_SECONDS
            return
        if batches or tail.state is not state:
            self._store.update_file(one.run, FileStatus.of(tail))
        if batches and not was_pending:
            one.changed_at = time.time()
        one.pending = tail.backlog > 0
        one.due = self._due(one)
        if tail.offset - offset >= self._batch_bytes // 2:
            self._batch_bytes = min(4 * self._batch_bytes, _MOST_BATCH_BYTES)
