"""What the home screen knows and how it is looked at: it outlives the screen."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tuimon.present.glance import GlanceBook
from tuimon.present.run_lines import (
    RUN_SORTS,
    DirectoryHeading,
    RunCommands,
    RunLine,
    RunSort,
    by_directory,
    in_order,
    matching,
    sources_of,
)
from tuimon.runs.baselines import pinned_directories
from tuimon.runs.registry import RunStatus
from tuimon.runs.run_index import RunIndex
from tuimon.runs.sources import LogSource
from tuimon.store.filters import FilterError

_TELL_EVERY = 0.3
"""Seconds from one answer to the next while logs are read."""


@dataclass(slots=True)
class HomeMemory:
    """The runs, what is known of their logs, and which of them are shown in which order."""

    index: RunIndex = field(default_factory=RunIndex)
    book: GlanceBook = field(default_factory=GlanceBook)
    commands: RunCommands = field(default_factory=RunCommands)
    lines: Sequence[RunLine] = ()
    """All runs, the newest first."""
    filter: str = ""
    """The newest text of a filter that was one."""
    filters: list[str] = field(default_factory=list)
    """Those of before."""
    sort: RunSort = "started"
    grouped: bool = False
    """Whether runs stand below their directories."""
    marked: set[str] = field(default_factory=set)
    """Ids of the runs that something is to be done with together."""
    places: set[Path] = field(default_factory=set)
    """Log directories that are to be watched beside these."""
    chosen: str = ""
    """Id of the run that the cursor was on."""
    to_say: str = ""
    """What the screen says first; safe text."""
    _runs: Sequence[RunStatus] | None = None
    _looked: Sequence[RunLine] = ()
    _glanced: Sequence[RunStatus] = ()
    _baselines: Collection[str] = ()
    """Run directories."""
    check: Callable[[], tuple[str, str]] | None = None
    """Tells where there are no runs what stands in the way: ok, warn or bad, and a sentence."""

    def looked(self) -> Sequence[RunLine]:
        """All runs as their records are now, with what was known of their logs; the same object
        as before where nothing has changed."""
        runs, baselines = self.index.look(), pinned_directories()
        if runs is not self._runs or baselines != self._baselines:
            self._runs, self._baselines = runs, baselines
            self._looked = self._lines(runs)
        return self._looked

    def glances(self, first: Iterable[str]) -> Iterator[Sequence[RunLine]]:
        """Read what is new in the logs of the runs as they were when last `looked` at, of those
        with the ids `first` before others: now and then, and at the end, all runs with what is
        known, if anything has changed."""
        runs = self._runs or ()
        if runs is self._glanced:
            return
        ranks = {run: rank for rank, run in enumerate(first)}
        told, changed = time.monotonic(), False
        for run in sorted(runs, key=lambda run: ranks.get(run.record.id, len(ranks))):
            changed |= self.book.look(run)
            if changed and time.monotonic() - told > _TELL_EVERY:
                self._looked = self._lines(runs)
                yield self._looked
                told, changed = time.monotonic(), False
        self._glanced = runs
        if changed:
            self._looked = self._lines(runs)
            yield self._looked

    def take(self, lines: Sequence[RunLine]) -> None:
        """Show these runs from now on."""
        self.lines = lines
        self.marked &= {line.id for line in lines}

    def entries(self) -> list[RunLine | DirectoryHeading]:
        """What the list shows."""
        now = time.time()
        shown = matching(self.lines, self.filter, self.commands, now)
        if len(shown) < len(self.lines):  # others are what tells these apart
            shown = self._lines([line.run for line in shown])
        shown = in_order(shown, self.sort, now)
        return by_directory(shown) if self.grouped else [*shown]

    def filter_by(self, text: str) -> str:
        """Show what a filter shows; why it is none where it is none, and the one before stays."""
        try:
            matching((), text, self.commands, 0.0)
        except FilterError as error:
            return str(error)
        self.filter = text
        return ""

    def next_sort(self) -> RunSort:
        """Sort by what comes next."""
        at = RUN_SORTS.index(self.sort) + 1
        self.sort = RUN_SORTS[at % len(RUN_SORTS)]
        return self.sort

    @property
    def marks(self) -> int:
        """How many runs and directories are marked."""
        return len(self.marked) + len(self.places)

    def toggle_mark(self, one: str | Path) -> None:
        """Mark a run, by its id, or a log directory, or no more."""
        if isinstance(one, Path):
            self.places ^= {one}
        else:
            self.marked ^= {one}

    def marked_sources(self) -> list[LogSource]:
        """Event files of all that is marked."""
        places = [LogSource(path=str(place), recursive=True) for place in sorted(self.places)]
        return [*sources_of(self.marked_lines(), self.commands), *places]

    def marked_lines(self) -> list[RunLine]:
        """The runs that are marked, shown or not, in the order of the list."""
        return [line for line in self.lines if line.id in self.marked]

    def baseline_of(self, run: RunStatus) -> list[RunStatus]:
        """The run that others of a run's directory are compared with; empty for none."""
        lines = (line for line in self.lines if line.is_baseline)
        return [line.run for line in lines if line.run.record.cwd == run.record.cwd][:1]

    def _lines(self, runs: Sequence[RunStatus]) -> list[RunLine]:
        return self.commands.lines(runs, self.book.glances, self._baselines)
