"""A training that opens a W&B run itself: its metrics are shown, and nothing is mirrored twice."""

import json
from collections.abc import Sequence

import pytest

from support.host import Host
from tuimon.runs.lookup import find_run

SCRIPT = """
import wandb
wandb.init(project="mine", name="adam")
for step in range(4):
    wandb.log({"loss": 1 / (step + 1), "train": {"acc": step / 4}})
    print(f"step {step} loss {9 - step}.0")
wandb.finish()
"""


def launch(
    host: Host, script: str, *options: str, arguments: Sequence[str] = (), mode: str = "offline"
) -> None:
    host.env |= {"WANDB_MODE": mode}
    done = host.run("run", "--detach", *options, host.script(script), *arguments)
    assert done.returncode == 0, done.stderr
    host.wait_for_end()


def test_its_metrics_are_shown_and_no_second_run_is_made(host: Host) -> None:
    launch(host, SCRIPT)
    shown = json.loads(host.run("show", "--json").stdout)
    ((_, tags),) = shown["runs"].items()
    assert tags["loss"]["last"] == 0.25, "as logged, not as printed"
    assert tags["train.acc"] == {
        "last": 0.75,
        "min": 0.0,
        "max": 0.75,
        "steps": {"last": 3, "min": 0, "max": 3},
        "best": "max",
        "count": 4,
    }
    status = find_run(None, host.home)
    assert status.mirror is not None
    assert status.mirror.state == "own"
    assert not status.paths.wandb.exists()
    told = host.run("sync")
    assert told.returncode == 1
    assert f"wandb sync {host.project}/wandb/offline-run-" in told.stderr


@pytest.mark.long
def test_a_second_run_is_made_for_who_asks_for_it(host: Host) -> None:
    launch(host, SCRIPT, "--mirror", "offline")
    status = find_run(None, host.home)
    assert status.mirror is not None
    assert (status.mirror.state, status.mirror.points) == ("finished", 8)


BOTH = """
import sys
import wandb
from torch.utils.tensorboard import SummaryWriter
wandb.init(project="mine", sync_tensorboard=len(sys.argv) > 1)
wandb.log({"seconds": 1.5})
with SummaryWriter("runs") as writer:
    for step in range(4):
        writer.add_scalar("loss", 1 / (step + 1), step)
wandb.finish()
"""


def test_its_run_is_the_w_and_b_run_though_it_writes_event_files(host: Host) -> None:
    launch(host, BOTH)
    status = find_run(None, host.home)
    assert status.mirror is not None
    assert status.mirror.state == "own"
    assert "event files are not sent there" in (status.mirror.detail or "")
    assert not status.paths.wandb.exists()


@pytest.mark.long
def test_event_files_that_wandb_syncs_are_not_mirrored(host: Host) -> None:
    launch(host, BOTH, arguments=["sync"])
    ((_, tags),) = json.loads(host.run("show", "--json").stdout)["runs"].items()
    assert tags["loss"]["count"] == 4
    status = find_run(None, host.home)
    assert status.mirror is not None
    assert status.mirror.state == "own"
    assert not status.paths.wandb.exists()


@pytest.mark.long
def test_disabled_it_is_read_from_the_console(host: Host) -> None:
    launch(host, SCRIPT, mode="disabled")
    shown = json.loads(host.run("show", "--json").stdout)
    ((_, tags),) = shown["runs"].items()
    assert tags["loss"]["steps"] == {"last": 3, "min": 3, "max": 0}
    status = find_run(None, host.home)
    assert status.mirror is not None
    assert status.mirror.state == "off"
