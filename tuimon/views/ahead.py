"""What will be wanted next, done while nobody waits for it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable

_log = logging.getLogger(__name__)

Job = Callable[[], object]


class JobPool:
    """Does the jobs that were asked for last, in threads that end with the process.

    The pool of ``concurrent.futures`` would do everything that is queued before the process ends.
    """

    def __init__(self, threads: int = 2) -> None:
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._free = threads
        """Threads that are still to be started."""
        self._busy = 0

    def want(self, jobs: Iterable[Job]) -> None:
        """Do these next, in this order, instead of those that have not begun yet."""
        with self._changed:
            self._jobs = deque(jobs)
            while self._free and self._jobs:
                self._free -= 1
                threading.Thread(target=self._work, name="tuimon-ahead", daemon=True).start()
            self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all is done; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs and not self._busy, timeout)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs)
                job = self._jobs.popleft()
                self._busy += 1
            try:
                job()
            except Exception:
                # Whoever needs it meets the fault again, and says so.
                _log.debug("work ahead failed", exc_info=True)
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()
            del job
