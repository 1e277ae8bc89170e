""" "Stop run" on W&B's page, as far as it is meant for the launch that is mirrored.

The server keeps a run stopped, also when it goes on (wandb/wandb#663): what was pressed for an
earlier launch must not stop the next one. So a stop counts that comes while this launch is at work
on the run; one that was there before counts for nothing until the server has taken it back.
"""

import logging
import threading
import time
from collections.abc import Callable

from tuimon.abandoned import Aside
from tuimon.guardian.client import ControlError
from tuimon.mirror.journal import Journal, StopEntry

_ASK_EVERY = 15.0
"""Seconds, as wandb itself."""

_TRY_EVERY = 5.0

_STALE = "W&B has kept the stop of an earlier launch: its page cannot stop this one"

log = logging.getLogger(__name__)


class StopButton:
    """Looks after the button for one life of a mirror.

    `is_pressed` asks the server, and returns None where that does not say; `stop` stops the
    training, or says why that is refused. `launch` is what the journal calls the launch. wandb
    `tells` by itself when the button is pressed, but once; else the server is asked now and then.
    """

    def __init__(
        self,
        is_pressed: Callable[[], bool | None],
        stop: Callable[[], str | None],
        journal: Journal,
        launch: str,
        *,
        tells: bool,
    ) -> None:
        """To be made before the run is opened."""
        self._stop = stop
        self._journal = journal
        self._launch = launch
        self._pressed = threading.Event()
        self._wanted = self._is_done = False
        self._try_at = 0.0
        self._polls = not tells
        self._ask_at = time.monotonic() + _ASK_EVERY
        self._answer = Aside(lambda: (is_pressed(),))  # a tuple: None is "not yet"
        known = journal.stops.get(launch)
        if known is None and _has_been_online(journal, launch):
            known = is_pressed() is False
            journal.append(StopEntry(launch=launch, counts=known))
        self._counts = known is not False

    def press(self) -> None:
        """wandb tells that it is pressed; for any thread."""
        self._pressed.set()

    @property
    def detail(self) -> str | None:
        """What is to be known of it."""
        return None if self._counts else _STALE

    def look(self) -> str | None:
        """Stop the training if it is pressed; why that is refused, if so."""
        if self._is_done:
            return None
        now = time.monotonic()
        if not self._counts or self._polls:
            self._ask(now)
        self._wanted |= self._counts and self._pressed.is_set()
        if not self._wanted or now < self._try_at:
            return None
        log.info("W&B's page asks to stop the training")
        self._try_at = now + _TRY_EVERY
        try:
            refusal = self._stop()
        except ControlError as error:
            log.warning("it cannot be stopped yet: %s", error)
            return None
        self._is_done = True
        return refusal

    def _ask(self, now: float) -> None:
        """Ask the server when it is time to, without waiting for it."""
        if now < self._ask_at or (answer := self._answer.ask()) is None:
            return
        self._ask_at = now + _ASK_EVERY
        (pressed,) = answer
        if self._counts:
            self._wanted = pressed is True
        elif pressed is False:
            log.info("W&B has taken back the stop of an earlier launch")
            self._journal.append(StopEntry(launch=self._launch, counts=True))
            self._pressed.clear()
            self._counts = self._polls = True  # wandb tells but once


def _has_been_online(journal: Journal, launch: str) -> bool:
    """Whether an earlier launch has had the run at the server."""
    others = any(one.directory != launch for one in journal.launches)
    return others and journal.run is not None and journal.run.online
