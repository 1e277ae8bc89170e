"""All runs, looked at again and again: what nobody writes any more is not read again."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tuimon.runs.newest import is_settled
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecordError
from tuimon.runs.registry import RunStatus, host_directories, read_status, runs_of_host

_PATIENCE = 60.0
"""Seconds after which what has changed is read once more: clocks of file servers differ,
attributes are cached."""
_LARGEST_SKEW = 600.0
"""Seconds; clocks that differ by more are nobody's."""
_RACY_SECONDS = 2.5
"""Time stamps are coarse: a directory that changed this recently may change again unseen."""
_READING_SECONDS = 0.4
"""That a look takes for runs which nobody has looked at before."""
_ALWAYS, _IN_TURN = 100, 100
"""Of those that have ended for good the newest are looked at each time, the others in turn."""


class _Reading(NamedTuple):
    """When a directory was read."""

    stamp: float
    """When it had changed last, by the clock of its file system."""
    seen_at: float
    """When it was found to have."""
    at: float

    @classmethod
    def of(cls, directory: Path, before: "_Reading | None") -> "_Reading":
        """One of now. Raises: OSError."""
        stamp, now = directory.stat().st_mtime, time.time()
        seen_at = before.seen_at if before is not None and before.stamp == stamp else now
        return cls(stamp, seen_at, now)

    def holds(self, now: "_Reading") -> bool:
        """Whether what was read then is what would be read now."""
        if now.stamp != self.stamp:
            return False
        if self.at - self.seen_at > _PATIENCE or self.at - self.stamp > _LARGEST_SKEW:
            return True
        return self.at - self.stamp > _RACY_SECONDS and now.at - self.at < _PATIENCE


class _Known(NamedTuple):
    status: RunStatus
    is_settled: bool
    reading: _Reading


class RunIndex:
    """What is known of the runs. A look that hangs does not harm another one."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._known: dict[Path, _Known] = {}
        self._hosts: dict[Path, tuple[_Reading, list[Path]]] = {}
        self._directories: list[Path] = []  # the newest first, as their names tell
        self._runs: list[RunStatus] = []
        self._turn = 0
        self._expected: set[Path] = set()
        self.unread = 0
        """How many runs have not been read yet, older ones than those that have."""
        self.unreadable: Sequence[str] = ()
        """What could not be read at the last look, and why."""

    def expect(self, *runs: RunStatus) -> None:
        """Look at these next time: something was done to them."""
        self._expected |= {run.paths.directory for run in runs}

    def look(self) -> list[RunStatus]:
        """All runs, newest first, as `tuimon.runs.registry.list_runs` has them, but those `unread`.

        What has not changed is the same object as before. What happens to old runs that have ended
        is seen some looks later where there are hundreds.
        """
        until = time.monotonic() + _READING_SECONDS
        self._list()
        known = {path: self._known[path] for path in self._directories if path in self._known}
        changed = len(known) < len(self._known)
        unread = unread_before = len(self._directories) - len(known)
        unreadable: list[str] = []
        for path in self._due(known):
            before = known.pop(path, None)
            if before is None and unread < unread_before and time.monotonic() > until:
                break
            unread -= before is None
            try:
                found = _look(path, before)
            except RecordError as error:
                unreadable.append(str(error))
                found = None
            if found is not None:
                known[path] = found
            changed |= found is not before
        self._known, self.unread, self.unreadable = known, unread, unreadable
        if changed:
            runs = [one.status for one in known.values()]
            self._runs = sorted(runs, key=lambda run: run.record.started_at, reverse=True)
        return self._runs

    def _list(self) -> None:
        """See which directories there are."""
        hosts: dict[Path, tuple[_Reading, list[Path]]] = {}
        for host in host_directories(self._home):
            with suppress(OSError):
                before = self._hosts.get(host)
                now = _Reading.of(host, before and before[0])
                same = before is not None and before[0].holds(now)
                hosts[host] = before if before and same else (now, runs_of_host(host))
        if hosts != self._hosts:
            found = [path for _, paths in hosts.values() for path in paths]
            self._directories = sorted(found, key=lambda path: path.name, reverse=True)
        self._hosts = hosts

    def _due(self, known: Mapping[Path, _Known]) -> list[Path]:
        """Those to be looked at now: all that may change any time, and some of the others."""
        all_, start = self._directories, self._turn
        self._turn = start + _IN_TURN if start + _IN_TURN < len(all_) else _ALWAYS
        due = {*all_[:_ALWAYS], *all_[start : start + _IN_TURN], *self._expected}
        self._expected = set()
        return [
            path
            for path in all_
            if path in due or (one := known.get(path)) is None or not one.is_settled
        ]


def _look(directory: Path, before: _Known | None) -> _Known | None:
    """None where there is no record yet, or no more. Raises: RecordError."""
    try:
        reading = _Reading.of(directory, before and before.reading)
    except OSError as error:
        raise RecordError(f"{directory}: {error.strerror or error}") from error
    if before is not None and before.is_settled and before.reading.holds(reading):
        return before
    if not RunPaths(directory).run_json.exists():
        return None
    status = read_status(directory)
    return _Known(status, is_settled(status), reading)
