"""Uploads that are killed at any moment: whatever rows name is at the server in the end."""

import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.tensorboard import SummaryWriter

from support.mirror_runs import (
    MirrorUnderTest,
    comparable,
    end_run,
    mirrored,
    new_run,
    written,
)
from support.wandb_server import KEY, ServedRun, WandbServer, wandb_server
from tuimon.mirror.upload import request_upload
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions

STEPS = 60
LINES = [f"line {number}" if number % 7 else "" for number in range(3000)]
KILLS = 5


def write(writer: SummaryWriter, step: int, chosen: np.random.Generator) -> None:
    writer.add_scalar("loss", step / 3, step)
    writer.add_image("sample", chosen.random((3, 32, 32)), step)
    writer.add_text("note", f"**step** {step}", step)
    if step % 5 == 0:
        writer.add_audio("voice", torch.zeros(1, 400), step, sample_rate=8000)
        writer.add_pr_curve("pr", np.array([0, 1, 1]), np.array([0.2, 0.7, 0.9]), step)


def check(run: ServedRun, logdir: Path) -> None:
    assert comparable(mirrored(run.history)) == comparable(written(logdir))
    named = [path for row in run.history for path in _paths(row)]
    assert len(named) == 2 * STEPS + 2 * len(range(0, STEPS, 5))
    assert [path for path in named if not run.stored.get(path)] == []
    assert {line.partition(" ")[2] for line in run.lines("output.log")} == {*LINES}
    assert [line.partition(" ")[2] for line in run.lines("output.log")] == LINES
    assert run.summary["loss"] == pytest.approx((STEPS - 1) / 3)
    summary = run.stored["wandb-summary.json"]
    assert summary is not None
    assert json.loads(summary)["loss.max"] == pytest.approx((STEPS - 1) / 3)
    assert run.stored["wandb-metadata.json"]
    assert run.stored["config.yaml"]
    assert len(set(run.artifacts)) >= 1
    assert run.complete


def _paths(row: dict[str, Any]) -> Iterator[str]:
    for value in row.values():
        if isinstance(value, dict):
            yield from ([value["path"]] if "path" in value else value.get("filenames", []))


def play_kills(
    paths: RunPaths, server: WandbServer, chosen: random.Random, *, ask: bool
) -> dict[str, str]:
    environ = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
    for _ in range(KILLS):
        server.upload_seconds = chosen.choice([0.0, 0.05, 0.3])
        forgets = chosen.random() < 0.3
        server.loses = lambda name, forgets=forgets: forgets and hash(name) % 3 == 0
        if ask:
            request_upload(paths)
        with MirrorUnderTest(paths, os.environ | environ) as mirror:
            deadline = time.monotonic() + 20
            while mirror.record.state != "live" and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(chosen.choice([0.0, 0.3, 1.0, 2.0, 4.0]) * chosen.random())
            mirror.kill()
    server.upload_seconds, server.loses = 0.0, lambda name: False
    return environ


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", range(8))
def test_an_offline_run_that_goes_online(tmp_path: Path, seed: int) -> None:
    chosen = random.Random(seed)
    logdir = tmp_path / "runs"
    with SummaryWriter(str(logdir)) as writer:
        for step in range(STEPS):
            write(writer, step, np.random.default_rng(step))
    (tmp_path / "train.py").write_text("pass")
    paths = new_run(tmp_path, logdir, MirrorOptions(mode="offline", log_code=str(tmp_path)))
    paths.console_log.write_text("".join(f"{line}\n" for line in LINES))
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0
    with wandb_server() as server:
        environ = play_kills(paths, server, chosen, ask=True)
        request_upload(paths)
        with MirrorUnderTest(paths, environ) as mirror:
            assert mirror.finish(200) == 0, paths.log.read_text()
        assert mirror.record.is_uploaded
        (run,) = server.runs.values()
        check(run, logdir)


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", range(4))
def test_a_training_that_goes_on(tmp_path: Path, seed: int) -> None:
    chosen = random.Random(seed)
    logdir = tmp_path / "runs"
    (tmp_path / "train.py").write_text("pass")
    paths = new_run(tmp_path, logdir, MirrorOptions(log_code=str(tmp_path)))
    with wandb_server() as server, SummaryWriter(str(logdir)) as writer:
        environ: dict[str, str] = {}
        for part in range(3):
            for step in range(STEPS * part // 3, STEPS * (part + 1) // 3):
                write(writer, step, np.random.default_rng(step))
            writer.flush()
            with paths.console_log.open("a") as console:
                console.write("".join(f"{line}\n" for line in LINES[1000 * part :][:1000]))
            environ = play_kills(paths, server, chosen, ask=False)
        writer.close()
        end_run(paths)
        with MirrorUnderTest(paths, environ) as mirror:
            assert mirror.finish(200) == 0, paths.log.read_text()
        (run,) = server.runs.values()
        check(run, logdir)
