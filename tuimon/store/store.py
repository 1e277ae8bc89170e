"""All runs of the log directories that are followed."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.events.logdir import SideFile
from tuimon.events.points import EventBatch
from tuimon.store.run_log import FileStatus, RunLog
from tuimon.text import by_number


class Reference(NamedTuple):
    """Runs that those of a store are compared with, and what they are called."""

    name: str
    store: "Store"


class Store:
    """Runs by name. One thread writes (the follower), any number read, without locks."""

    def __init__(self, runs: Iterable[RunLog] = ()) -> None:
        self.version = 0
        """Moves with every change of anything in the store."""
        self.structure = 0
        """Moves when runs or their tags come or go."""
        self.damaged_records = 0
        """Records of all runs that were dropped, because they were damaged."""
        self._runs = {run.name: run for run in runs}
        self._arrivals = 0
        self._summarized: tuple[int, bool] = -1, False
        self._sorted: tuple[int, Mapping[str, RunLog]] = -1, {}
        self.beside: tuple[SideFile, ...] = ()
        """What lies beside event files, by run and path; also of runs that have none."""
        self.reference: Reference | None = None
        """What its runs are compared with; not among them."""

    @property
    def runs(self) -> Mapping[str, RunLog]:
        """Sorted by name, numbers in names by value; what was returned never changes. A run without
        any record is left out."""
        arrivals = self._arrivals  # before the copy, which then has all of these at least
        if self._sorted[0] != arrivals:
            runs = self._runs.copy()
            self._sorted = arrivals, {name: runs[name] for name in sorted(runs, key=by_number)}
        return self._sorted[1]

    @property
    def reference_version(self) -> object:
        """A value that changes when anything of what its runs are compared with does."""
        return self.reference and (self.reference.name, self.reference.store.version)

    @property
    def has_other_data(self) -> bool:
        """Whether there is anything that is no scalar."""
        structure = self.structure
        if self._summarized[0] != structure:
            self._summarized = structure, any(run.refs for run in self.runs.values())
        return bool(self.beside) or self._summarized[1]

    def apply(self, run_name: str, path: Path, batch: EventBatch) -> None:
        """Take in a batch of the event file at `path`; for the thread that writes."""
        run = self._runs.get(run_name) or RunLog(run_name, path.parent)
        structure = run.structure
        run.apply(path, batch)
        if run_name not in self._runs:
            self._runs[run_name] = run
            self._arrivals += 1
            self.structure += 1
        elif run.structure != structure:
            self.structure += 1
        self.version += 1

    def set_beside(self, files: Sequence[SideFile]) -> None:
        """Note what lies beside event files; for the thread that writes."""
        if self.beside != tuple(files):
            self.beside = tuple(files)
            self.version += 1

    def update_file(self, run_name: str, status: FileStatus) -> bool:
        """Note how far a file was read; whether that changed anything."""
        run = self._runs.get(run_name)
        damaged = run.damaged_records if run is not None else 0
        if run is None or not run.update_file(status):
            return False
        self.damaged_records += run.damaged_records - damaged
        self.version += 1
        return True

    def forget(self, run_name: str, path: Path) -> None:
        """Drop what the event file at `path` gave, and its run with the last file."""
        run = self._runs.get(run_name)
        if run is None:
            return
        self.damaged_records -= run.damaged_records
        others = run.forget(path)
        self.damaged_records += run.damaged_records
        if not others:
            del self._runs[run_name]
            self._arrivals += 1
        self.structure += 1
        self.version += 1
