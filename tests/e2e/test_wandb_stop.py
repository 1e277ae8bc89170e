""" "Stop run" on W&B's page stops the training; no signal ends its mirror before that."""

import os
import signal

import psutil
import pytest

from support.host import WRITER, Host
from support.mirror_runs import comparable, mirrored, written
from support.waiting import wait_until
from support.wandb_server import ServedRun, WandbServer, online
from tuimon.runs.alerts import read_alerts
from tuimon.runs.lookup import find_run
from tuimon.runs.paths import RunPaths

TRAINING = (
    WRITER
    + """
writer = EventFileWriter("runs")
def log(step):
    summary = Summary(value=[Summary.Value(tag="loss", simple_value=step / 3)])
    writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
    writer.flush()
step = 0
try:
    while True:
        log(step)
        step += 1
        time.sleep(0.1)
except KeyboardInterrupt:
    log(step + 1000)
    writer.close()
    sys.exit(7)
"""
)


def launch(host: Host, *options: str) -> RunPaths:
    done = host.run("run", "--detach", "--no-save-code", *options, host.script(TRAINING))
    assert done.returncode == 0, done.stderr
    return find_run(None, host.home).paths


def served(server: WandbServer, rows: int) -> ServedRun:
    """The run, once the server has so many rows of it."""
    wait_until(lambda: any(len(run.history) >= rows for run in server.runs.values()), 60)
    (run,) = server.runs.values()
    return run


def told(paths: RunPaths) -> str:
    """What its mirror tells."""
    return paths.mirror_json.read_text() if paths.mirror_json.exists() else ""


def mirror_of(host: Host) -> psutil.Process:
    (mirror,) = (one for one in host.processes() if "tuimon.mirror" in one.cmdline())
    return mirror


def test_the_training_is_stopped_by_the_ladder_and_the_mirror_outlives_signals(
    host: Host, server: WandbServer
) -> None:
    host.env |= online(server)
    paths = launch(host)
    run = served(server, 5)
    mirror = mirror_of(host)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(mirror.pid, number)
    served(server, len(run.history) + 10)
    assert mirror_of(host) == mirror
    run.stopped = True
    told = host.wait_for_end()
    assert (told["state"], told["exit_code"]) == ("stopped", 7)
    assert told["cause"] == "stopped from W&B's page (SIGINT), exit code 7"
    titles = [alert.title for alert in read_alerts(paths.alerts)]
    assert "stopped from W&B's page" in titles
    assert (run.complete, run.exit_code) == (True, 7)
    assert comparable(mirrored(run.history)) == comparable(written(host.project / "runs"))


@pytest.mark.long
def test_a_stop_of_an_earlier_launch_and_an_unwanted_one_stop_nothing(
    host: Host, server: WandbServer
) -> None:
    host.env |= online(server)
    launch(host)
    served(server, 3).stopped = True
    host.wait_for_end()
    paths = launch(host, "--wandb-stop")
    wait_until(lambda: "earlier launch" in told(paths), 60)
    rows = len(served(server, 1).history)
    served(server, rows + 250)  # wandb looks every 15 s
    host.run("stop")
    assert "stopped by request" in host.wait_for_end()["cause"]
    unwanted = launch(host, "--no-wandb-stop", "--no-wandb-resume")
    wait_until(lambda: len(server.runs) == 2, 60)
    newest = [*server.runs.values()][-1]
    newest.stopped = True
    wait_until(lambda: "not wanted" in told(unwanted), 60)
    assert host.runs()[0]["state"] == "running"
    host.run("stop")
