"""Stops of a training: who began one, and how far it had gone when the training ended."""

import time
from collections.abc import Callable
from enum import StrEnum
from signal import SIGINT, Signals
from typing import NamedTuple


class StopCause(StrEnum):
    """Who has stopped a training, as the sentence goes on after ``stopped``."""

    REQUEST = "by request"
    CTRL_C = "by Ctrl-C"
    """Passed on by ``tuimon run --foreground``."""
    TYPED = "by Ctrl-C in its console"
    """Which may have been meant for a debugger, or for less than an end."""
    SYSTEM = "as its guardian got SIGTERM: a logout or shutdown?"
    WANDB = "from W&B's page"
    RULE = "by a rule of yours"
    """``tuimon run --rule``."""
    JOB = "by a signal to the whole job"
    """Of which the guardian is only a witness: what becomes of it is the training's business."""

    @property
    def is_remote(self) -> bool:
        """Whether it comes from elsewhere than a person at a terminal, who would know of it."""
        return self in (StopCause.WANDB, StopCause.RULE)

    @property
    def is_key(self) -> bool:
        """Whether Ctrl-C is all there was."""
        return self in (StopCause.CTRL_C, StopCause.TYPED)

    @property
    def is_signal(self) -> bool:
        """Whether it is a signal and no more: no stop that goes on."""
        return self.is_key or self is StopCause.JOB


class Stop(NamedTuple):
    """A stop that is under way, or was when the training ended."""

    by: StopCause
    signal: Signals
    """The last signal that it has sent."""
    begun_at: float
    """In monotonic seconds."""
    printed: int
    """Bytes of the console that had been recorded when it began."""
    lasted: float = 0.0
    """Seconds from there to the end of the training."""


class StopLog:
    """Keeps what is to be known of a stop at the end; `printed` counts the console's bytes."""

    def __init__(self, printed: Callable[[], int]) -> None:
        self._printed = printed
        self._stop: Stop | None = None
        self.asked_by = StopCause.REQUEST
        """Who has begun the stop ladder, or would."""

    def sent(self, number: Signals, by: StopCause) -> None:
        """A stop has sent a signal, or a scheduler has; the first stop tells who has begun it."""
        if self._stop is None or self._stop.by.is_signal:
            self._begin(by)
        assert self._stop is not None
        self._stop = self._stop._replace(signal=number)

    def ctrl_c(self, by: StopCause) -> None:
        """Somebody has pressed Ctrl-C; while a stop is under way, that is no other one."""
        if self._stop is None or self._stop.by.is_signal:
            self._begin(by)

    def at_end(self, now: float, longest: float) -> Stop | None:
        """The stop that the training may have ended of; of Ctrl-C only for `longest` seconds."""
        if self._stop is None:
            return None
        stop = self._stop._replace(lasted=max(0.0, now - self._stop.begun_at))
        return None if stop.by.is_key and stop.lasted > longest else stop

    def _begin(self, by: StopCause) -> None:
        self._stop = Stop(by, SIGINT, time.monotonic(), self._printed())
