"""One run: a directory with event files, and all that they hold."""

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tuimon.events.logdir import UnreadablePath
from tuimon.events.points import EventBatch, SummaryRef
from tuimon.events.tail import FileState
from tuimon.events.tails import Tail
from tuimon.store.series import RefSeries, Series
from tuimon.store.timeline import Restarts, Timeline

_LASTING = frozenset({"custom_scalars", "hparams"})
"""Plugins of what tells of the whole run, besides graphs: writers put it before the first step, and
some say only then where the run starts."""


class FileStatus(NamedTuple):
    """How far an event file was read, and what was wrong with it."""

    path: Path
    state: FileState = FileState.OK
    error: str | None = None
    """What the system said when the file could not be read."""
    size: int = 0
    offset: int = 0
    """Everything before it is in the store."""
    damaged_records: int = 0
    skipped_bytes: int = 0
    undecided_bytes: int = 0
    """Bytes at the end that are no whole record: being written, or damaged."""
    origin: str = ""
    """What the points come from, where it is no event file."""
    detail: str = ""
    """The first thing that was left out and why, where that can be told."""

    @classmethod
    def of_unreadable(cls, found: UnreadablePath) -> "FileStatus":
        """The status of what a search for event files could not look into."""
        return cls(Path(found.path), FileState.FAILED, found.error)

    @classmethod
    def of(cls, tail: Tail) -> "FileStatus":
        """The status of the file that `tail` reads."""
        return cls(
            tail.path,
            tail.state,
            tail.error,
            tail.size,
            tail.offset,
            tail.damaged_records,
            tail.skipped_bytes,
            tail.undecided_bytes,
            tail.origin,
            tail.detail,
        )


class RunLog:
    """The series of one run. Any thread may read; one thread writes, through `Store`.

    No mapping that was returned is ever changed: iterate over them at any time.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        """The directory relative to the log directory; ``.`` for the log directory itself."""
        self.path = path
        self.version = 0
        """Moves with every change of the run."""
        self.structure = 0
        """Moves when tags come or go."""
        self.series: Mapping[str, Series] = {}
        """Scalar series by tag, in the order in which the tags were met."""
        self.refs: Mapping[str, RefSeries] = {}
        """Other summaries by tag; of a tag that has several kinds, the later ones by tag and kind:
        ``TAG (PLUGIN)``."""
        self.paths: list[Path] = []
        """Event files in the order in which they were met, growing; `Ref.file` is an index into
        it."""
        self.damaged_records = 0
        """Records dropped over all files, because they were damaged."""
        self.unknown: Mapping[str, int] = {}
        """Records of kinds that tuimon does not know, by name."""
        self.start_time: float | None = None
        """Wall time of the first event of the run's first file; None before it was read."""
        self._restarts = Restarts()
        self._lasting: set[Timeline] = set()
        self._places: dict[Path, int] = {}
        self._files: dict[Path, FileStatus] = {}
        self._sorted_files: tuple[int, Mapping[Path, FileStatus]] = -1, {}
        self._started: dict[Path, float] = {}
        self._first: Path | None = None
        self._first_times: dict[Path, float] = {}
        self._unknown: dict[Path, Counter[str]] = {}

    @property
    def files(self) -> Mapping[Path, FileStatus]:
        """Event files by path, in the order of their names."""
        version = self.version  # before the copy, which is of this version at least
        if self._sorted_files[0] != version:
            self._sorted_files = version, dict(sorted(self._files.copy().items()))
        return self._sorted_files[1]

    @property
    def first_time(self) -> float:
        """Wall time of the earliest first point of a tag; infinite before there is one."""
        return min(self._first_times.copy().values(), default=math.inf)

    @property
    def skipped_bytes(self) -> int:
        """Bytes of damaged records, and those passed over in search of a valid one."""
        return sum(file.skipped_bytes for file in self.files.values())

    def apply(self, path: Path, batch: EventBatch) -> None:
        """Take in a batch of the file at `path`; for the thread that writes."""
        file = str(path)
        if path not in self._places:
            self._places[path] = len(self.paths)
            self.paths.append(path)
        if batch.reset:
            self._drop(path)
        if batch.withdrawn is not None:
            for refs in self.refs.values():
                refs.withdraw(file, batch.withdrawn)
            self._drop_empty()
        if batch.restart_step is not None:
            self._restarts.add((file, batch.stretch), batch.restart_step)
            for timeline in self._timelines():
                if timeline not in self._lasting:
                    timeline.restart(file, batch.restart_step, batch.stretch)
        if batch.start_time is not None:
            self._start(path, batch.start_time)
        if batch.unknown:
            self._count_unknown(path, batch.unknown)
        self._add_scalars(path, batch)
        self._add_refs(path, batch)
        self.version += 1

    def update_file(self, status: FileStatus) -> bool:
        """Note how far a file was read; whether that is news. For the thread that writes."""
        before = self._files.get(status.path)
        if before == status:
            return False
        self._files[status.path] = status
        self.damaged_records += status.damaged_records - (before.damaged_records if before else 0)
        self.version += 1
        return True

    def forget(self, path: Path) -> bool:
        """Drop all that the file at `path` gave; whether there are others. For the thread that
        writes."""
        self._drop(path)
        if (status := self._files.pop(path, None)) is not None:
            self.damaged_records -= status.damaged_records
        self.version += 1
        return bool(self._files)

    def _timelines(self) -> list[Timeline]:
        return [*self.series.values(), *self.refs.values()]

    def _drop(self, path: Path) -> None:
        file = str(path)
        self._restarts.drop(file)
        for timeline in self._timelines():
            timeline.drop(file)
        self._drop_empty()
        self._first_times.pop(path, None)
        self._started.pop(path, None)
        if path == self._first:
            self._first = min(self._started, default=None)
            self.start_time = self._started[self._first] if self._first else None
        self.unknown = dict(Counter(self.unknown) - self._unknown.pop(path, Counter()))

    def _drop_empty(self) -> None:
        self.series = {tag: one for tag, one in self.series.items() if not one.is_empty}
        self.refs = {tag: one for tag, one in self.refs.items() if not one.is_empty}
        self._lasting.intersection_update(self.refs.values())
        self.structure += 1

    def _count_unknown(self, path: Path, unknown: Mapping[str, int]) -> None:
        self._unknown.setdefault(path, Counter()).update(unknown)
        self.unknown = dict(Counter(self.unknown) + Counter(unknown))

    def _add_scalars(self, path: Path, batch: EventBatch) -> None:
        known = self._first_times.get(path, math.inf)
        times = [columns.wall_times[0].item() for columns in batch.scalars.values()]
        if (first := min(filter(math.isfinite, times), default=known)) < known:
            self._first_times[path] = first
        added = {
            tag: Series(self.name, tag, self._restarts)
            for tag in batch.scalars
            if tag not in self.series
        }
        growth = batch.file_bytes / max(batch.end_offset, 1)
        for tag, columns in batch.scalars.items():
            series = added[tag] if tag in added else self.series[tag]
            series.append(str(path), columns, growth, batch.stretch)
        if added:
            self.series = {**self.series, **added}
            self.structure += 1

    def _start(self, path: Path, wall_time: float) -> None:
        self._restarts.begin(str(path), wall_time)
        self._started[path] = wall_time
        if self._first is None or path <= self._first:
            self._first, self.start_time = path, wall_time

    def _add_refs(self, path: Path, batch: EventBatch) -> None:
        by_kind: dict[tuple[str, str], list[SummaryRef]] = {}
        for ref in batch.refs:
            by_kind.setdefault((ref.tag, ref.plugin), []).append(ref)
        file, place, changed = str(path), self._places[path], False
        refs = {**self.refs} if by_kind else {}
        for (tag, plugin), found in by_kind.items():
            key = _key_of(tag, plugin, refs)
            if key not in refs:
                refs[key] = self._new_refs(tag, plugin)
                changed = True
            elif plugin and not refs[key].plugin:
                refs[key].plugin = plugin
                changed = True
            refs[key].append_refs(file, found, place, batch.stretch)
        if changed:
            self.refs = refs
            self.structure += 1

    def _new_refs(self, tag: str, plugin: str) -> RefSeries:
        if plugin not in _LASTING and not plugin.startswith("graph"):
            return RefSeries(self.name, tag, plugin, self._restarts)
        refs = RefSeries(self.name, tag, plugin, Restarts())
        self._lasting.add(refs)
        return refs


def _key_of(tag: str, plugin: str, refs: Mapping[str, RefSeries]) -> str:
    """Under which name a tag's summaries of a plugin are found: the first have the tag's."""
    key = tag
    while (known := refs.get(key)) is not None:
        if known.tag == tag and (not plugin or known.plugin in ("", plugin)):
            break
        key += f" ({plugin})"
    return key
