"""How much is under way to a terminal, on simulated links."""

import heapq
import itertools
import threading

import pytest

from tuimon.terminal.link import Link

BIG = 1 << 20


class Wire:
    """A link of so many bytes a second, with a terminal that answers at its other end or not."""

    def __init__(self, rate: float, delay: float = 0.02, *, answers: bool = True) -> None:
        self.now = 0.0
        self.link = Link(lambda: self.now)
        self.sent: list[tuple[float, int]] = []
        self.arrived = 0.0
        """When all that was sent is at the terminal."""
        self._rate, self._delay, self._answers = rate, delay, answers
        self._events: list[tuple[float, int]] = []
        self._ids = itertools.count()
        self._send(4)

    def _send(self, size: int) -> None:
        self.link.sent(size)
        self.sent.append((self.now, size))
        self.arrived = max(self.arrived, self.now + self._delay / 2) + size / self._rate
        if self._answers:
            heapq.heappush(self._events, (self.arrived + self._delay / 2, next(self._ids)))

    def run(self, seconds: float, frame: int, every: float = 0.0) -> None:
        """Have `frame` bytes to send, each `every` seconds anew (or always), for so long."""
        end, left, due = self.now + seconds, 0, self.now
        while self.now < end:
            if self.now >= due:
                left, due = frame, self.now + every
            wait = self.link.wait()
            if left and not wait:
                size = min(left, self.link.limit)
                left -= size
                self._send(size)
                continue
            times = [min(end, self.now + wait) if left else end]
            times += [due] if due > self.now else []
            times += [self._events[0][0]] if self._events else []
            self.now = max(self.now + 1e-6, min(times))
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)
                self.link.answered()

    @property
    def queued_seconds(self) -> float:
        """How long what is under way still takes: a key waits for as long."""
        return max(0.0, self.arrived - self.now)

    def rate_of(self, since: float) -> float:
        return sum(size for at, size in self.sent if at >= since) / (self.now - since)


@pytest.mark.parametrize("rate", [1_500, 5_000, 20_000])
def test_on_a_slow_link_little_is_under_way(rate: int):
    wire = Wire(rate)
    wire.run(20, BIG)
    assert wire.queued_seconds < 0.6
    assert wire.rate_of(10) > 0.5 * rate


def test_the_first_screen_does_not_clog_a_slow_link():
    wire = Wire(5000, delay=0.3)
    wire.run(0.35, BIG)
    assert sum(size for _, size in wire.sent) < 5000


def test_a_full_screen_passes_a_fast_link_at_once():
    wire = Wire(10_000_000, delay=0.001)
    wire.run(1, 40_000, every=10)
    assert sum(size for _, size in wire.sent) > 40_000
    assert wire.sent[-1][0] < 0.05


def test_a_far_link_is_not_taken_for_a_slow_one():
    wire = Wire(10_000_000, delay=0.3)
    wire.run(10, BIG)
    assert wire.link.limit == 65_536
    assert wire.link.round_trip == pytest.approx(0.3, rel=0.1)


def test_a_small_frame_waits_for_no_other_small_frame():
    wire = Wire(10_000_000, delay=0.3)
    wire.run(2, 300, every=0.1)
    times = [at for at, size in wire.sent if size == 300]
    assert len(times) >= 18


def test_a_link_that_turns_slow_is_noticed():
    wire = Wire(1_000_000)
    wire.run(5, 2000, every=0.25)
    wire._rate = 2000
    wire.run(30, 2000, every=0.25)
    assert wire.queued_seconds < 1
    assert wire.link.round_trip > 0.2


def test_a_terminal_that_never_answers_gets_a_low_rate_but_keys_show_at_once():
    wire = Wire(10_000_000, answers=False)
    wire.run(60, BIG)
    assert wire.rate_of(20) == pytest.approx(4096, rel=0.3)
    wire = Wire(10_000_000, answers=False)
    wire.run(60, 500, every=0.5)
    assert wire.link.wait() == 0
    assert wire.link.round_trip is None


def test_a_link_that_hangs_gets_next_to_nothing_until_it_answers_again():
    wire = Wire(1_000_000)
    wire.run(5, 1000, every=0.5)
    wire._answers = False
    wire.run(100, 1000, every=0.5)
    assert wire.rate_of(10) < 500
    wire._answers = True
    wire.run(30, 1000, every=0.5)
    assert wire.rate_of(wire.now - 5) > 1500


def test_leaving_waits_for_what_is_under_way_but_not_for_ever():
    link = Link()
    link.sent(4)
    assert not link.drain(0.0), "nobody knows whether it answers"
    link.answered()
    assert link.drain(0.0)
    link.sent(100)
    assert not link.drain(0.01)
    threading.Timer(0.05, link.answered).start()
    assert link.drain(10)


def test_an_answer_to_nothing_is_a_key():
    link = Link()
    link.answered()
    assert link.round_trip is None
