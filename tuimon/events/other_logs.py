"""Which of the other logs in log directories are runs: where event files are, none."""

import logging
from collections.abc import Collection, Iterable
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from tuimon.events.log_kinds import SourceReader, rank, reader_of
from tuimon.events.log_roots import FoundFile

log = logging.getLogger(__name__)


class _Chosen(NamedTuple):
    """A log of a run, and how it stands to others."""

    rank: int
    age: float
    """Less for newer ones."""
    found: FoundFile
    reader: SourceReader


class OtherLogs:
    """Remembers which files are logs, so that each is looked into once."""

    def __init__(self) -> None:
        self._readers: dict[Path, SourceReader] = {}
        self.chosen: list[FoundFile] = []
        """What are runs, sorted."""
        self.displaced: list[Path] = []
        """What was before the last choice, and is no more."""
        self.grow = False
        """Whether runs may come to a file that is known."""

    def choose(
        self, files: Iterable[FoundFile], directories: Collection[Path], named: Collection[Path]
    ) -> None:
        """Find the logs among files, and the runs that they are.

        Event files are in `directories`; each of the `named` files is read, whatever it is. Of
        several kinds in a directory the first of `log_kinds` counts, of several files the newest.
        """
        homes: dict[Path, list[_Chosen]] = {}
        alone: list[FoundFile] = []
        for file in files:
            reader = self._reader(file.path, named=file.path in named)
            if reader is None:
                continue
            self.grow |= reader.many_runs
            if file.path in named or (
                reader.many_runs and not _yields(reader, file.path, directories)
            ):
                alone += _parts(file, reader)
            elif not _yields(reader, file.path, directories):
                homes.setdefault(reader.home(file.path), []).append(_chosen(file, reader))
        found = {*alone, *(part for logs in homes.values() for part in _best(logs))}
        self.displaced = [file.path for file in self.chosen if file not in found]
        self.chosen = sorted(found)

    def _reader(self, path: Path, *, named: bool) -> SourceReader | None:
        if path not in self._readers:
            try:
                reader = reader_of(path, named=named)
            except OSError:
                return None
            if reader is None:
                return None
            self._readers[path] = reader
        return self._readers[path]


def _yields(reader: SourceReader, path: Path, directories: Collection[Path]) -> bool:
    home = reader.home(path)
    if home in directories or path.parent in directories:
        return True
    return reader.yields_below and any(home in one.parents for one in directories)


def _chosen(file: FoundFile, reader: SourceReader) -> _Chosen:
    try:
        modified = file.path.stat().st_mtime
    except OSError:
        modified = 0.0
    run = file.run
    for _ in file.path.parent.relative_to(reader.home(file.path)).parts:
        run = run.rpartition("/")[0] or "."
    return _Chosen(rank(reader), -modified, file._replace(run=run), reader)


def _best(logs: list[_Chosen]) -> list[FoundFile]:
    best = min(logs, key=itemgetter(0, 1))
    several = [one for one in logs if one.rank == best.rank] if best.reader.several else [best]
    return [part for one in several for part in _parts(one.found, one.reader)]


def _parts(file: FoundFile, reader: SourceReader) -> list[FoundFile]:
    try:
        parts = [*reader.parts(file.path)]
    except OSError as error:
        log.warning("%s: %s", file.path, error)
        return []
    own = "" if file.run == "." else f"{file.run}/"
    return [FoundFile(f"{own}{name}" if name else file.run, path) for name, path in parts]
