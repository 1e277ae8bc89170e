"""How long a training has been running, as W&B counts it (``_runtime``).

A run that is launched again goes on in W&B where it was: launches follow each other without the
breaks between them. Times of points are those of the event files, times of launches those of their
records, so nothing depends on when, or how often, a mirror is at work.
"""

import math
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tuimon.events.finder import begun_at
from tuimon.mirror.journal import Journal, LaunchEntry
from tuimon.runs.paths import RunPaths, state_home
from tuimon.runs.record import RecordError
from tuimon.runs.registry import read_status


class RunningTime:
    """Running time at points in time (Unix s) over `launches`, one or more in order."""

    def __init__(self, launches: Sequence[LaunchEntry]) -> None:
        self._launches = list(launches)
        self._begins = [launch.began for launch in launches]

    @property
    def began(self) -> float:
        """When the newest launch began."""
        return self._begins[-1]

    def at(self, time: float) -> float:
        """Seconds at `time`: 0 before the first launch, in a break what it was at its begin."""
        after = self._launches[self._number(time) + 1 :]
        seconds = max(time - self.origin(time), 0.0)
        return min(seconds, after[0].before) if after else seconds

    def origin(self, time: float) -> float:
        """When the training would have begun if it had run to `time` without a break."""
        launch = self._launches[self._number(time)]
        return launch.began - launch.before

    def _number(self, time: float) -> int:
        return max(bisect_right(self._begins, time) - 1, 0)


def enter_launches(journal: Journal, launches: Iterable[RunPaths]) -> None:
    """Enter in the journal which launches have their points there, unless it knows them.

    Raises:
        OSError: they cannot be written down.
    """
    for paths in launches:
        name = launch_name(paths)
        if name in (launch.directory for launch in journal.launches):
            continue
        began = _began(paths, journal)
        before = 0.0
        if journal.launches:
            last = journal.launches[-1]
            began = max(began, last.began)
            before = last.before + _ended(last, journal, began) - last.began
        journal.append(LaunchEntry(directory=name, began=began, before=before))


def launch_name(paths: RunPaths) -> str:
    """What a journal calls a launch."""
    return os.path.relpath(paths.directory, state_home())


def _began(paths: RunPaths, journal: Journal) -> float:
    """When a training was launched; of log directories, when the first file was begun."""
    try:
        return read_status(paths.directory).record.started_at
    except RecordError:
        begins = (begun_at(Path(entry.path)) for entry in journal.files)
        told = [begin for begin in begins if begin is not None and 0 < begin < math.inf]
        return min(told, default=min(_written(journal), default=0.0))


def _ended(launch: LaunchEntry, journal: Journal, most: float) -> float:
    """When a launch ended that another one has followed; of log directories, the last writing."""
    ended = None
    with suppress(RecordError):
        ended = read_status(state_home() / launch.directory).ended_at
    if ended is None:
        ended = max((at for at in _written(journal) if at <= most), default=most)
    return min(max(ended, launch.began), most)


def _written(journal: Journal) -> Iterator[float]:
    for entry in journal.files:
        with suppress(OSError):
            yield Path(entry.path).stat().st_mtime
