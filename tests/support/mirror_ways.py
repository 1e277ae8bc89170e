"""The ways that a training takes to W&B, with tuimon and with `wandb.init(sync_tensorboard=True)`.

`python tests/bench/mirror_truth.py` prints what becomes of it.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from support.host import TUIMON, Host
from support.mirror_runs import MirrorUnderTest, end_run, new_run
from support.mirror_scenarios import kill_some
from support.mirror_truth import (
    EXIT_CODE,
    OWN,
    TRAINING,
    Launch,
    Point,
    Training,
    stretch,
)
from support.waiting import wait_until
from support.wandb_server import WandbServer, online
from tuimon.runs.record import MirrorOptions, RunState


class Stage:
    """A machine with a server, where one way is played."""

    def __init__(self, directory: Path, server: WandbServer) -> None:
        self.project = directory / "project"
        self.told = directory / "told"
        for path in (self.project, self.told, directory / "home"):
            path.mkdir(parents=True)
        self.server = server
        self.settings = online(server) | {
            "WANDB_ERROR_REPORTING": "false",
            "WANDB_X_STATS_SAMPLING_INTERVAL": "1",
        }
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("WANDB_", "TUIMON_", "PYTHON"))
        }
        self.host = Host(
            directory / "home",
            self.project,
            environment
            | self.settings
            | {
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "TUIMON_HOME": str(directory / "home"),
                "TUIMON_CONFIG": str(directory / "config.toml"),
                "NETRC": str(directory / "netrc"),
                "WANDB_CONFIG_DIR": str(directory / "settings"),
                "TOLD": str(self.told),
            },
        )
        self.host.script(TRAINING, "train.py")

    def run(self, *args: str, wait: bool = True, options: Sequence[str] = ()) -> None:
        """Launch the script under tuimon, and wait for its end."""
        done = self.host.run("run", "--detach", *options, "train.py", *args)
        assert done.returncode == 0, done.stderr
        if wait:
            self.host.wait_for_end(180)

    def sync(self) -> None:
        done = self.host.run("sync", "--all", timeout=300)
        assert done.returncode == 0, done.stderr

    def alone(self, *args: str, **env: str) -> None:
        """The script with `wandb.init(sync_tensorboard=True)`."""
        self.popen(*args, "--wandb", **env).wait(180)

    def popen(
        self,
        *args: str,
        output: Path = Path(os.devnull),
        command: Sequence[str] = (sys.executable, "train.py"),
        **env: str,
    ) -> "subprocess.Popen[bytes]":
        """The script as such."""
        with output.open("ab") as file:
            return subprocess.Popen(
                [*command, *args],
                cwd=self.project,
                env=self.host.env | env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.DEVNULL,
            )

    def tuimon(self, *args: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [TUIMON, *args],
            cwd=self.project,
            env=self.host.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_for_all(self, launches: int) -> None:
        wait_until(lambda: len(self.launches()) == launches, 180, 0.2)
        self.host.wait_for_end(180)

    def launches(self) -> list[dict[str, Any]]:
        """What the script told, launch by launch."""
        return [json.loads(path.read_text()) for path in sorted(self.told.iterdir())]

    def training(
        self,
        *directories: tuple[str, str],
        lr: float = 0.1,
        launches: slice = slice(None),
        files: str = "*tfevents*",
    ) -> Training:
        """What a training had whose directories have these prefixes at W&B."""
        told = self.launches()[launches]
        found = Training(
            lr=lr,
            launches=[Launch(one["began"], one["ended"]) for one in told],
            output=[line for one in told for line in one["lines"]],
            config={"lr": lr, "depth": 3},
            exit_code=EXIT_CODE,
        )
        for directory, prefix in directories or [("runs", "")]:
            found.read(self.project / directory, prefix, files)
        return found


RANKS = """
import os, subprocess, sys
ranks = [
    subprocess.Popen([sys.executable, "train.py", *sys.argv[1:]], env=os.environ | {"RANK": rank})
    for rank in "01"
]
sys.exit(max([rank.wait() for rank in ranks]))
"""
DAY = 86400

Play = Callable[[Stage], list[Training]]


@dataclass(frozen=True)
class Way:
    """How a training comes to W&B, with tuimon and without."""

    name: str
    mirrored: Play
    alone: Play | None = None
    why: str = ""
    """Why there is no way without tuimon, or what makes a difference."""


def live(stage: Stage) -> list[Training]:
    stage.run()
    return [stage.training()]


def live_alone(stage: Stage) -> list[Training]:
    stage.alone()
    return [stage.training()]


def offline(stage: Stage) -> list[Training]:
    stage.run(options=["--mirror", "offline"])
    stage.sync()
    return [stage.training()]


def offline_alone(stage: Stage) -> list[Training]:
    stage.alone(WANDB_MODE="offline")
    runs = map(str, stage.project.glob("wandb/offline-run-*"))
    subprocess.run(  # which dies of a panic of wandb-core 0.31
        [sys.executable, "-m", "wandb", "sync", *runs],
        cwd=stage.project, env=stage.host.env, capture_output=True,
    )  # fmt: skip
    return [stage.training()]


def slow_uploads(kills: int) -> Play:
    """`tuimon sync`, its mirror and wandb-core are killed while files are uploaded."""

    def play(stage: Stage) -> list[Training]:
        stage.run("--images", "20", options=["--mirror", "offline"])
        stage.server.upload_seconds = 0.3
        chance = random.Random(kills)
        for _ in range(kills):
            syncing = stage.tuimon("sync")
            time.sleep(chance.uniform(0.0, 6.0))
            syncing.kill()
            syncing.wait()
            stage.host.kill_all()
        stage.server.upload_seconds = 0.0
        stage.sync()
        return [stage.training()]

    return play


def killed(kills: int) -> Play:
    """The mirror, wandb-core or both are killed, at any moment of their lives."""

    def play(stage: Stage) -> list[Training]:
        with patch.dict(os.environ, stage.host.env):
            paths = new_run(stage.project, stage.project / "runs", MirrorOptions(), time.time())
            training = stage.popen(
                "--lr", "0.1", "--steps", str(60 + 45 * kills), output=paths.console_log
            )
            chance = random.Random(kills)
            for _ in range(kills):
                with MirrorUnderTest(paths, stage.settings) as mirror:
                    time.sleep(chance.uniform(0.0, 4.0))
                    kill_some(mirror, chance)
            code = training.wait()
            end_run(paths, RunState.FAILED, exit_code=code)
            with MirrorUnderTest(paths, stage.settings) as mirror:
                assert mirror.finish(150) == 0, paths.log.read_text()
        return [stage.training()]

    return play


def trials(stage: Stage) -> list[Training]:
    stage.run("--trials", "3")
    return _trials(stage)


def trials_alone(stage: Stage) -> list[Training]:
    stage.alone("--trials", "3")
    return _trials(stage)


def _trials(stage: Stage) -> list[Training]:
    (told,) = stage.launches()
    _, *others = found = [
        stage.training((f"runs/trial{number}", ""), lr=lr)
        for number, lr in enumerate(told["rates"])
    ]
    for one in others:
        times = [time for times in one.points.values() for time in times]
        one.launches = [Launch(min(times), max(times))]
        one.output, one.is_measured, one.exit_code = None, False, 0
    return found


def three_launches(stage: Stage) -> list[Training]:
    for first in (0, 100, 200):
        stage.run("--first", str(first))
    return [stage.training()]


def three_launches_alone(stage: Stage) -> list[Training]:
    for first in (0, 100, 200):
        stage.alone("--first", str(first))
    return [stage.training()]


def at_once(stage: Stage) -> list[Training]:
    for rate in ("0.1", "0.01"):
        stage.run("--lr", rate, wait=False)
    stage.wait_for_all(2)
    return _at_once(stage)


def at_once_alone(stage: Stage) -> list[Training]:
    trainings = [stage.popen("--lr", rate, "--wandb") for rate in ("0.1", "0.01")]
    for training in trainings:
        training.wait()
    return _at_once(stage)


def _at_once(stage: Stage) -> list[Training]:
    return [
        stage.training(
            lr=one["rates"][0],
            launches=slice(number, number + 1),
            files=f"*tfevents*.{one['pid']}.*",
        )
        for number, one in enumerate(stage.launches())
    ]


def links(stage: Stage) -> list[Training]:
    _link(stage)
    stage.run("--runs", "store/latest", options=["--logdir", "store"])
    return [stage.training(("store/seven", "seven/"))]


def links_alone(stage: Stage) -> list[Training]:
    _link(stage)
    stage.alone("--runs", "store/latest")
    return [stage.training(("store/seven", ""))]


def _link(stage: Stage) -> None:
    (stage.project / "store/seven").mkdir(parents=True)
    (stage.project / "store/latest").symlink_to("seven")


def deleted(stage: Stage) -> list[Training]:
    return _deleted(stage, stage.run)


def deleted_alone(stage: Stage) -> list[Training]:
    return _deleted(stage, stage.alone)


def _deleted(stage: Stage, run: Callable[..., None]) -> list[Training]:
    found = []
    for number, rate in enumerate((0.1, 0.01)):
        shutil.rmtree(stage.project / "runs", ignore_errors=True)
        run("--lr", str(rate))
        found.append(stage.training(lr=rate, launches=slice(number, number + 1)))
    return found


def existing(stage: Stage) -> list[Training]:
    """Logs of three days that ended a day ago."""
    stage.popen().wait()
    for path in stage.project.glob("runs/*tfevents*"):
        stretch(path, time.time() - 4 * DAY, 3 * DAY)
    done = stage.host.run("mirror", "runs", "--mirror", "online", timeout=180)
    assert done.returncode == 0, done.stderr
    training = stage.training()
    times = [time for times in training.points.values() for time in times]
    training.launches = [Launch(min(times), max(times))]
    training.output, training.exit_code, training.is_measured = None, 0, False
    return [training]


def ranks(stage: Stage) -> list[Training]:
    stage.host.script(RANKS, "ranks.py")
    done = stage.host.run("run", "--detach", "ranks.py", "--lr", "0.1")
    assert done.returncode == 0, done.stderr
    stage.host.wait_for_end(180)
    return _ranks(stage)


def ranks_alone(stage: Stage) -> list[Training]:
    trainings = [stage.popen("--wandb", RANK=rank) for rank in "01"]
    for training in trainings:
        training.wait()
    return _ranks(stage)


def _ranks(stage: Stage) -> list[Training]:
    found = stage.training(("runs/rank0", "rank0/"), ("runs/rank1", "rank1/"))
    began, ended = zip(*found.launches, strict=True)
    found.launches = [Launch(min(began), max(ended))]
    return [found]


def own(version: str, venvs: Path) -> Play:
    """The script opens a W&B run itself: that is the only one, and what is shown."""

    def play(stage: Stage) -> list[Training]:
        python = python_with_wandb(version, venvs)
        stage.host.script(OWN, "own.py")
        done = stage.host.run("run", "--detach", python, "own.py", "--lr", "0.1")
        assert done.returncode == 0, done.stderr
        stage.host.wait_for_end(180)
        found = _own(stage)
        found.shown = shown(stage)
        return [found]

    return play


def own_alone(version: str, venvs: Path) -> Play:
    """The same without tuimon."""

    def play(stage: Stage) -> list[Training]:
        python = python_with_wandb(version, venvs)
        stage.host.script(OWN, "own.py")
        stage.popen("--lr", "0.1", command=(python, "own.py")).wait(180)
        return [_own(stage)]

    return play


def _own(stage: Stage) -> Training:
    found = stage.training()
    for point in stage.launches()[0]["logged"]:
        found.add(*point)
    return found


def shown(stage: Stage) -> list[Point]:
    """What tuimon has to show of the only run."""
    (run,) = stage.host.runs()
    done = stage.host.run("export", "--format", "jsonl", "--all", run["id"])
    assert done.returncode == 0, done.stderr
    rows = map(json.loads, done.stdout.splitlines())
    return [Point.of(row["tag"], row["step"], row["value"]) for row in rows]


def python_with_wandb(version: str, venvs: Path) -> str:
    """The Python of an environment with a wandb, which is made once."""
    python = venvs / f"wandb-{version}" / "bin" / "python"
    if not (python.parent / "wandb").exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        needs = [f"wandb=={version}", "setuptools<80", "numpy<2"]
        subprocess.run([str(python), "-m", "pip", "install", "-q", *needs], check=True)
    return str(python)


def ways(kills: int, venvs: Path) -> list[Way]:
    few = max(kills // 10, 2)
    return [
        Way("live", live, live_alone),
        Way("offline, then sync", offline, offline_alone),
        Way(f"mirror or wandb-core killed {kills}×", killed(kills)),
        Way(f"upload of files killed {few}×", slow_uploads(few)),
        Way("three trials", trials, trials_alone),
        Way("three launches", three_launches, three_launches_alone),
        Way("two at once, one directory", at_once, at_once_alone),
        Way("links", links, links_alone),
        Way("directory deleted and rewritten", deleted, deleted_alone),
        Way("logs of three days", existing),
        Way("two ranks", ranks, ranks_alone),
        *(
            Way(f"own run, wandb {version}", own(version, venvs), own_alone(version, venvs))
            for version in ("0.16.6", "0.19.11", "0.25.1", "0.31.0")
        ),
    ]
