"""What run.json tells viewers of the moment: a stop that goes on, output that is missing, a wait.

Nobody needs it after a crash. Times are monotonic seconds.
"""

import math
import time

from tuimon.guardian.keyboard import waits_for_input
from tuimon.guardian.ladder import Stage, StopLadder
from tuimon.guardian.pump import Pump
from tuimon.guardian.state import RunFile
from tuimon.guardian.stop_log import StopLog
from tuimon.guardian.training import Training

_LOOK_EVERY = 1.0
"""Seconds between two looks at the output, and at whether the training waits for input."""


class ViewerNotes:
    """Changes the notes when what they tell has changed."""

    def __init__(
        self, training: Training, ladder: StopLadder, pump: Pump, file: RunFile, stops: StopLog
    ) -> None:
        self._training = training
        self._stops = stops
        self._ladder = ladder
        self._pump = pump
        self._file = file
        self._next_look = 0.0
        self._seen_bytes = -1
        self._noted_stop = ladder.stage, ladder.deadline

    @property
    def deadline(self) -> float:
        """When `tick` has something to do."""
        return math.inf if self._training.outcome else self._next_look

    def tick(self, now: float) -> None:
        """Look at what may have changed."""
        if now >= self.deadline:
            self._next_look = now + _LOOK_EVERY
            self._note_waiting()
            self.note_console(now)
        self._note_stop(now)

    def note_console(self, now: float) -> None:
        """Let viewers tell what of the output is missing, and why."""
        dropped, error = self._pump.memory.dropped, self._pump.error(now)
        record = self._file.record
        if (dropped, error) != (record.console_dropped, record.console_error):
            self._file.note(console_dropped=dropped, console_error=error)

    def _note_waiting(self) -> None:
        """The training may wait for input while it prints nothing."""
        received = self._pump.memory.received
        quiet = received == self._seen_bytes
        self._seen_bytes = received
        child = self._training.child
        waiting = quiet and waits_for_input(child.master, child.pid)
        if waiting != self._file.record.waiting_for_input:
            self._file.note(waiting_for_input=waiting)

    def _note_stop(self, now: float) -> None:
        """Let viewers count down to the next stage of a stop."""
        if self._training.outcome and not self._training.reported:
            return  # It is about to be told how that has ended.
        stage, deadline = self._ladder.stage, self._ladder.deadline
        if (stage, deadline) != self._noted_stop:
            self._noted_stop = stage, deadline
            # SIGKILL is repeated: nothing to wait for.
            last = stage is Stage.KILL or math.isinf(deadline)
            at = None if last else time.time() + deadline - now
            by = self._stops.asked_by
            self._file.note(
                stop_stage=stage.name.lower(),
                stop_next_at=at,
                stop_by=str(by) if by.is_remote else None,
            )
