"""Offline runs that go online, and log directories that are sent afterwards."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from torch.utils.tensorboard import SummaryWriter

from support.host import TUIMON
from support.mirror_runs import (
    MirrorUnderTest,
    comparable,
    end_run,
    mirrored,
    new_run,
    offline_files,
    written,
)
from support.sampling import few
from support.wandb_server import KEY, WandbServer
from tuimon.mirror.upload import request_upload
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions


def tuimon(
    *arguments: str, server: WandbServer | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, with a key for `server` if there is one."""
    environ = os.environ | (
        {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY} if server is not None else {}
    )
    return subprocess.run(
        [TUIMON, *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def write(logdir: Path, steps: range) -> None:
    with SummaryWriter(str(logdir), filename_suffix=f".{steps.start}") as writer:
        for step in steps:
            writer.add_scalar("loss", step / 3, step)


def offline_run(tmp_path: Path, logdir: Path) -> RunPaths:
    write(logdir, range(100))
    paths = new_run(tmp_path, logdir)
    paths.console_log.write_text("epoch 1\nepoch 2\n")
    alert = Alert(key="nan", level=AlertLevel.ERROR, title="NaN", text="", wall_time=0.0)
    AlertLog(paths.alerts).add(alert)
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0
    return paths


def test_sync_takes_an_ended_run_online_once(tmp_path: Path, server: WandbServer) -> None:
    logdir = tmp_path / "runs"
    paths = offline_run(tmp_path, logdir)
    refused = tuimon("sync")
    assert refused.returncode == 1
    assert "no W&B key: run `tuimon login`" in refused.stderr
    assert len(offline_files(paths)) == 1
    server.behaviour = "refuse"
    refused = tuimon("sync", server=server)
    assert refused.stderr == (
        f"tuimon: {paths.id} is not uploaded: the W&B key is refused (401): run `tuimon login`\n"
    )
    server.behaviour = "ok"
    for _ in range(2):
        done = tuimon("sync", paths.id, server=server)
        assert done.returncode == 0, done.stderr
        assert server.url in done.stdout
    (run,) = server.runs.values()
    assert comparable(mirrored(run.history)) == comparable(written(logdir))
    assert run.complete
    assert run.summary["loss.max"] == 33.0
    assert [line.partition(" ")[2] for line in run.lines("output.log")] == ["epoch 1", "epoch 2"]
    by_wandb = subprocess.run(
        [sys.executable, "-m", "wandb", "sync", *(file.parent for file in offline_files(paths))],
        env=os.environ | {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"skip" in (by_wandb.stdout + by_wandb.stderr).lower() or by_wandb.returncode == 0
    assert len(run.history) == 100, "wandb sync doubles nothing either"


def test_a_whole_offline_file_that_was_sent_in_part_is_gone_on_with(
    tmp_path: Path, server: WandbServer
) -> None:
    logdir = tmp_path / "runs"
    paths = offline_run(tmp_path, logdir)
    take = server.stream

    def take_some(run_id: str, body: dict[str, Any]) -> None:
        for part in (body.get("files") or {}).values():
            del part["content"][40:]
        take(run_id, body)
        if len(server.runs[run_id].files.get("wandb-history.jsonl", ())) > 1:
            server.behaviour = "fail"

    server.stream = take_some  # type: ignore[method-assign]
    request_upload(paths)
    environ = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
    with MirrorUnderTest(paths, environ) as mirror:
        mirror.wait_until(lambda _: server.behaviour == "fail")
        assert not list(paths.wandb.glob("run-*")), "wandb-core reads the offline file"
        mirror.kill()
    server.stream, server.behaviour = take, "ok"  # type: ignore[method-assign]
    (run,) = server.runs.values()
    assert 1 < len(run.history) < 100
    done = tuimon("sync", paths.id, server=server)
    assert done.returncode == 0, done.stderr
    assert comparable(mirrored(run.history)) == comparable(written(logdir))
    assert [line.partition(" ")[2] for line in run.lines("output.log")] == ["epoch 1", "epoch 2"]
    assert len(server.alerts) == 1


@pytest.mark.parametrize(
    "when", few(["the training ends", "it is asked to", "the server is there"])
)
def test_an_offline_run_goes_online_when(tmp_path: Path, server: WandbServer, when: str) -> None:
    logdir = tmp_path / "runs"
    environ = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
    asked = when == "it is asked to"
    paths = new_run(tmp_path, logdir, MirrorOptions(when_online=not asked))
    server.behaviour = "refuse"  # said at once; of other faults wandb waits for the end
    with MirrorUnderTest(paths, environ) as mirror, SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("loss", 1.0, 0)
        mirror.wait_until(lambda record: record.state == "offline" and record.points == 1, 60)
        assert "the W&B key is refused (401): run `tuimon login`" in (mirror.record.detail or "")
        server.behaviour = "ok"
        if when == "the training ends":
            assert not server.runs, "it is too early for the mirror to look again"
        else:
            if asked:
                request_upload(paths)
            mirror.wait_until(lambda record: record.state == "live")
            writer.add_scalar("loss", 2.0, 1)
            mirror.wait_until(lambda record: record.points == 2)
        end_run(paths)
        assert mirror.finish() == 0
    (run,) = server.runs.values()
    assert run.complete
    assert comparable(mirrored(run.history)) == comparable(written(logdir))
    assert mirror.record.sync_command is None


@pytest.mark.long
def test_an_upload_that_is_killed_goes_on(tmp_path: Path, server: WandbServer) -> None:
    logdir = tmp_path / "runs"
    paths = offline_run(tmp_path, logdir)
    environ = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
    for delay in (1.0, 1.5, 2.5):
        request_upload(paths)
        with MirrorUnderTest(paths, environ) as mirror:
            time.sleep(delay)
            mirror.kill()
    done = tuimon("sync", paths.id, server=server)
    assert done.returncode == 0, done.stderr
    (run,) = server.runs.values()
    assert comparable(mirrored(run.history)) == comparable(written(logdir))


def test_log_directories_are_mirrored_one_run_each_and_only_once(
    tmp_path: Path, server: WandbServer
) -> None:
    root = tmp_path / "sweep"
    write(root / "a", range(30))
    write(root / "a" / "extra", range(3))
    write(root / "b" / "train", range(20))
    write(root / "b" / "val", range(10))
    done = tuimon("mirror", str(root), "--project", "digits", server=server)
    assert done.returncode == 0, done.stderr
    runs = {run.name: run for run in server.runs.values()}
    assert set(runs) == {"a", "b"}
    assert {run.group for run in runs.values()} == {"sweep"}
    for name, run in runs.items():
        assert comparable(mirrored(run.history)) == comparable(written(root / name))
    write(root / "b" / "val", range(10, 15))
    done = tuimon("mirror", str(root), "--project", "digits", server=server)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("complete before") == 1
    assert len(server.runs) == 2
    assert comparable(mirrored(runs["a"].history)) == comparable(written(root / "a"))
    assert comparable(mirrored(runs["b"].history)) == comparable(written(root / "b"))


@pytest.mark.long
def test_a_log_directory_that_a_launch_has_mirrored_is_not_sent_again(
    tmp_path: Path, server: WandbServer
) -> None:
    logdir = tmp_path / "runs"
    paths = offline_run(tmp_path, logdir)
    done = tuimon("mirror", str(logdir), "--mirror", "online", server=server)
    assert done.returncode == 0, done.stderr
    (run,) = server.runs.values()
    assert comparable(mirrored(run.history)) == comparable(written(logdir))
    done = tuimon("sync", paths.id, server=server)
    assert done.returncode == 0, done.stderr
    assert len(run.history) == 100
