"""From a run's console to its event file, for as long as the training writes none itself.

`SegmentReader` makes a console's bytes the texts that were once visible: lines, and each state of a
progress bar. Unlike `tuimon.console.folding`, which keeps what is left standing, it keeps what was
overwritten: the states of a bar are the curve.
"""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby

from tuimon.console.escapes import SEQUENCE, OutputDecoder
from tuimon.console.rotation import ConsoleReader
from tuimon.recorder.console_metrics.parser import MetricParser
from tuimon.recorder.console_metrics.trainings import PrintedPoint
from tuimon.recorder.held_points import GRACE_AFTER_POINT, HeldPoints
from tuimon.runs.paths import RunPaths
from tuimon.runs.sources import CONSOLE, LogSource

_PATIENCE = 60.0
_PATIENCE_WITH_WRITER = 300.0
_POLL_BYTES = 1 << 16
_SLICE = 0.02
_MOST_PARTS = 256
_FILE = f"events.out.tfevents.{CONSOLE}"
_LAST_CPU_SECONDS = 30.0
"""What the rest of the output may cost at the end: 25 MB of nothing but metrics, or 450 MB of other
lines, that the training has printed faster than they were read."""

log = logging.getLogger(__name__)
LONGEST = 8192
"""Characters of a segment; a longer one is left out."""

_MOVES = frozenset("ABEFGHdf")  # final characters of what moves the cursor elsewhere
_BREAK = re.compile(r"[\r\n\b\v\f]")
_BAR = re.compile(
    r"(?:/[\d.]+[kMG]?|\dit) ?\[(?:\d+ days?, )?\d+:\d\d(?::\d\d)?(?:<|, )[^\]]{0,500}\]"
)


class ConsoleMetrics:
    """Follows the console of a run and writes the metrics in it as an event file.

    Each part of the run, as a fold or a rank, has one in a directory of its own.
    Read from the start, points wait until it is clear that the training writes no event files, or
    not at all if they are `forced`. A recorder that follows another reads the console again from
    its start: the points depend on nothing but the bytes. Where the start has been deleted, it goes
    on at the end.
    """

    def __init__(self, paths: RunPaths, *, forced: bool, started_at: float, known: bool) -> None:
        """`known`: a recorder before this one has published the directory."""
        self._paths = paths
        self._forced = forced
        self._started_at = started_at
        self._segments = SegmentReader()
        self._parser = MetricParser()
        self._console = ConsoleReader(paths.console_log)
        self._parts = {"": self._hold("", known=known)}
        self._is_successor = known or any(paths.console_metrics.glob(f"*/{_FILE}"))
        self._starts_late = False
        self.done = False
        """True when there is nothing left to do."""
        self.left_out = 0
        """Bytes at the end of the output that were not read."""

    @property
    def source(self) -> LogSource | None:
        """The log directory of the run itself, once there is one."""
        return self._parts[""].source

    @property
    def sources(self) -> tuple[LogSource, ...]:
        """The log directories of the run and its parts, as far as there are any."""
        return tuple(held.source for held in self._parts.values() if held.source is not None)

    def step(self, *, others: bool, expected: bool = False, writer: bool = False) -> None:
        """Read a little of what is new; `others` tells whether the training writes scalars.

        With `expected` it is about to log elsewhere, and what it prints waits for that a minute;
        with a `writer` of event files that has been given none, for five.
        """
        if self.done:
            return
        if others and not self._forced:
            self._stop()
            return
        deadline = time.monotonic() + _SLICE
        while self._read() and time.monotonic() < deadline:
            pass
        patience = _PATIENCE if expected else GRACE_AFTER_POINT
        for held in self._parts.values():
            held.publish_if_time(_PATIENCE_WITH_WRITER if writer else patience)

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
        with suppress(OSError):
            self.left_out = self._console.unread
        if self.left_out:
            log.warning("%d bytes of the console were not read for metrics", self.left_out)
        else:
            for text in self._segments.finish():
                self._take(self._parser.feed(text))
        self._take(self._parser.finish())
        self._publish(again=True)
        self._stop()

    def _read(self) -> bool:
        """Read a piece of the console; False at its end."""
        if any(held.is_full for held in self._parts.values()):
            return False
        try:
            data = self._console.read(_POLL_BYTES)
            has_begun = any(held.has_begun for held in self._parts.values())
            if self._console.incomplete and self._is_successor and not has_begun:
                log.warning("the console's beginning is gone: metrics are read from here on")
                self._console.skip()
                self._start_late()
                data = self._console.read(_POLL_BYTES)
        except OSError:
            return False
        points: list[PrintedPoint] = []
        for text in self._segments.feed(data):
            points += self._parser.feed(text)
        self._take(points)
        return bool(data)

    def _take(self, points: list[PrintedPoint]) -> None:
        now = time.time()
        for part, group in groupby(points, key=lambda point: point.part):
            if part not in self._parts and len(self._parts) < _MOST_PARTS:
                is_known = (self._paths.console_metrics / part / _FILE).exists()
                self._parts[part] = self._hold(part, known=is_known)
                if self._starts_late:
                    self._parts[part].start_late()
            if part in self._parts:
                self._parts[part].take(list(group), now)

    def _hold(self, part: str, *, known: bool) -> HeldPoints:
        return HeldPoints(
            self._paths.console_metrics / part,
            CONSOLE,
            started_at=self._started_at,
            at_once=self._forced,
            known=known,
        )

    def _start_late(self) -> None:
        self._starts_late = True
        for held in self._parts.values():
            held.start_late()

    def _publish(self, *, again: bool = False) -> None:
        for held in self._parts.values():
            held.publish(again=again)

    def _stop(self) -> None:
        self.done = True
        for held in self._parts.values():
            held.close()
        self._console.close()


class SegmentReader:
    """Cuts a stream of terminal output; the chunks it comes in make no difference."""

    def __init__(self) -> None:
        self._decoder = OutputDecoder()
        self._open = ""
        self._overlong = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The segments that `data` completes: at a line break, a carriage return, a cursor
        movement, or the closing bracket of tqdm's bar, which no return follows until the next."""
        text = SEQUENCE.sub(_as_break, self._decoder.feed(data))
        *whole, rest = _BREAK.split(text)
        for part in whole:
            yield from self._add(part)
            yield from self._close()
        yield from self._add(rest)

    def finish(self) -> Iterator[str]:
        """What is left at the end of the stream."""
        yield from self._close()

    def _add(self, text: str) -> Iterator[str]:
        if self._overlong:
            return
        self._open += text
        begin = 0
        for bar in _BAR.finditer(self._open):
            if bar.end() - begin <= LONGEST:
                yield self._open[begin : bar.end()]
            begin = bar.end()
        self._open = self._open[begin:]
        if len(self._open) > LONGEST:
            self._overlong, self._open = True, ""

    def _close(self) -> Iterator[str]:
        text, self._open, self._overlong = self._open, "", False
        if text and not text.isspace():
            yield text


def _as_break(match: re.Match[str]) -> str:
    return "\r" if match["final"] and match["final"] in _MOVES else ""
