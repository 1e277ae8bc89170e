"""Doing something as often as is useful, and no more often than its cost allows."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Pace:
    """Repeats something every `interval` seconds, or less often to stay within `share` of a CPU."""

    def __init__(self, interval: float, share: float) -> None:
        self.interval = interval
        self._share = share
        self.due = -math.inf
        """When the next turn is, in seconds of `time.monotonic`."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Measure one turn and put the next one off accordingly."""
        begin, cpu = time.monotonic(), time.thread_time()
        try:
            yield
        finally:
            cost = time.thread_time() - cpu
            self.due = max(begin + self.interval, time.monotonic() + cost / self._share)
