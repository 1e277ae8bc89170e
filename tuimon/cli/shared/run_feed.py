"""The records of a run, read again and again until all is told of it."""

import time
from functools import partial

from tuimon.abandoned import Aside
from tuimon.cli.shared.common import CommandError
from tuimon.runs.alerts import ENDED
from tuimon.runs.process import is_alive
from tuimon.runs.record import RecordError, RunState
from tuimon.runs.registry import RunStatus, read_status
from tuimon.text import safe

_EVERY = 0.5
_LAST_WORDS_SECONDS = 10.0
"""After its end, the recorder reads what is left for five seconds at most."""


class RunFeed:
    """Reads beside the thread that asks, which a file system that hangs does not hold up."""

    def __init__(self, status: RunStatus) -> None:
        self.status = status
        self._records = Aside(partial(read_status, status.paths.directory))
        self._due = 0.0

    def poll(self) -> RunStatus:
        """What is known now. Raises CommandError: the run was removed."""
        if self._records.pending or time.monotonic() >= self._due:
            self._due = time.monotonic() + _EVERY
            try:
                self.status = self._records.ask() or self.status
            except RecordError as error:
                raise CommandError(
                    f"{safe(self.status.name)} is gone: {safe(str(error))}"
                ) from None
        return self.status

    @property
    def hangs_for(self) -> float:
        """Seconds for which the state directory has not answered."""
        return self._records.hangs_for

    @property
    def has_ended(self) -> bool:
        """Whether the training is over, by the newest record. One that is lost may run on."""
        status = self.status
        return status.state.ended and (
            status.state is not RunState.LOST or status.ended_at is not None
        )

    @property
    def is_complete(self) -> bool:
        """Whether the training has ended, and its recorder has told all that it will."""
        status = self.status
        if not self.has_ended:
            return False
        record, ended_at = status.record, status.ended_at or 0.0
        recorder = record.recorder
        works = recorder is not None and (not status.is_here or is_alive(recorder, record.boot_id))
        told = status.state is RunState.LOST or any(one.key == ENDED for one in status.alerts)
        return told or not works or time.time() - ended_at > _LAST_WORDS_SECONDS
