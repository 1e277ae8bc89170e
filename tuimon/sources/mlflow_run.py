"""Runs of MLflow's tracking store in SQLite."""

import math
import sqlite3

from tuimon.events.batches import BatchBuilder
from tuimon.sources.log_file import Scalars
from tuimon.sources.sqlite_runs import MOST_ROWS, SqliteRun


class MlflowRun(SqliteRun):
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
            (self.path.name, self.last, MOST_ROWS),
        ).fetchall()
        builder = BatchBuilder()
        for last, key, step, time, value, is_nan in rows:
            builder.add_scalar(key, step, time / 1e3, math.nan if is_nan else value)
            self.last = last
        return builder.finish(0)[0].scalars, len(rows)
