"""An end for calls into wandb that never return."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BLOCKED_EXIT_CODE = 70
_CHECK_EVERY = 0.5

log = logging.getLogger(__name__)


class Watchdog:
    """Ends this process when a guarded call takes too long; its successor replays the journal.

    `on_blocked` is told what was being done and for how long, on the watchdog's own thread, right
    before the end.
    """

    def __init__(self, on_blocked: Callable[[str, float], None]) -> None:
        self._on_blocked = on_blocked
        self._watched: tuple[str, float, float] | None = None
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    @contextmanager
    def limit(self, what: str, seconds: float) -> Iterator[None]:
        """Guard the calls inside the block, which may take `seconds` together."""
        begin = time.monotonic()
        self._watched = (what, begin, begin + seconds)
        try:
            yield
        finally:
            self._watched = None

    def _watch(self) -> None:
        while True:
            time.sleep(_CHECK_EVERY)
            watched = self._watched
            if watched is not None and time.monotonic() > watched[2]:
                try:
                    self._on_blocked(watched[0], time.monotonic() - watched[1])
                finally:
                    os._exit(BLOCKED_EXIT_CODE)
