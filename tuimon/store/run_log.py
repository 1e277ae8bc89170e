"""One run: a directory with event files, and all that they hold."""

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tuimon.events.points import EventBatch, SummaryRef
from tuimon.events.tail import EventFileTail, FileState
from tuimon.store.series import RefSeries, Series
from tuimon.store.timeline import Restarts, Timeline


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

    @classmethod
    def of(cls, tail: EventFileTail) -> "FileStatus":
        """The status of the file that `tail` reads, whose attributes are called the same."""
        return cls(*(getattr(tail, name) for name in cls._fields))


class RunLog:
    """The series of one run. Any thread may read; one thread writes, through `Store`.

    The mappings are replaced, never changed: iterate over them at any time.
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
        self.files: Mapping[Path, FileStatus] = {}
        """Event files by path, in the order of their names."""
        self.paths: tuple[Path, ...] = ()
        """Event files in the order in which they were met; `Ref.file` is an index into it."""
        self.unknown: Mapping[str, int] = {}
        """Records of kinds that tuimon does not know, by name."""
        self._restarts = Restarts()
        self._start_times: Mapping[Path, float] = {}
        self._first_times: Mapping[Path, float] = {}
        self._unknown: dict[Path, Counter[str]] = {}

    @property
    def start_time(self) -> float | None:
        """Wall time of the first event of the run's first file; None before it was read."""
        started = self._start_times
        return started[min(started)] if started else None

    @property
    def first_time(self) -> float:
        """Wall time of the earliest first point of a tag; infinite before there is one."""
        return min(self._first_times.values(), default=math.inf)

    @property
    def damaged_records(self) -> int:
        """Records dropped over all files, because they were damaged."""
        return sum(file.damaged_records for file in self.files.values())

    @property
    def skipped_bytes(self) -> int:
        """Bytes of damaged records, and those passed over in search of a valid one."""
        return sum(file.skipped_bytes for file in self.files.values())

    def apply(self, path: Path, batch: EventBatch) -> None:
        """Take in a batch of the file at `path`; for the thread that writes."""
        file = str(path)
        if path not in self.paths:
            self.paths = (*self.paths, path)
        if batch.reset:
            self._drop(path)
        if batch.restart_step is not None:
            self._restarts.add((file, batch.stretch), batch.restart_step)
            for timeline in self._timelines():
                timeline.restart(file, batch.restart_step, batch.stretch)
        if batch.start_time is not None:
            self._start_times = {**self._start_times, path: batch.start_time}
            self._restarts.begin(file, batch.start_time)
        if batch.unknown:
            self._count_unknown(path, batch.unknown)
        self._add_scalars(path, batch)
        self._add_refs(file, batch)
        self.version += 1

    def update_file(self, status: FileStatus) -> bool:
        """Note how far a file was read; whether that is news. For the thread that writes."""
        if self.files.get(status.path) == status:
            return False
        self.files = dict(sorted({**self.files, status.path: status}.items()))
        self.version += 1
        return True

    def forget(self, path: Path) -> None:
        """Drop all that the file at `path` gave; for the thread that writes."""
        self._drop(path)
        self.files = {other: status for other, status in self.files.items() if other != path}
        self.version += 1

    def _timelines(self) -> list[Timeline]:
        return [*self.series.values(), *self.refs.values()]

    def _drop(self, path: Path) -> None:
        file = str(path)
        self._restarts.drop(file)
        for timeline in self._timelines():
            timeline.drop(file)
        self.series = {tag: series for tag, series in self.series.items() if series.files}
        self.refs = {tag: refs for tag, refs in self.refs.items() if refs.files}
        self.structure += 1
        self._start_times = {p: t for p, t in self._start_times.items() if p != path}
        self._first_times = {p: t for p, t in self._first_times.items() if p != path}
        self._unknown.pop(path, None)
        self._count_unknown(path, {})

    def _count_unknown(self, path: Path, unknown: Mapping[str, int]) -> None:
        self._unknown.setdefault(path, Counter()).update(unknown)
        self.unknown = dict(sum(self._unknown.values(), Counter()))

    def _add_scalars(self, path: Path, batch: EventBatch) -> None:
        known = self._first_times.get(path, math.inf)
        times = [columns.wall_times[0].item() for columns in batch.scalars.values()]
        if (first := min(filter(math.isfinite, times), default=known)) < known:
            self._first_times = {**self._first_times, path: first}
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

    def _add_refs(self, file: str, batch: EventBatch) -> None:
        by_kind: dict[tuple[str, str], list[SummaryRef]] = {}
        for ref in batch.refs:
            by_kind.setdefault((ref.tag, ref.plugin), []).append(ref)
        place, changed = self.paths.index(Path(file)), False
        refs = {**self.refs} if by_kind else {}
        for (tag, plugin), found in by_kind.items():
            key = _key_of(tag, plugin, refs)
            if key not in refs:
                refs[key] = RefSeries(self.name, tag, plugin, self._restarts)
                changed = True
            elif plugin and not refs[key].plugin:
                refs[key].plugin = plugin
                changed = True
            refs[key].append_refs(file, found, place, batch.stretch)
        if changed:
            self.refs = refs
            self.structure += 1


def _key_of(tag: str, plugin: str, refs: Mapping[str, RefSeries]) -> str:
    """Under which name a tag's summaries of a plugin are found: the first have the tag's."""
    key = tag
    while (known := refs.get(key)) is not None:
        if known.tag == tag and (not plugin or known.plugin in ("", plugin)):
            break
        key += f" ({plugin})"
    return key
