"""The guardian's hold on ``run.json``: right at every moment, even on a full disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuimon.guardian.log import log
from tuimon.runs.record import RunRecord, rewrite_record, write_record


class RunFile:
    """The record in memory and its copy on disk; a copy that failed is retried by `beat`."""

    def __init__(self, path: Path, record: RunRecord) -> None:
        self._path = path
        self.record = record
        self.stale = False
        """True while the copy on disk is not what it should be."""

    def update(self, **changes: Any) -> None:
        """Change fields of the record and write it durably."""
        self.record = self.record._replace(**changes)
        self._write(write_record)

    def note(self, **changes: Any) -> None:
        """Change fields that nobody needs after a crash: in place and unsynced."""
        self.record = self.record._replace(**changes)
        self._write(write_record if self.stale else rewrite_record)

    def beat(self) -> None:
        """Count the heartbeat up: in place and unsynced, since it comes every few seconds."""
        self.note(heartbeat=self.record.heartbeat + 1)

    def _write(self, write: Callable[[Path, RunRecord], None]) -> None:
        try:
            write(self._path, self.record)
            self.stale = False
        except FileNotFoundError:
            self.stale = False  # Somebody has removed the run; there is nothing to be kept right.
        except OSError as error:
            if not self.stale:
                log(f"run.json cannot be written: {error}")
            self.stale = True
