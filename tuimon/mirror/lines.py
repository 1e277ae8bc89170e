"""What goes to W&B line by line, besides the points: console output and alerts."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tuimon.console.folding import LineFolder
from tuimon.console.rotation import ConsoleReader
from tuimon.mirror.journal import Journal, SentEntry
from tuimon.mirror.line_numbers import LinesEntry
from tuimon.mirror.wandb_run import WandbRun
from tuimon.runs.alerts import AlertLevel, read_alerts

_CONSOLE_EVERY = 1.0
_CONSOLE_BYTES = 1 << 18
"""Sent at a time: a training that prints more than this in a second is mirrored later."""

_LINES_AT_ONCE = 5000


class ConsoleFeeds:
    """Sends consoles on, folded into lines, progress bars as they were left standing.

    The lines of all of them are numbered in the order in which they are handed over. `first_line`
    is the first that W&B lacks of those that the journal knows; None where nobody knows.
    """

    def __init__(self, paths: Iterable[Path], journal: Journal, first_line: int | None) -> None:
        self._journal = journal
        self._feeds = {str(path): _ConsoleFeed(path, journal) for path in paths}
        self._first_line = first_line
        self._due = 0.0
        if first_line is not None:
            journal.lines.next = max(journal.lines.next, first_line)

    def send(self, run: WandbRun) -> None:
        """Send what W&B lacks, and what is new, at most once a second."""
        now = time.monotonic()
        if now >= self._due and run.takes_console:
            self._due = now + _CONSOLE_EVERY
            self._send_again(run)
            for feed in self._feeds.values():
                self._send_new(run, feed, feed.read())

    def finish(self, run: WandbRun) -> None:
        """Send all that is left: nothing will be printed any more."""
        if not run.takes_console:
            return
        self._send_again(run)
        for feed in self._feeds.values():
            while feed.is_behind:
                self._send_new(run, feed, feed.read())
            self._send_new(run, feed, feed.rest())

    def _send_new(self, run: WandbRun, feed: "_ConsoleFeed", lines: Sequence[str]) -> None:
        if not lines:
            return
        entry = LinesEntry(
            path=feed.path,
            first=feed.number - len(lines),
            line=self._journal.lines.next,
            lines=len(lines),
            place=feed.place,
        )
        self._journal.append(entry)
        run.write_logs(lines)

    def _send_again(self, run: WandbRun) -> None:
        """What an earlier life has handed over and a kill has cost, under the same numbers."""
        if self._first_line is not None:
            for entry in list(self._journal.lines.stretches):
                passed = max(self._first_line - entry.line, 0)
                if passed < entry.lines:
                    feed = self._feeds[entry.path]
                    lines = feed.again(entry.first + passed, entry.lines - passed)
                    for begin in range(0, len(lines), _LINES_AT_ONCE):
                        run.write_logs(lines[begin : begin + _LINES_AT_ONCE])
        self._first_line = None


class _ConsoleFeed:
    """The lines of one console, numbered from 0."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self.path = str(path)
        self.number = -1
        """Of the line that is read next; -1 before the first."""
        self.is_behind = True
        """Whether there was something to read, the last time."""
        self._reader = ConsoleReader(path)
        self._folder = LineFolder(reach=0)
        self._ahead: list[str] = []
        ends = (
            entry.first + entry.lines
            for entry in journal.lines.stretches
            if entry.path == self.path
        )
        self._known = max(ends, default=0)
        # What an older version has sent: its lines have no numbers.
        old = journal.sent.get(self.path, 0)
        while old > 0 and (data := self._read(min(old, _CONSOLE_BYTES))):
            old -= len(data)
        begin = self._reader.place if self._reader.place[0] else (1, 0)
        self._places = {0: begin} | journal.lines.places.get(self.path, {})

    @property
    def place(self) -> Sequence[int]:
        """Where the next line begins, if it can be read from there."""
        return self._reader.place if self._folder.is_blank else ()

    def read(self) -> list[str]:
        """Lines that no life has had, a piece at most."""
        if self.number < max(self._known, 0):
            self.number = self._pass_to(self._known)
        return self._piece()

    def rest(self) -> list[str]:
        """What is left when nothing will be printed any more."""
        lines = self._folder.finish()
        self.number += len(lines)
        return lines

    def again(self, first: int, count: int) -> list[str]:
        """So many lines from number `first` on; empty ones in place of what is gone."""
        lines = [""] * min(self._pass_to(first) - first, count)
        while len(lines) < count and (self.is_behind or self._ahead):
            lines += self._piece()
        if len(lines) < count:
            lines += self.rest()
        lines += [""] * (count - len(lines))
        self._ahead, self.number = lines[count:], first + count
        return lines[:count]

    def _pass_to(self, number: int) -> int:
        """Go to a line, or the first behind it that can be read; its number."""
        start = max(place for place in self._places if place <= number)
        if not start <= self.number <= number:
            self._start_at(number)
        while self.number < number and (self.is_behind or self._ahead):
            lines = self._piece()
            if self.number > number:
                self._ahead = lines[number - self.number :]
                self.number = number
        return max(self.number, number)

    def _start_at(self, number: int) -> None:
        """At the nearest place before a line, else the first one behind, that is still there."""
        self._folder, self._ahead, self.is_behind = LineFolder(reach=0), [], True
        before = sorted((place for place in self._places if place <= number), reverse=True)
        behind = sorted(place for place in self._places if place > number)
        reachable = (one for one in before + behind if self._reader.go_to(self._places[one]))
        self.number = next(reachable, self._known)

    def _piece(self) -> list[str]:
        """The next lines; none at the present end, or in the middle of one."""
        lines, self._ahead = self._ahead, []
        if not lines:
            data = self._read(_CONSOLE_BYTES)
            self.is_behind = bool(data)
            lines = self._folder.feed(data)
        self.number += len(lines)
        return lines

    def _read(self, most: int) -> bytes:
        try:
            return self._reader.read(most)
        except OSError:
            return b""


class AlertFeed:
    """Sends alerts on, each at most once."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._count = journal.sent.get(str(path), 0)
        self._size = -1

    def send(self, run: WandbRun) -> None:
        """Send what is new; that a training ended well W&B tells itself."""
        try:
            size = self._path.stat().st_size
        except OSError:
            return
        if size == self._size:
            return
        self._size = size
        for alert in read_alerts(self._path)[self._count :]:
            self._count += 1
            self._journal.append(SentEntry(path=str(self._path), amount=self._count))
            if alert.level is not AlertLevel.INFO:
                run.alert(alert.title, alert.text, str(alert.level))


def paths_of_lines(own: Path | None, told: list[str], journal: Journal) -> list[Path]:
    """A launch's file of lines, and those of the launches that it goes on from."""
    if own is None:  # log directories, which may go on from a launch
        return [Path(path) for path in dict.fromkeys(told)]
    earlier = [Path(path) for path in (*told, *journal.sent)]
    return list(dict.fromkeys([*(path for path in earlier if path.name == own.name), own]))
