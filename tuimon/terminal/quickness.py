"""Whether the link is quick enough for pictures in pixels, without going back and forth."""

import time
from collections.abc import Callable

from tuimon.terminal.link import Link

_QUICK = 0.25
"""Seconds to the terminal and back that are too many to begin with pictures."""
_SLOW = 0.6
"""The same while pictures are sent: each holds up what comes after it."""
_LEAST_LIMIT = 4096
"""A link that takes fewer bytes at a time is too slow for them."""
_FIRST_REST, _LONGEST_REST = 20.0, 320.0
"""Seconds without pictures after they were too much; twice as many each time."""


class PictureGate:
    """Judges a link again and again. Cells alone make each link quick: pictures have to rest."""

    def __init__(self, link: Link, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._clock = clock
        self._quick = False
        self._not_before = -1.0
        self._rest = _FIRST_REST

    def judge(self) -> bool:
        """Whether pictures may be sent now."""
        trip, now = self._link.round_trip, self._clock()
        if trip is None:
            return False
        if self._quick and trip >= _SLOW:
            self._quick = False
            self._not_before = now + self._rest
            self._rest = min(2 * self._rest, _LONGEST_REST)
        elif not self._quick and now >= self._not_before:
            self._quick = trip < _QUICK and self._link.limit >= _LEAST_LIMIT
        return self._quick
