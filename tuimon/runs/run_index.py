"""All runs, looked at again and again: what nobody writes any more is not read again."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.runs.activity import leftovers
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecordError, RunState
from tuimon.runs.registry import RunStatus, possible_runs, read_status

_PATIENCE = 60.0
"""Seconds after which everything is read again: clocks of file servers differ, attributes are
cached."""
_RACY_SECONDS = 2.5
"""Time stamps are coarse: a directory that changed this recently may change again unseen."""


class _Known(NamedTuple):
    status: RunStatus
    stamp: float
    """When the directory changed last, by the clock of its file system."""
    read_at: float


class RunIndex:
    """What is known of the runs. A look that hangs does not harm another one."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._known: dict[Path, _Known] = {}
        self.unreadable: Sequence[str] = ()
        """What could not be read at the last look, and why."""

    def look(self) -> list[RunStatus]:
        """All runs, newest first, as `tuimon.runs.registry.list_runs` has them.

        A run that has not changed is the same object as before.
        """
        before, found = self._known, {}
        unreadable: list[str] = []
        for directory in possible_runs(self._home):
            try:
                known = _look(directory, before.get(directory))
            except RecordError as error:
                unreadable.append(str(error))
            else:
                if known is not None:
                    found[directory] = known
        self._known, self.unreadable = found, unreadable
        runs = [known.status for known in found.values()]
        return sorted(runs, key=lambda status: status.record.started_at, reverse=True)


def _look(directory: Path, before: _Known | None) -> _Known | None:
    """None where there is no record yet, or no more. Raises: RecordError."""
    now = time.time()
    try:
        stamp = directory.stat().st_mtime
    except OSError as error:
        raise RecordError(f"{directory}: {error.strerror or error}") from error
    if before is not None and _is_settled(before.status) and stamp == before.stamp:
        settled = before.read_at - stamp > _RACY_SECONDS
        if settled and now - before.read_at < _PATIENCE:
            return before
    if not RunPaths(directory).run_json.exists():
        return None
    return _Known(read_status(directory), stamp, now)


def _is_settled(status: RunStatus) -> bool:
    """Whether all that is still written of it is put in the place of a file, which the time of its
    directory tells."""
    at_work = status.mirror is not None and status.mirror.is_at_work
    return (
        status.state.ended
        and status.state is not RunState.LOST
        and not (at_work or leftovers(status))
    )
