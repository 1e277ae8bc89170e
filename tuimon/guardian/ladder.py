"""The stop ladder: SIGINT, a grace to save a checkpoint, SIGTERM, another grace, SIGKILL."""

import math
import signal
from collections.abc import Callable
from enum import IntEnum

_KILL_AGAIN = 1.0
"""Seconds between two sweeps of SIGKILL: what was forked during one is met by the next."""


class Stage(IntEnum):
    """How far a stop has gone."""

    NONE = 0
    INT = 1
    TERM = 2
    KILL = 3

    @property
    def signal(self) -> signal.Signals | None:
        """The signal this stage sends."""
        return None if self is Stage.NONE else signal.Signals[f"SIG{self.name}"]


class StopLadder:
    """Climbs from stage to stage when asked to, or when a grace has passed.

    `send` delivers a stage's signal. Times are those of `time.monotonic`, in seconds. SIGINT and
    SIGTERM are sent once each: many trainers take a second SIGINT for "now".
    """

    def __init__(self, grace_int: float, grace_term: float, send: Callable[[Stage], None]) -> None:
        self._graces = {Stage.INT: grace_int, Stage.TERM: grace_term, Stage.KILL: _KILL_AGAIN}
        self._send = send
        self.stage = Stage.NONE
        self.deadline = math.inf
        """When the next stage begins by itself."""

    def request(self, stage: Stage | None, now: float) -> None:
        """Enter `stage`, or the next one for None; never goes back."""
        wanted = Stage(min(self.stage + 1, Stage.KILL)) if stage is None else stage
        if wanted > self.stage:
            self._enter(wanted, now)

    def overtake(self, stage: Stage, now: float) -> None:
        """Somebody else has sent the signal of a later stage of the stop that is under way."""
        if Stage.NONE < self.stage < stage:
            self.stage = stage
            self.deadline = now + self._graces[stage]

    def tick(self, now: float) -> None:
        """Enter the next stage if the grace of the present one has passed."""
        if now >= self.deadline:
            self._enter(Stage(min(self.stage + 1, Stage.KILL)), now)

    def turn_to_leftovers(self, now: float, grace: float) -> None:
        """The training has ended: if a stop is under way, send what it left SIGTERM after `grace`.

        The signals so far went to the training itself, which may have passed them on or not.
        """
        if self.stage in (Stage.INT, Stage.TERM):
            self.stage = Stage.INT
            self.deadline = now + grace

    def finish(self) -> None:
        """Nothing is left to be stopped."""
        self.deadline = math.inf

    def _enter(self, stage: Stage, now: float) -> None:
        self.stage = stage
        self.deadline = now + self._graces[stage]
        self._send(stage)
