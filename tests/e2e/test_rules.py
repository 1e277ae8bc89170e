"""Rules of the user's own act through the guardian of a real training."""

from support.host import WRITER, Host
from support.waiting import wait_until
from tuimon.runs.alerts import read_alerts
from tuimon.runs.lookup import find_run
from tuimon.runs.record import RunState

TRAINING = (
    WRITER
    + """
import signal
signal.signal(signal.SIGUSR1, lambda *_: print("checkpoint", flush=True))
writer = EventFileWriter("runs")
step = 0
while True:
    value = float("nan") if step > 20 else step / 3
    summary = Summary(value=[Summary.Value(tag="loss", simple_value=value)])
    writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
    writer.flush()
    step += 1
    time.sleep(0.1)
"""
)


def test_a_rule_signals_and_another_one_stops_the_training(host: Host) -> None:
    script = host.script(TRAINING)
    rules = ("--rule", "loss > 2: signal USR1", "--rule", "lss > 2", "--on-nan", "stop")
    done = host.run("run", "--detach", "--mirror", "off", *rules, script)
    assert done.returncode == 0, done.stderr
    status = find_run(None, host.home)
    host.wait_for_end()
    told = lambda: {alert.key: alert for alert in read_alerts(status.paths.alerts)}  # noqa: E731
    assert wait_until(lambda: "ended" in told(), 20)
    alerts = told()
    assert list(alerts) == [
        "rule loss > 2: signal USR1 loss",
        "rule * is nan: stop loss",
        "rule unmatched lss > 2: notify",
        "ended",
    ]
    assert alerts["rule loss > 2: signal USR1 loss"].text.endswith("was sent SIGUSR1.")
    assert "The training is stopped: SIGINT" in alerts["rule * is nan: stop loss"].text
    assert b"checkpoint" in status.paths.console_log.read_bytes()
    status = find_run(None, host.home)
    assert (status.state, status.record.stop_by) == (RunState.STOPPED, "by a rule of yours")


def test_what_is_no_rule_is_refused_before_anything_starts(host: Host) -> None:
    done = host.run("run", "--rule", "loss: stop", host.script("open('started', 'w')"))
    assert done.returncode == 2
    assert "it compares nothing; such as 'val/loss > 3 for 5m: notify'" in done.stderr
    assert not (host.project / "started").exists()
