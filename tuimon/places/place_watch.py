"""How the copies that are looked at stand, asked by who must not wait for a disk."""

import time
from functools import partial
from pathlib import Path

from tuimon.abandoned import Aside
from tuimon.places.place_state import PlaceState, read_state
from tuimon.places.remote_place import state_of
from tuimon.runs.sources import LogSource

_READ_EVERY = 0.5


class PlaceWatch:
    """The state of the copy of one place."""

    def __init__(self, source: LogSource) -> None:
        """`source` is that of a `PlaceLink`."""
        self.source = source
        self._reading = Aside(partial(read_state, state_of(Path(source.path))))
        self._read_at = 0.0
        self._state: PlaceState | None = None

    @property
    def state(self) -> PlaceState | None:
        """As it was told last; None before."""
        now = time.monotonic()
        if self._reading.pending or now - self._read_at >= _READ_EVERY:
            self._read_at = now
            self._state = self._reading.ask() or self._state
        return self._state
