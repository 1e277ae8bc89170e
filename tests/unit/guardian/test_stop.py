"""Who has stopped a training, as far as its guardian knows."""

import time
from signal import SIGINT, SIGKILL, SIGTERM

from tuimon.guardian.stop_log import StopLog, StoppedBy


def test_the_first_one_and_the_last_signal_count():
    printed = 10
    stops = StopLog(lambda: printed)
    assert stops.at_end(time.monotonic(), 60) is None
    stops.sent(SIGINT, StoppedBy.SYSTEM)
    printed = 20
    stops.sent(SIGTERM, StoppedBy.REQUEST)
    stops.ctrl_c(StoppedBy.TYPED)
    stop = stops.at_end(time.monotonic() + 1e6, 60)
    assert stop is not None
    assert (stop.by, stop.signal, stop.printed) == (StoppedBy.SYSTEM, SIGTERM, 10)


def test_ctrl_c_counts_for_some_time_and_less_than_a_stop():
    stops = StopLog(lambda: 0)
    stops.ctrl_c(StoppedBy.CTRL_C)
    now = time.monotonic()
    stop = stops.at_end(now, 60)
    assert stop is not None
    assert (stop.by, stop.signal) == (StoppedBy.CTRL_C, SIGINT)
    assert stops.at_end(now + 61, 60) is None
    stops.sent(SIGKILL, StoppedBy.REQUEST)
    stop = stops.at_end(now + 61, 60)
    assert stop is not None
    assert (stop.by, stop.signal) == (StoppedBy.REQUEST, SIGKILL)
