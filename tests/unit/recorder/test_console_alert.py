"""The recorder tells when metrics of the console are missing."""

import threading

import pytest

from support.stored_runs import made
from tuimon.recorder.recorder import Recorder
from tuimon.runs.alerts import AlertLevel, read_alerts
from tuimon.runs.record import MirrorOptions


@pytest.mark.parametrize("seconds", [0.0, 30.0])
def test_output_that_came_too_fast_is_told(seconds: float, monkeypatch: pytest.MonkeyPatch):
    limit = "tuimon.recorder.console_metrics.feed._LAST_CPU_SECONDS"
    monkeypatch.setattr(limit, seconds)
    paths = made("fast", ended=1.0, mirror=MirrorOptions(mode="off"), console_metrics="on")
    paths.console_log.write_bytes(b"".join(b"step %d loss: 0.5\r\n" % n for n in range(20_000)))
    Recorder(paths, threading.Event()).run()
    told = {alert.key: alert for alert in read_alerts(paths.alerts)}
    assert ("console metrics" in told) == (seconds == 0.0)
    if alert := told.get("console metrics"):
        assert alert.level is AlertLevel.WARN
        assert alert.title == "metrics from the console are incomplete"
        assert alert.text == (
            "the last 363 KB of the output came too fast to be read; "
            "a SummaryWriter in the script loses no point"
        )
