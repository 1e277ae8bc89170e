"""A W&B run on disk, read while wandb itself writes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.waiting import wait_until
from tuimon.events.tails import open_tail

SCRIPT = """
import wandb
run = wandb.init(mode="offline", project="p")
for step in range(60):
    if step == 30:
        input()
    run.log({"loss": 1 / (step + 1)})
run.finish()
"""


@pytest.mark.long
def test_a_run_is_followed_while_it_is_written(tmp_path: Path) -> None:
    environ = os.environ | {
        "WANDB_SILENT": "true",
        "WANDB_X_TRANSACTION_LOG_FLUSH_INTERVAL": "1",
    }
    points: list[tuple[int, float]] = []

    def read(count: int) -> bool:
        for batch in tail.poll():
            if (loss := batch.scalars.get("loss")) is not None:
                points.extend(zip(loss.steps.tolist(), loss.values.tolist(), strict=True))
        return len(points) >= count

    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdin=subprocess.PIPE) as training:
        wait_until(lambda: bool([*tmp_path.glob("wandb/offline-run-*/run-*.wandb")]), 30)
        (log,) = tmp_path.glob("wandb/offline-run-*/run-*.wandb")
        wait_until(lambda: log.stat().st_size > 0, 30)
        tail = open_tail(log)
        wait_until(lambda: read(30), 30)
        assert training.poll() is None
        training.communicate(b"\n", timeout=30)
    read(60)
    assert points == [(step, 1 / (step + 1)) for step in range(60)]
    assert (tail.damaged_records, tail.undecided_bytes, tail.error) == (0, 0, None)
