"""Points that wait until it is clear that the training writes no event files itself."""

import logging
import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from tuimon.events.event_file import EventFile, HParam, TagPoint
from tuimon.runs.sources import LogSource

GRACE = 10.0
"""Seconds from the start of the training in which its own event files may show up, …"""

GRACE_AFTER_POINT = 2.0
"""… and from the first point that is held."""

_MOST_HELD = 200_000
_WRITE_AGAIN_AFTER = 5.0

log = logging.getLogger(__name__)


class HeldPoints:
    """Points on their way into an event file in `directory`, which is found by `found_by`.

    Whoever gives them after another who was killed gives them from the first one on: those that
    are in the file already are as many as it holds.
    """

    def __init__(
        self, directory: Path, found_by: str, *, started_at: float, at_once: bool, known: bool
    ) -> None:
        """`started_at`: of the training, Unix s; `known`: the directory has been published."""
        self._directory = directory
        self._found_by = found_by
        self._begun = time.monotonic() - max(0.0, time.time() - started_at)
        self._at_once = at_once
        self._file: EventFile | None = None
        self._skip = 0
        self._starts_late = False
        self._held: deque[tuple[float, Sequence[TagPoint]]] = deque()
        self._first_at = math.inf
        self._retry_at = -math.inf
        self.hparams: Mapping[str, HParam] = {}
        """Hyperparameters that belong to the points; they are written with them."""
        self._hparams_written: Mapping[str, HParam] = {}
        self.source: LogSource | None = self._source() if known else None
        """The directory, once there is something in it."""

    @property
    def is_full(self) -> bool:
        """Whether the disk has to have room again before more can be taken."""
        return len(self._held) >= _MOST_HELD

    @property
    def has_begun(self) -> bool:
        """Whether the file has been opened."""
        return self._file is not None

    def start_late(self) -> None:
        """What comes is not from the first point on: all of it is new."""
        self._starts_late = True

    def take(self, points: Sequence[TagPoint], wall_time: float) -> None:
        """Hold points measured at `wall_time` (Unix seconds)."""
        if points:
            self._first_at = min(self._first_at, time.monotonic())
            self._held.append((wall_time, points))

    def publish_if_time(self, patience: float = GRACE_AFTER_POINT) -> None:
        """Write what is held if it is clear that it is wanted, `patience` s after its first."""
        settled = self._at_once or self.source is not None
        due = max(self._begun + GRACE, self._first_at + patience)
        if settled or time.monotonic() >= due:
            self.publish()

    def publish(self, *, again: bool = False) -> None:
        """Write what is held; what cannot be written waits for some seconds, unless `again`."""
        if time.monotonic() < self._retry_at and not again:
            return
        if not self._held and (self._file is None or self.hparams == self._hparams_written):
            return
        try:
            if self._file is None:
                self._directory.parent.mkdir(mode=0o700, exist_ok=True)
                self._file = EventFile(self._directory, self._found_by)
                self._skip = 0 if self._starts_late else self._file.points
            if self.hparams != self._hparams_written:
                self._file.write_hparams(self.hparams)
                self._hparams_written = dict(self.hparams)
            while self._held:
                wall_time, points = self._held[0]
                new = points[self._skip :]
                if new:
                    self._file.write(new, wall_time)
                self._skip = max(0, self._skip - len(points))
                self._held.popleft()
        except OSError as error:
            log.warning("%s: points cannot be written: %s", self._directory, error)
            self._retry_at = time.monotonic() + _WRITE_AGAIN_AFTER
            return
        self.source = self._source()

    def close(self) -> None:
        """Forget what is held and close the file."""
        self._held.clear()
        if self._file is not None:
            self._file.close()

    def _source(self) -> LogSource:
        return LogSource(path=str(self._directory), recursive=False, found_by=self._found_by)
