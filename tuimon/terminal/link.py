"""The way to the terminal: how much may be sent now, judged by when it arrives. No Textual.

A program sees none of what lies between it and the screen: its own pseudo-terminal, sshd, the
network and the terminal each hold bytes back, and what is queued there delays every key. So each
packet ends with a request that the terminal answers when it comes to it (DSR 6, ECMA-48 §8.3.35),
and only so much is sent unanswered as arrives within about a quarter of a second.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

REQUEST = "\x1b[6n"
"""Asks for the position of the cursor, which any terminal tells."""

_LIMITS = 512, 65_536
_FIRST_LIMIT = 4096
_QUICK, _LATE = 0.1, 0.25
"""Seconds of a packet beyond those of an empty one."""
_FIRST_ANSWER_WITHIN = 0.4
_LOST_AFTER = 10.0
_RATE, _BURST = 4096.0, 16_384.0
"""Bytes a second, and at once after a rest, for a terminal that does not answer."""


class _Packet(NamedTuple):
    sent_at: float
    size: int


class Link:
    """What is under way to the terminal. Sizes in bytes, times in seconds; safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._under_way: deque[_Packet] = deque()
        self._limit = _FIRST_LIMIT
        self._answers = False
        self._least = 0.0
        self._started_at = self._refilled_at = clock()
        self._risked = False
        self._allowance = _BURST
        self._round_trip: float | None = None

    @property
    def limit(self) -> int:
        """How large a packet should be."""
        return self._limit

    @property
    def round_trip(self) -> float | None:
        """How long packets have lately taken to be answered; None until one was."""
        with self._changed:
            if not self._under_way or self._round_trip is None:
                return self._round_trip
            return max(self._round_trip, self._clock() - self._under_way[0].sent_at)

    def wait(self) -> float:
        """Seconds until the next packet may go, if nothing is answered before; 0 for now."""
        with self._changed:
            now = self._clock()
            if self._answers:
                waiting = sum(packet.size for packet in self._under_way)
                if waiting < self._limit // 2 or not self._under_way:
                    return 0
                left = self._under_way[0].sent_at + _LOST_AFTER - now
                if left <= 0:  # a lost answer, or a link that hangs: try again, with little
                    self._under_way.clear()
                    self._limit = _LIMITS[0]
                return max(left, 0)
            while self._under_way and self._under_way[0].sent_at + _LOST_AFTER < now:
                self._under_way.popleft()
            self._refill(now)
            # Of one that may yet answer, the first packet is as much as one may risk.
            early = self._started_at + _FIRST_ANSWER_WITHIN - now if self._risked else 0.0
            return max(0.0, early, -self._allowance / _RATE)

    def sent(self, size: int) -> None:
        """A packet of so many bytes, and a request, are on their way."""
        with self._changed:
            now = self._clock()
            self._under_way.append(_Packet(now, size))
            self._refill(now)
            self._allowance -= size
            self._risked = size > len(REQUEST)

    def answered(self) -> None:
        """The terminal has answered the request of the oldest packet."""
        with self._changed:
            if not self._under_way:
                return  # a key that looks like an answer
            now = self._clock()
            sent_at, size = self._under_way.popleft()
            took = now - sent_at
            if not self._answers:
                self._answers, self._least, self._round_trip = True, took, took
            assert self._round_trip is not None
            self._round_trip += 0.3 * (took - self._round_trip)
            # The empty link's time is the least seen, but routes change.
            self._least = min(took, self._least + 0.005 * (took - self._least))
            delay = took - self._least
            least, most = _LIMITS
            if delay > _LATE:
                self._limit = max(least, int(self._limit * max(0.25, _LATE / delay)))
            elif delay < _QUICK and size >= self._limit // 2:
                self._limit = min(most, 2 * self._limit)
            self._changed.notify_all()

    def drain(self, seconds: float) -> bool:
        """Wait, for so long at most, until all has been answered: True if it has."""
        with self._changed:
            if not self._answers:
                return False
            return self._changed.wait_for(lambda: not self._under_way, seconds)

    def restart(self) -> None:
        """Other programs have had the terminal: nothing is under way."""
        with self._changed:
            self._under_way.clear()
            self._started_at, self._risked = self._clock(), False

    def _refill(self, now: float) -> None:
        self._allowance = min(_BURST, self._allowance + (now - self._refilled_at) * _RATE)
        self._refilled_at = now
