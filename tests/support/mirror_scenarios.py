"""What a mirrored training goes through, and the points that are left of it where they should be.

The long test shares these with what prints the table of tuimon/docs/measured.md
(`python tests/bench/mirror_points.py`).
"""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from torch.utils.tensorboard import SummaryWriter

from support.mirror_runs import (
    MirrorUnderTest,
    Points,
    end_run,
    mirrored,
    new_run,
    offline_rows,
    written,
)
from support.wandb_server import KEY, WandbServer, wandb_server
from tuimon.mirror.journal_home import home_of
from tuimon.mirror.upload import request_upload
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions

Count = Counter[tuple[str, int, str]]
"""How often a tag, step and value are there."""

Play = Callable[[Path, Path, Mapping[str, str], WandbServer], RunPaths]
"""Plays a training below a directory, with a log directory, an environment that leads to the server
or to none, and the server; returns its last launch."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Points in event files and in W&B, of a training offline and another online.

    `lost` and `doubled` are of both together: tag, step and value are compared.
    """

    offline: tuple[int, int]
    online: tuple[int, int]
    lost: int
    doubled: int


def outcome(directory: Path, play: Play) -> Outcome:
    """Play a scenario offline and, at the same time, online, and count."""
    with ThreadPoolExecutor(2) as threads:
        plays = [threads.submit(_play_one, directory, mode, play) for mode in ("offline", "online")]
        (files, offline), (more_files, online) = (one.result() for one in plays)
    return Outcome(
        offline=(files.total(), offline.total()),
        online=(more_files.total(), online.total()),
        lost=(files - offline).total() + (more_files - online).total(),
        doubled=(offline - files).total() + (online - more_files).total(),
    )


def _play_one(directory: Path, mode: str, play: Play) -> tuple[Count, Count]:
    """Points of the event files, and those in W&B."""
    logdir = directory / mode
    with wandb_server() as server:
        environ = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        paths = play(directory, logdir, environ if mode == "online" else {}, server)
        if mode == "online":
            (run,) = server.runs.values()
            points = mirrored(run.history)
        else:
            points = mirrored(row.values for row in offline_rows(home_of(paths)))
    return _counted(written(logdir)), _counted(points)


def _counted(points: Points) -> Count:
    # As text, so that NaN is NaN; in single precision, whichever digits name a value.
    return Counter(
        (key, step, repr(np.float32(value).item()))
        for key, pairs in points.items()
        for step, value in pairs
    )


@contextmanager
def training(logdir: Path) -> Iterator[None]:
    """Writes four tags in two directories, two hundred steps a second, and a histogram now and
    then."""
    stop = threading.Event()

    def write() -> None:
        with SummaryWriter(str(logdir)) as writer, SummaryWriter(str(logdir / "val")) as other:
            step = 0
            while not stop.wait(0.005):
                writer.add_scalar("loss", step / 3, step)
                writer.add_scalar("lr", float("nan") if step % 100 == 7 else 0.1, step)
                writer.add_scalar("cycle", step % 5, step % 40)
                other.add_scalar("loss", step / 7, step)
                if step % 50 == 0:
                    writer.add_histogram("weights", np.array([0.0, step, 1.0]), step)
                step += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def finish(paths: RunPaths, environ: Mapping[str, str]) -> None:
    end_run(paths)
    with MirrorUnderTest(paths, environ) as mirror:
        assert mirror.finish(150) == 0, paths.log.read_text()


def normal(
    directory: Path, logdir: Path, environ: Mapping[str, str], _server: WandbServer
) -> RunPaths:
    """Nothing happens."""
    paths = new_run(directory, logdir, MirrorOptions())
    with MirrorUnderTest(paths, environ) as mirror:
        with training(logdir):
            mirror.wait_until(lambda record: record.points > 1000)
        end_run(paths)
        assert mirror.finish() == 0
    return paths


def killed(kills: int) -> Play:
    """The mirror, wandb-core or both are killed, at any moment of their lives."""

    def play(
        directory: Path, logdir: Path, environ: Mapping[str, str], _server: WandbServer
    ) -> RunPaths:
        paths = new_run(directory, logdir, MirrorOptions())
        chance = random.Random(kills)
        with training(logdir):
            for _ in range(kills):
                with MirrorUnderTest(paths, environ) as mirror:
                    time.sleep(chance.uniform(0.0, 2.0))
                    kill_some(mirror, chance)
        finish(paths, environ)
        return paths

    return play


def kill_some(mirror: MirrorUnderTest, chance: random.Random) -> None:
    """What is left is killed when the next mirror starts, as the recorder does it."""
    with suppress(psutil.Error):
        top = psutil.Process(mirror.process.pid)
        core = top.children(recursive=True)
        if core and chance.random() < 0.5:
            core[0].kill()
            time.sleep(chance.uniform(0.0, 0.5))
        if chance.random() < 0.3:
            mirror.process.send_signal(signal.SIGTERM)
            time.sleep(chance.uniform(0.0, 0.5))
        top.kill()


def network_down(
    directory: Path, logdir: Path, environ: Mapping[str, str], server: WandbServer
) -> RunPaths:
    """The server is out of order at the start, then there, then away for a while, then back."""
    paths = new_run(directory, logdir, MirrorOptions())
    server.behaviour = "fail" if environ else "ok"
    with MirrorUnderTest(paths, environ) as mirror:
        with training(logdir):
            mirror.wait_until(lambda record: record.state == "offline" and record.points > 0, 60)
            if environ:
                server.behaviour = "ok"
                request_upload(paths)
                mirror.wait_until(lambda record: record.state == "live")
                for fault in ("hang", "limit"):
                    server.behaviour = fault  # type: ignore[assignment]
                    time.sleep(3)
                server.behaviour = "ok"
                server.released.set()
            time.sleep(1)
        end_run(paths)
        assert mirror.finish(150) == 0
    return paths


def purge(
    directory: Path, logdir: Path, environ: Mapping[str, str], _server: WandbServer
) -> RunPaths:
    """A restart from a checkpoint logs steps again and purges what it had logged of them."""
    for begin, end in ((0, 300), (200, 500)):
        paths = new_run(directory, logdir, MirrorOptions(), time.time())
        with SummaryWriter(
            str(logdir), purge_step=begin or None, filename_suffix=f".{begin}"
        ) as writer:
            for step in range(begin, end):
                writer.add_scalar("loss", step / 3 + begin, step)
        finish(paths, environ)
    return paths


def restarts(
    directory: Path, logdir: Path, environ: Mapping[str, str], _server: WandbServer
) -> RunPaths:
    """Two restarts that go on where the launch before them ended; each is killed."""
    for _ in range(3):
        paths = new_run(directory, logdir, MirrorOptions(), time.time())
        with MirrorUnderTest(paths, environ) as mirror, training(logdir):
            mirror.wait_until(lambda record: record.state in ("live", "offline"))
            time.sleep(2)
            mirror.kill()
        finish(paths, environ)
    return paths


def scenarios(kills: int) -> dict[str, Play]:
    """By name, as the table calls them."""
    return {
        "normal": normal,
        f"killed {kills}×": killed(kills),
        "network down and back": network_down,
        "steps logged again (purge)": purge,
        "two restarts": restarts,
    }
