"""Reading log directories once, to the end of their files, in the calling thread."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tuimon.events.buffer import ReadBuffer
from tuimon.events.bulk.known import KnownFormats, KnownRecords
from tuimon.events.log_roots import FoundFile
from tuimon.events.logdir import LogdirScan, UnreadablePath
from tuimon.events.tails import Tail, open_tail
from tuimon.runs.sources import LogSource
from tuimon.store.run_log import FileStatus, RunLog
from tuimon.store.store import Store

_POLL_BYTES = 4 << 20


class LogSnapshot(NamedTuple):
    """What log directories held when they were read."""

    store: Store
    files: tuple[FileStatus, ...]
    """Every event file that was found, by run and path; also those that could not be read."""
    truncated: bool
    """Whether there was more than `LogdirScan` looks at."""
    unreadable: tuple[UnreadablePath, ...]
    """Directories that could not be looked into."""


def load(sources: Sequence[LogSource]) -> LogSnapshot:
    """Read all event files of log directories; `LogSnapshot.files` tells of what failed."""
    store = Store()
    scan = LogdirScan(sources)
    files: list[FileStatus] = []
    buffer, formats = ReadBuffer(), KnownFormats()
    for _, members in _by_run(scan.scan()):
        files += _read_run(store, members, buffer, formats)
    store.set_beside(scan.beside)
    return LogSnapshot(store, tuple(files), scan.truncated, tuple(scan.unreadable))


class LogReader:
    """Reads event files of log directories on, each time to their ends, in the calling thread."""

    def __init__(self, sources: Sequence[LogSource]) -> None:
        self.sources = sources
        self.store = Store()
        self._scan = LogdirScan(sources)
        self._files: list[FoundFile] = []
        self._tails: dict[Path, Tail] = {}
        self._runs: dict[str, KnownRecords] = {}
        self._formats = KnownFormats()
        self._buffer = ReadBuffer()

    def size(self) -> int:
        """Bytes of the event files that there are now."""
        self._files += self._scan.scan()
        total = 0
        for file in self._files:
            with suppress(OSError):
                total += file.path.stat().st_size
        return total

    def read(self) -> None:
        """Let the store have all that is new in the files that `size` has found."""
        for file in self._files:
            tail = self._tails.get(file.path)
            if tail is None:
                known = self._runs.get(file.run)
                if known is None:
                    known = self._runs[file.run] = KnownRecords(formats=self._formats)
                tail = open_tail(file.path, known.plugins, self._buffer, known)
                self._tails[file.path] = tail
            _read(self.store, file, tail)


def load_runs(files: Sequence[FoundFile]) -> Iterator[tuple[RunLog | None, list[FileStatus]]]:
    """Read runs one after the other, so that no more than one need be in memory.

    `files` as `LogdirScan.scan` gives them. Yields each run (None when its files hold no record)
    with the status of its files.
    """
    buffer, formats = ReadBuffer(), KnownFormats()
    for name, members in _by_run(files):
        store = Store()
        statuses = _read_run(store, members, buffer, formats)
        yield store.runs.get(name), statuses


def _by_run(files: Sequence[FoundFile]) -> Iterator[tuple[str, Iterator[FoundFile]]]:
    return groupby(files, key=lambda file: file.run)


def _read_run(
    store: Store, files: Iterable[FoundFile], buffer: ReadBuffer, formats: KnownFormats
) -> list[FileStatus]:
    known = KnownRecords(formats=formats)
    tails = ((file, open_tail(file.path, known.plugins, buffer, known)) for file in files)
    return [_read(store, file, tail) for file, tail in tails]


def _read(store: Store, file: FoundFile, tail: Tail) -> FileStatus:
    reading = True
    while reading:
        for batch in tail.poll(_POLL_BYTES):
            store.apply(file.run, file.path, batch)
        reading = tail.backlog > 0
    status = FileStatus.of(tail)
    store.update_file(file.run, status)
    return status
