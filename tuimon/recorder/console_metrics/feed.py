"""From a run's console to its event file, for as long as the training writes none itself."""

import logging
import math
import time

from tuimon.recorder.console_metrics.parser import MetricParser
from tuimon.recorder.console_metrics.segments import SegmentReader
from tuimon.recorder.event_file import EventFile, Point
from tuimon.runs.console_files import ConsoleReader
from tuimon.runs.paths import RunPaths
from tuimon.runs.sources import CONSOLE, LogSource

GRACE = 10.0
"""Seconds from the start of the training in which its own event files may show up, …"""

GRACE_AFTER_POINT = 2.0
"""… and from the first metric that it prints."""

_POLL_BYTES = 1 << 16
_SLICE = 0.02
_LAST_CPU_SECONDS = 30.0
"""What the rest of the output may cost at the end: 25 MB of nothing but metrics, or 450 MB of other
lines, that the training has printed faster than they were read."""

_MOST_HELD = 200_000
_WRITE_AGAIN_AFTER = 5.0

log = logging.getLogger(__name__)


class ConsoleMetrics:
    """Follows the console of a run and writes the metrics in it as an event file.

    Read from the start, points wait until it is clear that the training writes no event files, or
    not at all if they are `forced`. A recorder that follows another reads the console again from
    its start: as the points depend on nothing but the bytes, those that are in the file already
    are as many as it holds. Where the start has been deleted, it goes on at the end.
    """

    def __init__(self, paths: RunPaths, *, forced: bool, started_at: float, known: bool) -> None:
        """`known`: a recorder before this one has published the directory."""
        self._paths = paths
        self._forced = forced
        self._started_at = started_at
        self._segments = SegmentReader()
        self._parser = MetricParser()
        self._console = ConsoleReader(paths.console_log)
        self._file: EventFile | None = None
        self._skip = 0
        self._starts_late = False
        self._held: list[tuple[float, list[Point]]] = []
        self._first_at = math.inf
        self._retry_at = -math.inf
        self.done = False
        """True when there is nothing left to do."""
        self.left_out = 0
        """Bytes at the end of the output that were not read."""
        self.source: LogSource | None = self._source() if known else None
        """The log directory with the event file, once there is one."""

    def step(self, *, others: bool) -> None:
        """Read a little of what is new; `others` tells whether the training writes event files."""
        if self.done:
            return
        if others and not self._forced:
            self._stop()
            return
        deadline = time.monotonic() + _SLICE
        while self._read() and time.monotonic() < deadline:
            pass
        self._publish_if_time()

    def finish(self, *, others: bool) -> None:
        """The training has ended: read the rest, as far as that is possible in bounded time."""
        if self.done:
            return
        if others and not self._forced:
            self._stop()
            return
        deadline = time.thread_time() + _LAST_CPU_SECONDS
        while self._read() and time.thread_time() < deadline:
            self._publish()
        self.left_out = self._console.unread
        if self.left_out:
            log.warning("%d bytes of the console were not read for metrics", self.left_out)
        else:
            for text in self._segments.finish():
                self._take(self._parser.feed(text))
        self._take(self._parser.finish())
        self._retry_at = -math.inf
        self._publish()
        self._stop()

    def _read(self) -> bool:
        """Read a piece of the console; False at its end."""
        if len(self._held) >= _MOST_HELD:
            return False  # until the disk has room again
        try:
            data = self._console.read(_POLL_BYTES)
            if self._console.incomplete and self.source is not None and self._file is None:
                log.warning("the console's beginning is gone: metrics are read from here on")
                self._console.skip()
                self._starts_late = True
                data = self._console.read(_POLL_BYTES)
        except OSError:
            return False
        points: list[Point] = []
        for text in self._segments.feed(data):
            points += self._parser.feed(text)
        self._take(points)
        return bool(data)

    def _take(self, points: list[Point]) -> None:
        if points:
            now = time.time()
            self._first_at = min(self._first_at, now)
            self._held.append((now, points))

    def _publish_if_time(self) -> None:
        now = time.time()
        settled = self._forced or self.source is not None
        if settled or now >= max(self._started_at + GRACE, self._first_at + GRACE_AFTER_POINT):
            self._publish()

    def _publish(self) -> None:
        """Write what waits; what cannot be written goes on waiting."""
        if not self._held or time.monotonic() < self._retry_at:
            return
        try:
            if self._file is None:
                self._file = EventFile(self._paths.console_metrics, CONSOLE)
                self._skip = 0 if self._starts_late else self._file.points
            while self._held:
                wall_time, points = self._held[0]
                new = points[self._skip :]
                if new:
                    self._file.write(new, wall_time)
                self._skip = max(0, self._skip - len(points))
                del self._held[0]
        except OSError as error:
            log.warning("metrics of the console cannot be written: %s", error)
            self._retry_at = time.monotonic() + _WRITE_AGAIN_AFTER
            return
        self.source = self._source()

    def _source(self) -> LogSource:
        path = str(self._paths.console_metrics)
        return LogSource(path=path, recursive=False, found_by=CONSOLE)

    def _stop(self) -> None:
        self.done = True
        self._held.clear()
        if self._file is not None:
            self._file.close()
        self._console.close()
