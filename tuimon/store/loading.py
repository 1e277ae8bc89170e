"""Reading log directories once, to the end of their files, in the calling thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.events.logdir import LogdirScan
from tuimon.events.tail import EventFileTail
from tuimon.runs.record import LogSource
from tuimon.store.run import FileStatus
from tuimon.store.store import Store

_POLL_BYTES = 4 << 20


class Loaded(NamedTuple):
    """What log directories held when they were read."""

    store: Store
    files: tuple[FileStatus, ...]
    """Every event file that was found, by run and path; also those that could not be read."""
    truncated: bool
    """Whether there was more than `LogdirScan` looks at."""


def load(sources: Sequence[LogSource]) -> Loaded:
    """Read all event files of log directories. Errors of the system are told by `Loaded.files`."""
    store = Store()
    scan = LogdirScan(sources)
    files: list[FileStatus] = []
    plugins: dict[str, dict[str, str]] = {}
    for run, path in scan.scan():
        tail = EventFileTail(path, plugins.setdefault(run, {}))
        reading = True
        while reading:
            for batch in tail.poll(_POLL_BYTES):
                store.apply(run, path, batch)
            reading = tail.backlog > 0
        status = FileStatus.of(tail)
        store.update_file(run, status)
        files.append(status)
    return Loaded(store, tuple(files), scan.truncated)
