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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from support.host import TUIMON
from support.mirror_runs import MirrorUnderTest, end_run, new_run
from support.mirror_scenarios import kill_some
from support.mirror_stage import Stage
from support.mirror_truth import (
    OWN,
    Launch,
    Point,
    Training,
    stretch,
)
from support.waiting import wait_until
from tuimon.runs.record import MirrorOptions, RunState

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
    """The same script under wandb alone, if there is such a way."""


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


SCALARS = ("--scalars", "--images", "0")


def offline_scalars(kills: int) -> Play:
    """An offline file without media, which wandb-core sends itself; killed while it does."""

    def play(stage: Stage) -> list[Training]:
        stage.run(*SCALARS, options=["--mirror", "offline"])
        _kill_syncs(stage, kills, 4.0)
        stage.sync()
        return [stage.training()]

    return play


def _kill_syncs(stage: Stage, kills: int, longest: float) -> None:
    """Kill `tuimon sync`, its mirror and wandb-core at any moment of so many seconds."""
    chance = random.Random(kills)
    for _ in range(kills):
        syncing = stage.tuimon("sync")
        time.sleep(chance.uniform(0.0, longest))
        syncing.kill()
        syncing.wait()
        stage.host.kill_all()


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
        _kill_syncs(stage, kills, 6.0)
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
        _of_files(one)
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
    return [stage.training(("store/seven", ""))]


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
    return [_of_files(stage.training())]


def _of_files(training: Training) -> Training:
    """What can be known of a training that has left event files alone."""
    times = [time for times in training.points.values() for time in times]
    training.launches = [Launch(min(times), max(times))]
    training.output, training.exit_code, training.is_measured = None, 0, False
    return training


def watched(stage: Stage) -> list[Training]:
    """`tuimon mirror --watch` beside a training without tuimon."""
    (stage.project / "runs").mkdir()
    training = stage.popen()
    watching = stage.tuimon("mirror", "runs", "--watch", "--mirror", "online")
    training.wait()
    wait_until(lambda: any(run.complete for run in stage.server.runs.values()), 180, 0.2)
    watching.terminate()
    watching.wait()
    return [_of_files(stage.training())]


def by_itself(stage: Stage) -> list[Training]:
    """Offline until the server takes the key, while it is running."""
    stage.server.behaviour = "refuse"
    stage.run("--steps", "200", options=["--sync-when-online"], wait=False)
    stage.host.wait_for_run(lambda run: (run["mirror"] or {}).get("state") == "offline")
    stage.server.behaviour = "ok"
    stage.wait_for_all(1)
    return [stage.training()]


def requeued(stage: Stage) -> list[Training]:
    """A node dies, with all that runs there, and the job goes on on another one."""
    node = ["unshare", "--uts", "sh", "-c", 'hostname node7; exec "$@"', "sh"]
    done = subprocess.run(
        [*node, TUIMON, "run", "--detach", "train.py", "--lr", "0.1", "--steps", "1000"],
        cwd=stage.project, env=stage.host.env, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    wait_until(lambda: stage.launches() and len(stage.launches()[0]["lines"]) > 100, 60)
    stage.host.kill_all()
    (killed,) = stage.launches()
    stage.run("--first", str(len(killed["lines"])))
    return [stage.training()]


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
        Way("scalars offline, then sync", offline_scalars(0)),
        Way(f"scalars offline, sync killed {few}×", offline_scalars(few)),
        Way(f"mirror or wandb-core killed {kills}×", killed(kills)),
        Way(f"upload of files killed {few}×", slow_uploads(few)),
        Way("three trials", trials, trials_alone),
        Way("three launches", three_launches, three_launches_alone),
        Way("two at once, one directory", at_once, at_once_alone),
        Way("links", links, links_alone),
        Way("directory deleted and rewritten", deleted, deleted_alone),
        Way("logs of three days", existing),
        Way("logs that are written (`--watch`)", watched),
        Way("online by itself (`--sync-when-online`)", by_itself),
        Way("node lost, requeued on another", requeued),
        Way("two ranks", ranks, ranks_alone),
        *(
            Way(f"own run, wandb {version}", own(version, venvs), own_alone(version, venvs))
            for version in ("0.16.6", "0.19.11", "0.25.1", "0.31.0")
        ),
    ]
