"""Who has stopped a training, as far as its guardian knows."""

import time
from signal import SIGINT, SIGKILL, SIGTERM

from tuimon.guardian.stop_log import StopCause, StopLog


def test_the_first_one_and_the_last_signal_count():
    printed = 10
    stops = StopLog(lambda: printed)
    assert stops.at_end(time.monotonic(), 60) is None
    stops.sent(SIGINT, StopCause.SYSTEM)
    printed = 20
    stops.sent(SIGTERM, StopCause.REQUEST)
    stops.ctrl_c(StopCause.TYPED)
    stop = stops.at_end(time.monotonic() + 1e6, 60)
    assert stop is not None
    assert (stop.by, stop.signal, stop.printed) == (StopCause.SYSTEM, SIGTERM, 10)


def test_ctrl_c_counts_for_some_time_and_less_than_a_stop():
    stops = StopLog(lambda: 0)
    stops.ctrl_c(StopCause.CTRL_C)
    now = time.monotonic()
    stop = stops.at_end(now, 60)
    assert stop is not None
    assert (stop.by, stop.signal) == (StopCause.CTRL_C, SIGINT)
    assert stops.at_end(now + 61, 60) is None
    stops.sent(SIGKILL, StopCause.REQUEST)
    stop = stops.at_end(now + 61, 60)
    assert stop is not None
    assert (stop.by, stop.signal) == (StopCause.REQUEST, SIGKILL)
