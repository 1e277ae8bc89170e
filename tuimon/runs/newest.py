"""The newest runs, without reading what is told by all the others.

A record takes a third of a millisecond to read, and a dozen round trips of a network file system.
Of runs that have ended for good, and nobody writes to any more, it is therefore noted when they
started, in one file; of these no more is read than is asked for.
"""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tuimon.regular_file import read_regular
from tuimon.runs.activity import leftovers
from tuimon.runs.paths import RunPaths, runs_directory
from tuimon.runs.record import RecordError, RunState
from tuimon.runs.registry import RunStatus, possible_runs, read_status
from tuimon.runs.replacement import replace_file

_NAME = "ended.json"
_MOST_BYTES = 64 << 20


def newest_first(
    home: Path | None = None, on_unreadable: Callable[[str], None] | None = None
) -> Iterator[RunStatus]:
    """The runs as `tuimon.runs.registry.list_runs` has them, read as they are asked for.

    Those that have not ended, or may change yet, are all read before the first comes.
    """
    for run in _in_order(home, on_unreadable):
        status = _read(run, on_unreadable) if isinstance(run, Path) else run
        if status is not None:
            yield status


def newest_runs(
    most: int,
    home: Path | None = None,
    on_unreadable: Callable[[str], None] | None = None,
    *,
    archived: bool = False,
) -> tuple[list[RunStatus], int]:
    """All runs that may change yet, and the newest `most` others, of the `archived` ones none
    unless they are asked for.

    Newest first, and how many there are beside them.
    """
    found: list[RunStatus] = []
    others = 0
    for run in _in_order(home, on_unreadable):
        if isinstance(run, Path) and not most:
            others += 1
            continue
        status = _read(run, on_unreadable) if isinstance(run, Path) else run
        if status is None:
            continue
        if not is_settled(status):
            found.append(status)
        elif most and archived >= status.annotation.archived:
            found.append(status)
            most -= 1
        else:
            others += 1
    return found, others


def is_settled(status: RunStatus) -> bool:
    """Whether all that is still written of a run is put in the place of a file, which the time of
    its directory tells."""
    at_work = status.mirror is not None and status.mirror.is_at_work
    return (
        status.state.ended
        and status.state is not RunState.LOST
        and not (at_work or leftovers(status))
    )


def _in_order(
    home: Path | None, on_unreadable: Callable[[str], None] | None
) -> list[RunStatus | Path]:
    """All runs, newest first: what was read of them, or where they are to be read."""
    ended = _StartTimes(home)
    found: list[tuple[float, str, RunStatus | Path]] = []
    for directory in possible_runs(home):
        key = f"{directory.parent.name}/{directory.name}"
        started = ended.of(key)
        if started is not None:
            found.append((started, key, directory))
        elif (status := _read(directory, on_unreadable)) is not None:
            found.append((status.record.started_at, key, status))
            if is_settled(status):
                ended.note(key, status.record.started_at)
    ended.keep({key for _, key, _ in found})
    return [run for _, _, run in sorted(found, key=lambda one: one[:2], reverse=True)]


def _read(directory: Path, on_unreadable: Callable[[str], None] | None) -> RunStatus | None:
    """None where there is no record, or none that can be read."""
    try:
        if RunPaths(directory).run_json.exists():
            return read_status(directory)
    except RecordError as error:
        if on_unreadable is not None:
            on_unreadable(str(error))
    return None


class _StartTimes:
    """When runs started that have ended for good, as it is kept in the state directory."""

    def __init__(self, home: Path | None) -> None:
        self._path = runs_directory(home) / _NAME
        self._kept = self._times = _kept(self._path)

    def of(self, run: str) -> float | None:
        """Unix seconds; None of runs that may go on."""
        return self._times.get(run)

    def note(self, run: str, started_at: float) -> None:
        """That a run has ended for good."""
        if self._times is self._kept:
            self._times = self._kept.copy()
        self._times[run] = started_at

    def keep(self, runs: set[str]) -> None:
        """Write what is new for the next time, of no runs but these; without room it is lost."""
        times = {run: at for run, at in self._times.items() if run in runs}
        if times != self._kept:
            with suppress(OSError):
                replace_file(self._path, json.dumps(times).encode())


def _kept(path: Path) -> dict[str, float]:
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads(read_regular(path, _MOST_BYTES))
        if isinstance(found, dict):
            return {
                run: float(at)
                for run, at in found.items()
                if isinstance(at, int | float) and math.isfinite(at)
            }
    return {}
