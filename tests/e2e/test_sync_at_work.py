"""`tuimon sync` of a run whose upload another process is at, and of what cannot be checked."""

import os
import select
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from torch.utils.tensorboard import SummaryWriter

from support.host import TUIMON
from support.mirror_runs import MirrorUnderTest, end_run, new_run
from support.waiting import wait_until
from support.wandb_server import KEY, ServedRun, WandbServer
from tuimon.mirror.upload import request_upload
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions, MirrorRecord, read_record

IMAGES = 30


@pytest.fixture
def run(tmp_path: Path) -> RunPaths:
    """One that has ended, offline."""
    random = np.random.default_rng(0)
    with SummaryWriter(str(tmp_path / "runs")) as writer:
        for step in range(IMAGES):
            writer.add_scalar("loss", step / 3, step)
            writer.add_image("sample", random.random((3, 8, 8)), step)
    (tmp_path / "train.py").write_text("pass")
    options = MirrorOptions(mode="offline", log_code=str(tmp_path))
    paths = new_run(tmp_path, tmp_path / "runs", options)
    paths.console_log.write_text("epoch 1\nepoch 2\n")
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0
    return paths


def environ(server: WandbServer) -> dict[str, str]:
    return os.environ | {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}


def sync(
    paths: RunPaths, server: WandbServer, errors: int = subprocess.PIPE
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [TUIMON, "sync", paths.id],
        env=environ(server),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        start_new_session=True,
    )


def images(run: ServedRun) -> list[bool]:
    """Of each image that a row names, whether it is there."""
    rows = [row["sample"]["path"] for row in run.history if "sample" in row]
    return [run.stored.get(path) is not None for path in rows]


@pytest.mark.long
def test_images_of_a_killed_upload_arrive_and_sync_waits_for_them(
    run: RunPaths, server: WandbServer
) -> None:
    server.loses = lambda name: name.endswith(".png")
    request_upload(run)
    with MirrorUnderTest(run, environ(server)) as mirror:
        rows = 2 * IMAGES
        wait_until(lambda: any(len(one.history) == rows for one in server.runs.values()), 60)
        mirror.kill()
    (served,) = server.runs.values()
    assert images(served) == [False] * IMAGES
    server.loses = lambda name: False
    server.takes_files.clear()
    killed = _record(run).directory
    first = sync(run, server)
    wait_until(lambda: _record(run).directory != killed and _record(run).files == IMAGES, 60)
    os.killpg(first.pid, signal.SIGKILL)  # its mirror goes on
    terminal, its_end = os.openpty()
    waiting, interrupted = sync(run, server), sync(run, server, its_end)
    rows = f"100%  {2 * IMAGES} of {2 * IMAGES} rows, {IMAGES} files to go"
    assert _read_until(terminal, rows)
    interrupted.send_signal(signal.SIGINT)
    assert _read_until(terminal, "its mirror goes on with the upload")
    assert interrupted.wait(60) == 130
    assert waiting.poll() is None, "the files are not there yet"
    server.takes_files.set()
    said, errors = waiting.communicate(timeout=100)
    assert (waiting.returncode, errors) == (0, "")
    assert said.startswith(f"{run.id} is uploaded: http")
    assert images(served) == [True] * IMAGES
    assert len(served.history) == 2 * IMAGES
    assert [line.partition(" ")[2] for line in served.lines("output.log")] == ["epoch 1", "epoch 2"]
    assert len(set(served.artifacts)) == 1, "the source files, which do not change"
    assert not [*run.wandb.glob("run-*/files/media/**/*.png")], "the server has them"


@pytest.mark.long
def test_what_the_server_does_not_tell_is_not_claimed(run: RunPaths, server: WandbServer) -> None:
    server.tells_files = False
    told = sync(run, server)
    said, errors = told.communicate(timeout=100)
    assert (told.returncode, said) == (1, "")
    assert errors.startswith(
        f"tuimon: {run.id} was sent, but whether all files are there cannot be checked: "
    )
    server.tells_files = True
    told = sync(run, server)
    assert told.communicate(timeout=100)[0].startswith(f"{run.id} is uploaded")


def _record(paths: RunPaths) -> MirrorRecord:
    return read_record(MirrorRecord, paths.mirror_json) or MirrorRecord()


def _read_until(terminal: int, text: str) -> bytes:
    """What a terminal is sent, up to a text."""
    read = b""
    while text.encode() not in read:
        assert select.select([terminal], [], [], 60)[0], read
        read += os.read(terminal, 4096)
    return read
