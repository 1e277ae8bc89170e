"""All runs of the log directories that are followed."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from tuimon.events.logdir import SideFile
from tuimon.events.points import EventBatch
from tuimon.store.run_log import FileStatus, RunLog

_NUMBER = re.compile(r"([0-9]+)")


@lru_cache(maxsize=1 << 14)  # all of them are sorted again with every new run
def _natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sorts ``lr2`` before ``lr10``."""
    parts = [part for part in _NUMBER.split(name) if part]
    return [
        (0, int(part), "") if part.isdecimal() and len(part) < 19 else (1, 0, part)
        for part in parts
    ], name


class Store:
    """Runs by name. One thread writes (the follower), any number read, without locks."""

    def __init__(self) -> None:
        self.version = 0
        """Moves with every change of anything in the store."""
        self.structure = 0
        """Moves when runs or their tags come or go."""
        self.runs: Mapping[str, RunLog] = {}
        """Sorted by name, numbers in names by value; replaced, never changed. A run without any
        record is left out."""
        self.beside: tuple[SideFile, ...] = ()
        """What lies beside event files, by run and path; also of runs that have none."""

    def apply(self, run_name: str, path: Path, batch: EventBatch) -> None:
        """Take in a batch of the event file at `path`; for the thread that writes."""
        run = self.runs.get(run_name) or RunLog(run_name, path.parent)
        structure = run.structure
        run.apply(path, batch)
        if run_name not in self.runs:
            runs = {**self.runs, run_name: run}
            self.runs = {name: runs[name] for name in sorted(runs, key=_natural)}
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
        run = self.runs.get(run_name)
        if run is None or not run.update_file(status):
            return False
        self.version += 1
        return True

    def forget(self, run_name: str, path: Path) -> None:
        """Drop what the event file at `path` gave, and its run with the last file."""
        run = self.runs.get(run_name)
        if run is None:
            return
        run.forget(path)
        if not run.files:
            self.runs = {name: kept for name, kept in self.runs.items() if name != run_name}
        self.structure += 1
        self.version += 1
