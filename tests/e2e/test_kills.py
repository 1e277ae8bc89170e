"""SIGKILL at random moments to every process around a training: 200 rounds."""

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from support.guarded import pumps_of
from support.host import Host
from support.terminal import Terminal
from support.waiting import wait_until
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

TRAININGS = 12
KILLS = 15
LOST_GUARDIANS = 20
LINES = 2000

MORE = 40

# Metrics come from what is printed. The other lines keep the pump at work, so that it is killed
# amid what it does and not while it waits.
SCRIPT = f"""
import sys, time
for step in range(1, {LINES} + 1):
    print(f"step {{step}} loss: {{1 / step:.6f}}", flush=True)
    for number in range({MORE}):
        print("line", step, number, flush=True)
    time.sleep(0.003)
sys.exit(7)
"""
OUTPUT = "".join(
    f"step {step} loss: {1 / step:.6f}\n" + "".join(f"line {step} {n}\n" for n in range(MORE))
    for step in range(1, LINES + 1)
)


class Watched:
    """A training with a viewer, and what is to be killed around it."""

    def __init__(self, host: Host) -> None:
        self.host = host
        script = host.script(SCRIPT)
        launched = host.run("run", "--detach", "--mirror", "off", "--console-metrics", script)
        assert launched.returncode == 0, launched.stderr
        self.run = host.runs()[0]
        self.viewer = self._attach()

    def _attach(self) -> Terminal:
        return self.host.terminal("attach", self.run["id"])

    def kill_viewer(self) -> None:
        with self.viewer:
            self.viewer.kill()
        self.viewer = self._attach()

    def kill_pump(self) -> None:
        for process in pumps_of(psutil.Process(self.run["guardian"]["pid"])):
            process.kill()

    def kill_recorder(self) -> None:
        guardian = psutil.Process(self.run["guardian"]["pid"])
        for process in guardian.children():
            with suppress(psutil.Error):  # it has just ended
                if "tuimon.recorder" in process.cmdline():
                    process.kill()

    def kill_guardian(self) -> None:
        os.kill(self.run["guardian"]["pid"], 9)

    @property
    def going(self) -> bool:
        return psutil.pid_exists(self.run["child"]["pid"])


def rounds(seed: int, watched: Watched, kills: int) -> None:
    chance = random.Random(seed)
    victims: list[Callable[[], None]] = [
        watched.kill_pump, watched.kill_pump, watched.kill_recorder, watched.kill_viewer
    ]  # fmt: skip
    for _ in range(kills):
        time.sleep(chance.random() * 0.4)
        with suppress(psutil.NoSuchProcess):
            chance.choice(victims)()


@pytest.mark.parametrize("seed", range(TRAININGS))
def test_not_a_line_a_point_or_the_exit_code_is_lost(host: Host, seed: int):
    watched = Watched(host)
    rounds(seed, watched, KILLS)
    with watched.viewer as viewer:
        viewer.wait_for("exit code 7", 60)
        viewer.press("q")
        viewer.wait_for_exit()
    run = host.wait_for_end(90)
    assert (run["state"], run["exit_code"]) == ("failed", 7)
    assert host.run("logs").stdout == OUTPUT
    store = load([LogSource(path=str(Path(run["directory"]) / "console-metrics"))]).store
    (series,) = (series for found in store.runs.values() for series in found.series.values())
    points = series.snapshot()
    assert points.steps.tolist() == list(range(1, LINES + 1))
    assert points.values.tolist() == pytest.approx([1 / s for s in points.steps], abs=1e-6)


@pytest.mark.parametrize("seed", range(LOST_GUARDIANS))
def test_loss_of_the_guardian_is_told_and_the_training_goes_on(host: Host, seed: int):
    watched = Watched(host)
    time.sleep(random.Random(seed).random() * 2)
    watched.kill_guardian()
    host.wait_for_state("lost", timeout=20)
    assert "still runs" in host.runs()[0]["cause"]
    assert watched.going
    wait_until(lambda: not watched.going, 60)
    with watched.viewer as viewer:
        viewer.wait_for("lost", 10)
    wait_until(lambda: host.run("logs").stdout == OUTPUT, 10)
    run = host.runs()[0]
    assert run["state"] == "lost"
    assert run["cause"] == "the guardian was killed; how the training ended is not known"
