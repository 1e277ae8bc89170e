"""Which lines of a console are shown: its end, or a place in its log; what is sought and marked."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile
from typing import Protocol

from tuimon.console.levels import CONTINUED, LevelReader, LogLevel
from tuimon.console.printing_times import UNKNOWN
from tuimon.text import width

Wanted = Callable[[], bool]


class Log(Protocol):
    """All lines of a console, which grow at both ends."""

    lines: list[str]
    levels: bytearray
    """Of each line, as `LevelReader` tells it."""
    times: "array[float]"
    """When each line was begun, ascending: unix seconds, `UNKNOWN` where nobody has noted it."""

    def poll(self) -> bool:
        """Take in what was written since."""

    def older(self) -> int:
        """Read lines before; how many there are now at the beginning, 0 at the end."""

    def close(self) -> None:
        """Read nothing more."""


_BEFORE = 100
"""Lines before those in view that may tell what these belong to."""


class Scrollback:
    """A window on the lines of a console; lines are known by their index in the log.

    While it follows, what is shown is what a terminal shows; from the moment that one scrolls up,
    or filters, the lines of the log.
    """

    def __init__(self) -> None:
        self.live: list[str] = []
        """What the terminal shows."""
        self.log: Log | None = None
        self._end = 0
        """Of the log, the line below the last one that may be shown."""
        self._pinned = True
        """Whether that moves on with the log."""
        self.least = LogLevel.DEBUG
        """Lines of lower levels are left out."""
        self.passes: Callable[[str], bool] | None = None
        """Lines for which it is false are left out, too."""
        self.wraps = False
        """Whether long lines go on in the next row."""
        self.size = 1, 1
        """Cells and rows that there are for lines."""
        self.wanted = ""
        """What is searched; case counts where it has capitals."""
        self.at: int | None = None
        """The line of the log that was gone to."""
        self._until = 0
        """The last one that was gone to with it."""
        self.picked: tuple[int, int] | None = None
        """The line where marking began and the one where it is now."""

    @property
    def lines(self) -> list[str]:
        """Those that indices mean."""
        return self.live if self.log is None else self.log.lines

    @property
    def follows(self) -> bool:
        """Whether the newest output is shown."""
        return self._pinned

    @property
    def leaves_out(self) -> bool:
        """Whether lines are left out."""
        return self.least > LogLevel.DEBUG or self.passes is not None

    @property
    def below(self) -> int:
        """How many lines there are below those that are shown."""
        return 0 if self._pinned else len(self.lines) - self._end

    @property
    def line(self) -> str:
        """The one that was gone to; empty without one."""
        return "" if self.at is None or self.log is None else self.log.lines[self.at]

    def update(self, live: list[str]) -> None:
        """There is new output; what was scrolled to stays in view."""
        self.live = live
        if self.log is not None:
            self.log.poll()

    def open(self, log: Log) -> None:
        """Show lines of the log from now on."""
        if self.log is None:
            self.log, self.picked = log, None
            self._end, self._pinned = len(log.lines), True

    def follow(self) -> None:
        """Show the newest output from now on."""
        self._pinned, self.at, self.picked = True, None, None
        if self.log is not None and not self.leaves_out:
            self.log.close()
            self.log = None

    @property
    def time(self) -> float | None:
        """When what was gone to was printed, else the last line in view, as far as is known."""
        place = self._place
        if self.log is None or place is None or self.log.times[place] == UNKNOWN:
            return None
        return self.log.times[place]

    @property
    def _place(self) -> int | None:
        """The line that one is at, or that is last in view."""
        if self.picked is not None:
            return self.picked[1]
        return self.at if self.at is not None else next(self._back(self._bottom), None)

    def stay(self) -> None:
        """Be at the line that was gone to or marked, else at the last in view."""
        if self.log is not None and (place := self._place) is not None and self.at is None:
            self.at = self._until = place

    def is_lit(self, index: int) -> bool:
        """Whether a line was gone to."""
        return self.log is not None and self.at is not None and self.at <= index <= self._until

    # What is shown

    def shown(self) -> list[int]:
        """Indices of the lines in view, the first of which may be cut off."""
        rows = self.size[1]
        found: list[int] = []
        for index in self._back(self._bottom):
            found.append(index)
            rows -= self.height(index)
            if rows <= 0:
                break
        return found[::-1]

    def height(self, index: int) -> int:
        """In rows, of a line."""
        return max(1, -(-width(self.lines[index]) // self.size[0])) if self.wraps else 1

    def levels(self, indices: list[int]) -> list[int]:
        """Of lines in view."""
        if self.log is not None:
            return [self.log.levels[index] for index in indices]
        reader, first = LevelReader(), max(0, indices[0] - _BEFORE) if indices else 0
        lines = self.live[first : indices[-1] + 1] if indices else []
        return [reader.read(line) for line in lines][len(lines) - len(indices) :]

    @property
    def _bottom(self) -> int:
        return len(self.lines) if self._pinned else min(self._end, len(self.lines))

    def _back(self, end: int) -> Iterator[int]:
        """Lines that are not left out, from before `end` to the beginning."""
        if self.log is None or not self.leaves_out:
            yield from range(end - 1, -1, -1)
            return
        passing = self._mask(lambda level: level & ~CONTINUED >= self.least)
        while (end := passing.rfind(1, 0, end)) >= 0:
            if self.passes is None or self.passes(self.lines[end]):
                yield end

    def _on(self, begin: int) -> Iterator[int]:
        """Lines that are not left out, from `begin` to the end."""
        if self.log is None or not self.leaves_out:
            yield from range(begin, len(self.lines))
            return
        passing = self._mask(lambda level: level & ~CONTINUED >= self.least)
        while (begin := passing.find(1, begin)) >= 0:
            if self.passes is None or self.passes(self.lines[begin]):
                yield begin
            begin += 1

    def _mask(self, passes: Callable[[int], bool]) -> bytes:
        """Of each line of the log, 1 where its level passes."""
        assert self.log is not None
        return bytes(self.log.levels).translate(bytes(map(passes, range(256))))

    # Going elsewhere

    def scroll(self, count: int, is_wanted: Wanted = lambda: True) -> bool:
        """Go down by so many lines (up when negative); whether there was anything to go to.

        To leave lines out may take reading all of the log: then it may be called from a thread.
        """
        if self.log is None:
            return False
        before = self.below
        if count < 0:
            self._reach(self.size[1] - count, is_wanted)
            self._go_to(self._step(self._bottom, count))
        else:
            self._go_to(self._step(self._bottom - 1, count) + 1)
        return self.below != before

    def _step(self, index: int, count: int) -> int:
        """The line so many lines after that one (before when negative), or the last on the way."""
        ahead = self._on(index + 1) if count > 0 else self._back(index)
        return ([index, *islice(ahead, abs(count))])[-1]

    def fill(self, is_wanted: Wanted) -> None:
        """Read as much of the log as fills the window; it may be called from a thread."""
        if self.log is not None:
            self._reach(self.size[1], is_wanted)

    def _go_to(self, end: int) -> None:
        """Show what is before that line."""
        self._end = max(end, self._first_end())
        self._pinned = next(self._on(self._end), None) is None
        if self._pinned and self.picked is None:
            self.follow()

    def _first_end(self) -> int:
        """The line below the first ones that fill the window."""
        rows, end = self.size[1], 0
        for index in self._on(0):
            rows -= self.height(index)
            if rows < 0:
                break
            end = index + 1
        return end

    def _reach(self, count: int, is_wanted: Wanted) -> None:
        """Read the log until so many lines are there above the bottom of the window."""
        while sum(1 for _ in islice(self._back(self._bottom), count)) < count:
            if not (is_wanted() and self._read_older()):
                return

    def _read_older(self) -> int:
        """So many lines have come before all others."""
        assert self.log is not None
        added = self.log.older()
        self._end += added
        self._until += added
        if self.at is not None:
            self.at += added
        if self.picked is not None:
            self.picked = self.picked[0] + added, self.picked[1] + added
        return added

    # Finding

    def find(self, steps: int, is_wanted: Wanted) -> bool:
        """Go to the match before (-1) or after (1) the line that one is at; whether there is one.

        Reads all of the log if it must; it may be called from a thread.
        """

        def ahead(first: int) -> Iterator[int]:
            lines = self.lines
            found = self._on(first) if steps > 0 else self._back(first)
            return (index for index in found if any(matches(lines[index], self.wanted)))

        return self._find(ahead, len(self.lines), steps, is_wanted)

    def find_moment(self, when: float, is_wanted: Wanted) -> bool:
        """Go to the lines that were printed at that time, or last before it; whether it is known.

        Reads all of the log if it must; it may be called from a thread.
        """
        if (log := self.log) is None:
            return False
        while is_wanted() and not (log.times and log.times[0] <= when) and self._read_older():
            pass
        last = bisect_right(log.times, when) - 1
        if last < 0 or log.times[last] == UNKNOWN:
            return False
        self.show(bisect_left(log.times, log.times[last]), last)
        return True

    def find_error(self, steps: int, is_wanted: Wanted) -> bool:
        """Go to the error before (-1) or after (1): the first line of several that are errors."""

        def ahead(first: int) -> Iterator[int]:
            begins = b"\0" + self._mask(lambda level: level & ~CONTINUED == LogLevel.ERROR)
            at = first - 1
            while True:
                at = begins.find(b"\0\1", at + 1) if steps > 0 else begins.rfind(b"\0\1", 0, at + 2)
                if at < 0:
                    return
                yield at
                at -= steps < 0

        return self._find(ahead, self._bottom, steps, is_wanted)

    def _find(
        self, ahead: Callable[[int], Iterator[int]], first: int, steps: int, is_wanted: Wanted
    ) -> bool:
        """`ahead` gives the lines from one on, or before it, that are sought; the first time from
        `first`."""
        if self.log is None:
            return False
        place = first if self.at is None else self.at + (steps > 0)
        while is_wanted():
            found = next(ahead(place), None)
            # Whether several begin with the first line that is known, only those before can tell.
            added = 0 if found or steps > 0 else self._read_older()
            if added:
                place = added if found is None else added + 1
            elif found is None:
                break
            else:
                self.show(found)
                return True
        return False

    def show(self, index: int, until: int | None = None) -> None:
        """Go to a line of the log, or to the first of several, in the middle of what is shown."""
        self.at, self._until = index, index if until is None else until
        third = self.size[1] // 3
        below = min(third + self._until - index, 2 * third)
        self._end = max(self._step(index, below) + 1, self._first_end())
        self._pinned = False

    def leave_out(self, least: LogLevel) -> None:
        """Show only lines of that level and above; the line that one is at stays in view."""
        self.least = least
        if self._pinned:
            self.follow()
        elif self.at is not None:
            self.show(self.at, self._until)
        else:
            self._go_to(self._end)

    # Marking

    def pick(self, begin: int, end: int) -> None:
        """Mark the lines from one to another."""
        self.picked = begin, end

    def pick_more(self, count: int) -> None:
        """Move the end of what is marked down by so many lines (up when negative)."""
        if self.picked is None or self.log is None:
            return
        self._reach(self.size[1] - count, lambda: True)
        start, end = self.picked
        end = self._step(end, count)
        self.picked = start, end
        self._end = min(max(self._bottom, end + 1), end + self.size[1])
        self._pinned = False

    def text(self) -> str:
        """The lines that are marked, else all in view."""
        indices: Iterable[int] = self.shown()
        if self.picked is not None:
            first, last = sorted(self.picked)
            indices = takewhile(lambda index: index <= last, self._on(first))
        lines = [self.lines[index].rstrip() for index in indices]
        return "\n".join(lines) + "\n" if lines else ""


def matches(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """(start, end) of what is searched in a line."""
    if not wanted:
        return
    if wanted == wanted.lower():
        text = text.lower()
    at = text.find(wanted)
    while at >= 0:
        yield at, at + len(wanted)
        at = text.find(wanted, at + len(wanted))
