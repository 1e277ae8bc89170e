"""The guardian's hold on ``run.json``: right at every moment, even on a full disk."""

import _thread
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuimon.guardian.log import log
from tuimon.runs.record import RunRecord, rewrite_record, write_record


class RunFile:
    """The record in memory and its copy on disk; a copy that failed is retried by `beat`.

    The copy is written by `do`, which may be another thread: where several changes wait for it,
    they are one.
    """

    def __init__(
        self,
        path: Path,
        record: RunRecord,
        do: Callable[[Callable[[], object]], object] = lambda job: job(),
    ) -> None:
        self._path = path
        self._do = do
        self.record = record
        self._lock = _thread.allocate_lock()
        self._wanted = self._written = 0
        """How many changes there were, and with how many of them the copy was written."""
        self._durably = self._failed = self._queued = False

    @property
    def stale(self) -> bool:
        """True while the copy on disk is not what it should be."""
        return self._written != self._wanted

    def update(self, **changes: Any) -> None:
        """Change fields of the record and write it durably."""
        self._change(changes, durably=True)

    def note(self, **changes: Any) -> None:
        """Change fields that nobody needs after a crash: in place and unsynced."""
        self._change(changes, durably=False)

    def beat(self) -> None:
        """Count the heartbeat up: in place and unsynced, since it comes every few seconds."""
        self.note(heartbeat=self.record.heartbeat + 1)

    def _change(self, changes: dict[str, Any], *, durably: bool) -> None:
        with self._lock:
            self.record = self.record._replace(**changes)
            self._wanted += 1
            self._durably |= durably
            queued, self._queued = self._queued, True
        if not queued:
            self._do(self._write)

    def _write(self) -> None:
        with self._lock:
            record, number, self._queued = self.record, self._wanted, False
            durably, self._durably = self._durably or self._failed, False
        try:
            (write_record if durably else rewrite_record)(self._path, record)
        except FileNotFoundError:
            pass  # Somebody has removed the run; there is nothing to be kept right.
        except OSError as error:
            if not self._failed:
                log(f"run.json cannot be written: {error}")
            self._failed = True
            return
        self._failed, self._written = False, number
