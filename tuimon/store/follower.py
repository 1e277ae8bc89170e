"""The thread that keeps a store up to date with log directories."""

import heapq
import math
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tuimon.events.buffer import ReadBuffer
from tuimon.events.bulk.known import KnownFormats, KnownRecords
from tuimon.events.log_roots import FoundFile
from tuimon.events.logdir import LogdirScan
from tuimon.events.tail import FileState
from tuimon.events.tails import Tail, open_tail
from tuimon.runs.sources import LogSource
from tuimon.store.agenda import Agenda
from tuimon.store.collector import collector_paused
from tuimon.store.hints import ChangeHints
from tuimon.store.run_log import FileStatus
from tuimon.store.store import Store

POLL_SECONDS = 0.25
_LONGEST_POLL_SECONDS = 4.0
_QUIET_SHARE = 0.1
"""A file that has been quiet for 10 s is looked at every second."""
_MOST_LIVELY = 16
_SECONDS_A_FILE = 0.03
"""But for the lively ones, of many files one is looked at so often: of 5,000, each in 150 s."""
_FAULT_SECONDS = 60.0
_SCAN_SECONDS, _LONGEST_SCAN_SECONDS = 1.0, 120.0
_SCAN_SHARE = 0.0002
"""Of a core, spent on looking for new files in many directories."""
_SCAN_GAP_SECONDS = 0.2
"""Between two scans when hints ask for one."""
_SCAN_GAP_SHARE = 0.01

_FIRST_BATCH_BYTES, _MOST_BATCH_BYTES = 64 << 10, 4 << 20
"""The first points are wanted soon, the others with little effort for each batch."""
WAY_SECONDS = 0.1

_VERIFIED_BYTES = 8 << 20
_VERIFYING_SHARE = 0.25
"""Of the time, as long as there is content that was left when heads were read."""


class ReadProgress(NamedTuple):
    """How much of the known event files is in the store."""

    bytes_read: int
    bytes_total: int


@dataclass(slots=True, eq=False)
class _FollowedFile:
    """A file that is followed."""

    run: str
    tail: Tail
    size: int
    """Bytes, the most that were seen."""
    changed_at: float
    """Unix s: modification time when it was found, then when it last brought something."""


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
        self._backlog = Agenda[_FollowedFile]()  # what needs no news of the file; newest first
        self._polls = Agenda[_FollowedFile]()  # all others, by monotonic s of the next look
        self._unverified = Agenda[_FollowedFile]()  # what is left of them is verified; newest first
        self._verify_due = 0.0
        self._unreadable: dict[Path, FileStatus] = {}
        self._closed: Sequence[FileStatus] = ()  # directories
        self._bytes_read = self._bytes_total = 0
        self._lively_after = -math.inf
        """Files that changed later than this are looked at as often as they change."""
        self._known: dict[str, KnownRecords] = {}  # by run
        self._formats = KnownFormats()
        self._batch_bytes = _FIRST_BATCH_BYTES
        self._buffer = ReadBuffer()
        self._hinted: deque[str] = deque()
        self._hints = ChangeHints(self._take_hints)
        self._watched: Sequence[str] = ()
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
        return len(self._backlog) > 0

    @property
    def progress(self) -> ReadProgress:
        """How far reading is, for a progress bar."""
        return ReadProgress(self._bytes_read, self._bytes_total)

    @property
    def verified(self) -> float | None:
        """Share of the bytes read whose content was verified, too; None when all of it was."""
        if not self._unverified:
            return None
        left = sum(one.tail.unverified_bytes for one in self._followed.values())
        return 1 - left / max(self._bytes_read, left) if left else None

    @property
    def files(self) -> list[FileStatus]:
        """All files that are followed, also those of which nothing is in the store."""
        return [FileStatus.of(one.tail) for one in self._followed.values()]

    @property
    def unreadable(self) -> list[FileStatus]:
        """Files and directories that could not be read at the last look, and why."""
        return [*self._unreadable.values(), *self._closed]

    @property
    def tables(self) -> Sequence[Path]:
        """What else lies in the log directories that may hold numbers: CSV, JSON."""
        return self._scan.tables

    def _take_hints(self, paths: Iterable[str]) -> None:
        self._hinted.extend(paths)
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._follow_hints()
            if self._scanned_sources is not self._sources or time.monotonic() >= self._scan_due:
                self._discover()
            self._poll_due()
            if self._backlog:
                self._catch_up()
            else:
                self._watch()
                self._verify()
                self._wake.wait(self._seconds_to_next())
                self._wake.clear()
        self._hints.stop()

    @collector_paused()
    def _catch_up(self) -> None:
        """Read what needs no news for as long as nothing else may be due."""
        until = time.monotonic() + POLL_SECONDS
        while (newest := self._backlog.first()) is not None and not self._stopping:
            self._read(newest[1])
            # Sleeping for no time takes 70 µs, as long as to read a short batch.
            now = time.monotonic()
            if self._way_until > now:
                time.sleep(self._way_until - now)
            if now > until:
                return

    def _verify(self) -> None:
        """Verify some of what was left when heads were read, if it is time."""
        first, began = self._unverified.first(), time.monotonic()
        if first is None or began < self._verify_due:
            return
        (_, one) = first
        tail, offset = one.tail, one.tail.offset
        try:
            batches = tail.verify(_VERIFIED_BYTES)
        except Exception as error:
            if not isinstance(error, OSError):  # else the next look at the file tells of it
                _tell_of_fault("verifying", tail.path)
            self._unverified.put(one, math.inf)
            self._verify_due = began + _LONGEST_POLL_SECONDS
            return
        for batch in batches:
            self._store.apply(one.run, tail.path, batch)
            self._note(one, FileStatus.of(tail))
        if tail.offset < offset:
            self._bytes_read += tail.offset - offset
            self._polls.drop(one)
            self._backlog.put(one, -one.changed_at)
            self._wake.set()
        if not tail.unverified_bytes:
            self._unverified.drop(one)
        ended = time.monotonic()
        self._verify_due = ended + (ended - began) * (1 / _VERIFYING_SHARE - 1)

    def _watch(self) -> None:
        """Ask for hints, once all is read: what it takes would delay the points."""
        if self._watched is not self._scan.directories:
            self._watched = self._scan.directories
            self._hints.watch(self._watched)

    def _follow_hints(self) -> None:
        while self._hinted:
            followed = self._followed.get(Path(self._hinted.popleft()))
            if followed is None:
                self._scan_due = min(self._scan_due, self._scan_earliest)
            elif followed in self._polls:
                self._polls.put(followed, 0.0)

    def _seconds_to_next(self) -> float:
        poll = self._polls.first()
        due = self._scan_due if poll is None else min(poll[0], self._scan_due)
        if self._unverified:
            due = min(due, max(self._verify_due, self._way_until))
        return max(due - time.monotonic(), 0.0)

    def _discover(self) -> None:
        began, used = time.monotonic(), time.thread_time()
        sources = self._sources
        if sources is not self._scanned_sources:
            self._scan = LogdirScan(sources)
            found = self._scan.scan()
            wanted = {file.path: file.run for file in found}
            self._forget(
                [path for path, one in self._followed.items() if wanted.get(path) != one.run]
            )
        else:
            found = self._scan.scan()
        self._forget([path for path in self._scan.displaced if path in self._followed])
        self._forget_gone()
        self._store.set_beside(self._scan.beside)
        self._closed = [FileStatus.of_unreadable(one) for one in self._scan.unreadable]
        new = [file for file in found if file.path not in self._followed]
        if new:
            self._followed = {**self._followed, **{file.path: self._follow(file) for file in new}}
            changed = (one.changed_at for one in self._followed.values())
            newest = heapq.nlargest(_MOST_LIVELY, changed)
            self._lively_after = newest[-1] if len(newest) == _MOST_LIVELY else -math.inf
        self._scanned_sources = sources
        used = time.thread_time() - used
        self._scan_earliest = began + max(_SCAN_GAP_SECONDS, used / _SCAN_GAP_SHARE)
        pause = min(used / _SCAN_SHARE, _LONGEST_SCAN_SECONDS)
        self._scan_due = began + max(pause, _SCAN_SECONDS)

    def _forget_gone(self) -> None:
        """Forget files that are gone, unless they were all that their directory had.

        Those were renamed, or their run was removed. The points of a run whose event file alone is
        gone stay on the screen, which says so: it may be on its way back.
        """
        gone = [path for path, file in self._unreadable.items() if file.state is FileState.GONE]
        if not gone:
            return
        directories = set(self._scan.directories)
        names = self._followed.keys() - gone
        there = {self._followed[path].run for path in names}
        self._forget(
            [
                path
                for path in gone
                if self._followed[path].run in there
                or (directories and str(path.parent) not in directories)
            ]
        )

    def _forget(self, paths: Sequence[Path]) -> None:
        kept = self._followed.copy()
        for path in paths:
            one = kept.pop(path)
            self._backlog.drop(one)
            self._polls.drop(one)
            self._unverified.drop(one)
            self._unreadable.pop(path, None)
            self._bytes_read -= one.tail.offset
            self._bytes_total -= one.size
            self._scan.forget(path)
            self._store.forget(one.run, path)
        self._followed = kept

    def _follow(self, file: FoundFile) -> _FollowedFile:
        known = self._known.get(file.run)
        if known is None:
            known = self._known[file.run] = KnownRecords(formats=self._formats)
        tail = open_tail(file.path, known.plugins, self._buffer, known, heads_first=True)
        try:
            status = os.stat(file.path)  # noqa: PTH116 (there may be many)
        except OSError:
            one = _FollowedFile(file.run, tail, 0, 0.0)
        else:
            one = _FollowedFile(file.run, tail, status.st_size, status.st_mtime)
        self._bytes_total += one.size
        self._backlog.put(one, -one.changed_at)
        return one

    def _due(self, one: _FollowedFile) -> float:
        """When a file that was read just now is looked at again: later, the longer it is quiet.

        In steps of the polling interval, since waking up costs more than a look.
        """
        quiet = (time.time() - one.changed_at) * _QUIET_SHARE
        turn = _SECONDS_A_FILE * len(self._followed)
        interval = max(self._poll_seconds, min(quiet, max(turn, _LONGEST_POLL_SECONDS)))
        if one.changed_at <= self._lively_after:
            interval = max(interval, turn)
        step = max(self._poll_seconds, interval * _QUIET_SHARE)
        return math.ceil((time.monotonic() + interval) / step) * step

    def _poll_due(self) -> None:
        now = time.monotonic()
        while (poll := self._polls.first()) is not None and poll[0] <= now and not self._stopping:
            self._read(poll[1])

    def _read(self, one: _FollowedFile) -> None:
        """Read one batch of a file into the store."""
        tail, offset = one.tail, one.tail.offset
        state = tail.state
        try:
            batches = tail.poll(self._batch_bytes)
            for batch in batches:
                self._store.apply(one.run, tail.path, batch)
        except Exception:
            _tell_of_fault("reading", tail.path)
            self._wait(one, time.monotonic() + _FAULT_SECONDS)
            return
        self._bytes_read += tail.offset - offset
        if tail.size > one.size:
            self._bytes_total += tail.size - one.size
            one.size = tail.size
        if batches or tail.state is not state:
            self._note(one, FileStatus.of(tail))
        if batches and one not in self._backlog:
            one.changed_at = time.time()
        if tail.unverified_bytes and one not in self._unverified:
            self._unverified.put(one, -one.changed_at)
        if tail.backlog > 0:
            self._polls.drop(one)
            self._backlog.put(one, -one.changed_at)
        else:
            self._wait(one, self._due(one))
        if tail.offset - offset >= self._batch_bytes // 2:
            self._batch_bytes = min(4 * self._batch_bytes, _MOST_BATCH_BYTES)

    def _wait(self, one: _FollowedFile, due: float) -> None:
        self._polls.put(one, due)
        self._backlog.drop(one)

    def _note(self, one: _FollowedFile, status: FileStatus) -> None:
        self._store.update_file(one.run, status)
        if status.state is not FileState.OK:
            self._unreadable[status.path] = status
        else:
            self._unreadable.pop(status.path, None)


def _tell_of_fault(what: str, path: Path) -> None:
    """A fault of ours with one file must not end the thread that follows all others."""
    import logging  # takes a twentieth of the time to load a million points

    logging.getLogger(__name__).exception("%s %s failed", what, path)
