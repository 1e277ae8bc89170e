"""Runs of trackio, in a SQLite file for each project."""

import json
import math
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from tuimon.sources.log_columns import RowPlaces
from tuimon.sources.log_file import Scalars
from tuimon.sources.log_rows import points_of
from tuimon.sources.sqlite_runs import MOST_ROWS, SqliteRun


class TrackioRun(SqliteRun):
    """A run of a trackio project: table ``metrics``, with a row as JSON for each step."""

    origin = "trackio SQLite"
    needs = "SELECT count(*) = 4 FROM pragma_table_info('metrics')" + (
        " WHERE name IN ('run_id', 'run_name', 'step', 'metrics')"
    )
    runs = "SELECT run_id, max(run_name) FROM metrics GROUP BY run_id ORDER BY min(id)"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._places = RowPlaces()

    @classmethod
    def parts(cls, path: Path) -> Iterable[tuple[str, Path]]:
        """The runs of a project, which is called as its file is."""
        return [(f"{path.stem}/{name}", run) for name, run in super().parts(path)]

    def rows(self, database: sqlite3.Connection) -> tuple[Scalars, int]:
        """The next rows."""
        rows = database.execute(
            "SELECT id, step, timestamp, metrics FROM metrics"
            " WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?",
            (self.path.name, self.last, MOST_ROWS),
        ).fetchall()
        found = []
        for last, step, time, metrics in rows:
            self.last = last
            row = json.loads(metrics)
            if isinstance(row, dict):
                found.append({**row, "_step": step, "_timestamp": time})
        return points_of(found, self._places, math.nan), len(rows)
