"""Runs in SQLite files, many in one, which are only read."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from tuimon.events.points import EventBatch
from tuimon.sources.log_file import LogFile, Scalars, head_of

_MAGIC = b"SQLite format 3\0"
MOST_ROWS = 50_000
"""Read at a time."""


class SqliteRun(LogFile):
    """One run; its path is that of the file and its id below."""

    many_runs = True
    needs: str
    """A query that works on such files alone."""
    runs: str
    """Ids and names of runs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.last = 0
        """Id of the last row that was read."""

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether it has the tables."""
        if head_of(path, len(_MAGIC)) != _MAGIC:
            return False
        with _opened(path) as database:
            return bool(database.execute(cls.needs).fetchone()[0])

    @classmethod
    def parts(cls, path: Path) -> Iterable[tuple[str, Path]]:
        """The runs; of one name, by their ids as well."""
        return [(name, path / one) for one, name in _runs(path, cls.runs, _stamp(path))]

    def _look(self, max_bytes: int) -> list[EventBatch]:
        stamp = _stamp(self.path.parent)
        if stamp == self._fingerprint and not self.backlog:
            return []
        with _opened(self.path.parent) as database:
            scalars, count = self.rows(database)
        self._fingerprint = stamp
        self.backlog = int(count == MOST_ROWS)
        self.size = self.offset = self.last
        return [EventBatch(scalars=scalars)] if scalars else []

    def rows(self, database: sqlite3.Connection) -> tuple[Scalars, int]:
        """The points of the next rows, and how many rows these are."""
        raise NotImplementedError


@lru_cache(maxsize=64)
def _runs(path: Path, query: str, stamp: object) -> list[tuple[str, str]]:
    """Ids and names, each once; asked again when the file has another stamp."""
    with _opened(path) as database:
        rows = database.execute(query).fetchall()
    names = [name for _, name in rows]
    return [(one, name if names.count(name) == 1 else f"{name}-{one[:8]}") for one, name in rows]


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes with the file, or with its journal of what is not yet in it."""
    stamp: list[int] = []
    for file in (path, path.with_name(f"{path.name}-wal")):
        if file == path or file.exists():
            status = file.stat()
            stamp += [status.st_ino, status.st_size, status.st_mtime_ns]
    return tuple(stamp)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A file, to be read only. Raises OSError.

    Without a journal nothing in it may change, and nothing is created beside it.
    """
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    try:
        uri = f"file:{quote(str(path))}?{mode}"
        with closing(sqlite3.connect(uri, uri=True, timeout=1)) as database:
            yield database
    except sqlite3.Error as error:
        raise OSError(str(error)) from None
