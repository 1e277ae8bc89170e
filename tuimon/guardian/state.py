"""The guardian's hold on ``run.json``: right at every moment, even on a full disk."""

import dataclasses
from pathlib import Path
from typing import Any

from tuimon.guardian.log import log
from tuimon.runs.record import RunRecord, rewrite_record, write_record


class RunFile:
    """The record in memory and its copy on disk; a copy that failed is retried by `beat`."""

    def __init__(self, path: Path, record: RunRecord) -> None:
        self._path = path
        self._stale = False
        self.record = record

    def update(self, **changes: Any) -> None:
        """Change fields of the record and write it durably."""
        self.record = dataclasses.replace(self.record, **changes)
        try:
            write_record(self._path, self.record)
        except OSError as error:
            log(f"run.json cannot be written: {error}")
            self._stale = True
        else:
            self._stale = False

    def beat(self) -> None:
        """Count the heartbeat up: in place and unsynced, since it comes every few seconds."""
        heartbeat = self.record.heartbeat + 1
        if self._stale:
            self.update(heartbeat=heartbeat)
            return
        self.record = dataclasses.replace(self.record, heartbeat=heartbeat)
        try:
            rewrite_record(self._path, self.record)
        except OSError:
            self._stale = True
