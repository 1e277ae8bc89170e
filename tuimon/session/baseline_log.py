"""The baseline of a project, read into a store of its own beside what is watched."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tuimon.abandoned import Aside
from tuimon.runs.baselines import Baseline
from tuimon.runs.record import RecordError
from tuimon.runs.registry import RunStatus, read_status
from tuimon.store.follower import Follower
from tuimon.store.store import Reference, Store
from tuimon.text import safe

_LOOK_EVERY = 2.0


class BaselineLog:
    """Follows the event files of the run that is pinned for a project, whichever that is."""

    def __init__(self, find: Callable[[], Baseline | None], own: Path | None = None) -> None:
        """`own` is the directory of the run that is watched: it is not compared with itself."""
        self._own = own
        self._looking = Aside(partial(_look, find))
        self._looked = -_LOOK_EVERY
        self._pinned: Baseline | None = None
        self._ended = False
        self._follower: Follower | None = None
        self.reference: Reference | None = None
        """What is to be compared with."""
        self.gone = ""
        """What is to be said of a baseline that was removed, in safe text."""

    def poll(self) -> None:
        """Look now and then whether another run is pinned, and stop reading one that has ended."""
        now = time.monotonic()
        if self._looking.pending or now - self._looked >= _LOOK_EVERY:
            self._looked = now
            if (found := self._looking.ask()) is not None:
                self._take(*found)
        if self._follower is not None and self._ended and not self._follower.loading:
            self._follower.stop()
            self._follower = None

    def stop(self) -> None:
        """Read no more."""
        if self._follower is not None:
            self._follower.stop()

    def _take(self, pinned: Baseline | None, status: RunStatus | None) -> None:
        self._ended = status is not None and status.state.ended
        if pinned == self._pinned and (self.reference is None) == (status is None):
            return
        self.stop()
        self._pinned, self._follower, self.reference, self.gone = pinned, None, None, ""
        if pinned is None or Path(pinned.directory) == self._own:
            return
        if status is None:
            self.gone = f"the baseline {safe(pinned.name)} is gone: tuimon baseline"
            return
        store = Store()
        self.reference = Reference(status.name, store)
        self._follower = Follower(store, status.log_sources)
        self._follower.start()


def _look(find: Callable[[], Baseline | None]) -> tuple[Baseline | None, RunStatus | None]:
    pinned = find()
    if pinned is None or pinned.is_gone:
        return pinned, None
    try:
        return pinned, read_status(Path(pinned.directory))
    except RecordError:
        return pinned, None
