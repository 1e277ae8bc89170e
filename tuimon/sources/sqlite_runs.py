"""Runs in the SQLite files of MLflow and trackio, many in one, which are only read."""

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from tuimon.events.batches import BatchBuilder
from tuimon.events.points import EventBatch
from tuimon.sources.json_lines import points_of
from tuimon.sources.log_columns import RowPlaces
from tuimon.sources.log_file import LogFile, Scalars, head_of

_MAGIC = b"SQLite format 3\0"
_MOST_ROWS = 50_000
"""Read at a time."""


class _SqliteRun(LogFile):
    """One run; its path is that of the file and its id below."""

    many_runs = True
    needs: str
    """A query that works on such files alone."""
    runs: str
    """Ids and names of runs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._last = 0
        self._places = RowPlaces()

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
        self.backlog = int(count == _MOST_ROWS)
        self.size = self.offset = self._last
        return [EventBatch(scalars=scalars)] if scalars else []

    def rows(self, database: sqlite3.Connection) -> tuple[Scalars, int]:
        """The points of the next rows, and how many rows these are."""
        raise NotImplementedError


class MlflowRun(_SqliteRun):
    """A run of MLflow's tracking store: tables ``experiments``, ``runs``, ``metrics``."""

    origin = "MLflow SQLite"
    needs = (
        "SELECT count(*) = 3 FROM sqlite_master"
        " WHERE type = 'table' AND name IN ('experiments', 'runs', 'metrics')"
    )
    runs = (
        "SELECT run_uuid, experiments.name || '/' || coalesce(nullif(runs.name, ''), run_uuid)"
        " FROM runs JOIN experiments USING (experiment_id)"
        " WHERE runs.lifecycle_stage = 'active' ORDER BY start_time"
    )

    def rows(self, database: sqlite3.Connection) -> tuple[Scalars, int]:
        """The next rows; steps may be negative, times are in ms."""
        rows = database.execute(
            "SELECT rowid, key, step, timestamp, value, is_nan FROM metrics"
            " WHERE run_uuid = ? AND rowid > ? ORDER BY rowid LIMIT ?",
            (self.path.name, self._last, _MOST_ROWS),
        ).fetchall()
        builder = BatchBuilder()
        for last, key, step, time, value, is_nan in rows:
            builder.add_scalar(key, step, time / 1e3, math.nan if is_nan else value)
            self._last = last
        return builder.finish(0)[0].scalars, len(rows)


class TrackioRun(_SqliteRun):
    """A run of a trackio project: table ``metrics``, with a row as JSON for each step."""

    origin = "trackio SQLite"
    needs = "SELECT count(*) = 4 FROM pragma_table_info('metrics')" + (
        " WHERE name IN ('run_id', 'run_name', 'step', 'metrics')"
    )
    runs = "SELECT run_id, max(run_name) FROM metrics GROUP BY run_id ORDER BY min(id)"

    @classmethod
    def parts(cls, path: Path) -> Iterable[tuple[str, Path]]:
        """The runs of a project, which is called as its file is."""
        return [(f"{path.stem}/{name}", run) for name, run in super().parts(path)]

    def rows(self, database: sqlite3.Connection) -> tuple[Scalars, int]:
        """The next rows."""
        rows = database.execute(
            "SELECT id, step, timestamp, metrics FROM metrics"
            " WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?",
            (self.path.name, self._last, _MOST_ROWS),
        ).fetchall()
        found = []
        for last, step, time, metrics in rows:
            self._last = last
            row = json.loads(metrics)
            if isinstance(row, dict):
                found.append({**row, "_step": step, "_timestamp": time})
        return points_of(found, self._places, math.nan), len(rows)


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
