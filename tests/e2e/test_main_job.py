"""The main job: a real training in tmux, the terminal lost, everything still there."""

import json
import math
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from support.host import DEMO, TUIMON, Host
from support.waiting import wait_until
from support.wandb_history import history_rows
from tuimon.mirror.offline_file import OfflineFile

EPOCHS = 3
STEPS = EPOCHS * 42
QUICK = ("--batch-size", "256", "--epochs", "2")  # five steps an epoch

Points = dict[str, list[tuple[int, float]]]


class Tmux:
    """A tmux server of its own."""

    def __init__(self, host: Host) -> None:
        self._socket = str(host.home / "tmux.sock")
        self._host = host

    def __call__(self, *args: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", *args],
            env=self._host.env,
            cwd=self._host.project,
            capture_output=True,
            text=True,
            timeout=20,
        )
        return done.stdout

    def screen(self) -> str:
        return self("capture-pane", "-p", "-t", "main")


@pytest.fixture
def tmux(host: Host):
    server = Tmux(host)
    yield server
    server("kill-server")


def event_file_points(logdir: Path) -> Points:
    """All scalars below a log directory by TensorBoard's reader, in the digits of their floats."""
    points: Points = defaultdict(list)
    for directory in {path.parent for path in logdir.rglob("*tfevents*")}:
        reader = EventAccumulator(str(directory), size_guidance={"scalars": 0})
        reader.Reload()
        for tag in reader.Tags()["scalars"]:
            points[tag] += [
                (event.step, float(str(np.float32(event.value)))) for event in reader.Scalars(tag)
            ]
    return dict(points)


def offline_points(directory: Path) -> Points:
    """All scalars of the offline runs below a directory, by tag in the order of their rows."""
    points: Points = defaultdict(list)
    for path in sorted(directory.rglob("*.wandb")):
        for row in history_rows(OfflineFile(path)):
            for key, value in row.values.items():
                scalar = isinstance(value, float | int | str)  # NaN is a string there
                if scalar and not key.startswith("_") and key != "global_step":
                    points[key].append((int(row.values["global_step"]), float(value)))
    return dict(points)


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
def test_a_training_survives_its_terminal_and_is_mirrored_whole(host: Host, tmux: Tmux):
    command = f"{TUIMON} run --project digits {DEMO} --epochs {EPOCHS}"
    tmux("new-session", "-d", "-s", "main", "-x", "120", "-y", "40", command)
    wait_until(lambda: "━ test" in tmux.screen(), 60)
    first = tmux.screen()
    assert "● train" in first
    wait_until(lambda: tmux.screen() != first, 10)  # the curves move
    tmux("kill-server")

    run = host.wait_for_end(90)
    assert (run["state"], run["exit_code"]) == ("finished", 0)

    with host.terminal("attach") as terminal:
        screen = terminal.wait_for(lambda text: f"step {STEPS}" in text and "Accuracy" in text)
        assert "✓ train" in screen
        assert "finished" in screen
        terminal.press("i")
        terminal.wait_for("tuimon sync")
        terminal.press("\x1b")
        terminal.wait_for(lambda text: "tuimon sync" not in text)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0

    logged = event_file_points(host.project / "runs")
    assert len(logged["Loss/train"]) == STEPS
    assert len(logged["Accuracy/test"]) == EPOCHS
    mirrored = offline_points(Path(run["directory"]) / "wandb")
    assert mirrored.keys() == logged.keys()
    for tag, points in logged.items():
        assert mirrored[tag] == points, tag
    assert run["mirror"]["points"] == sum(map(len, logged.values()))
    assert run["mirror"]["state"] == "finished"
    assert str(run["mirror"]["project"]) == "digits"


@pytest.mark.long
def test_a_crash_shows_its_traceback_and_the_curves_up_to_it(host: Host):
    with host.terminal("run", DEMO, *QUICK, "--crash-at", "7", rows=24, columns=80) as terminal:
        screen = terminal.wait_for(
            lambda text: "failed" in text and "crashed on purpose" in text, 60
        )
        screen = terminal.wait_for(lambda text: "step 7" in text.splitlines()[0])
        assert "crashed on purpose at step 7" in screen
        assert "Loss" in screen
        terminal.press("q")
        assert terminal.wait_for_exit() == 1
    steps = event_file_points(host.project / "runs")["Loss/train"]
    assert steps[-1][0] == 7
    lines = host.run("attach").stdout
    assert "step 7" in lines
    assert "exit code 1" in lines


@pytest.mark.long
def test_a_diverging_training_is_drawn_and_mirrored_with_its_nans(host: Host):
    with host.terminal("run", DEMO, *QUICK, "--diverge", "--lr", "1e6") as terminal:
        terminal.wait_for("NaN", 90)
        terminal.wait_for("finished", 60)
        terminal.press("q")
        terminal.wait_for_exit()
    run = host.wait_for_end()
    logged = event_file_points(host.project / "runs")
    mirrored = offline_points(Path(run["directory"]) / "wandb")
    assert any(math.isnan(value) for _, value in logged["Loss/train"])
    for tag, points in logged.items():
        assert json.dumps(mirrored[tag]) == json.dumps(points), tag
