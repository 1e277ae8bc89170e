"""The mirror as a process, with the real wandb: what is in the event files is in W&B, once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from torch.utils.tensorboard import SummaryWriter

from support.mirror_runs import (
    MirrorUnderTest,
    comparable,
    end_run,
    mirrored,
    new_run,
    offline_files,
    offline_rows,
    written,
)
from support.waiting import wait_until
from support.wandb_server import ENTITY, WandbServer, online
from tuimon.mirror.offline_file import last_step
from tuimon.mirror.wandb_client import leaves_keys_to_server
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions, RunState


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def wandb(*arguments: str | Path, environ: dict[str, str] | None = None) -> str:
    """What one of wandb's own commands prints; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "wandb", *arguments],
        env=os.environ | (environ or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check_offline(paths: RunPaths, logdir: Path) -> None:
    """Tag by tag, step by step, value by value; and W&B's own row numbers without a gap."""
    rows = offline_rows(paths)
    assert comparable(mirrored(row.values for row in rows)) == comparable(written(logdir))
    assert [row.step for row in rows] == list(range(len(rows)))


def test_an_offline_run_holds_every_point_of_a_torch_training(tmp_path: Path, logdir: Path) -> None:
    with SummaryWriter(str(logdir)) as writer:
        for step in range(200):
            writer.add_scalar("Loss/train", 1 / (step + 1), step)
            writer.add_scalar("lr", 1e-3, step)
            if step % 20 == 0:
                writer.add_scalar("Loss/test", 2 / (step + 1), step)
                writer.add_scalars("both", {"a": step, "b": -step}, step)
        for value in (float("nan"), float("inf"), float("-inf"), -0.0, 1e-45, 3.4e38):
            writer.add_scalar("odd", value, 7)  # one step six times
        for step in (5, 3, 2**62, -4, 0):
            writer.add_scalar("unordered", step, step)
        writer.add_scalar("precise", 0.1, 1, double_precision=True, new_style=True)
        writer.add_histogram("weights", np.arange(9.0), 1)
        writer.add_text("note", "not a scalar", 1)
        writer.add_hparams({"lr": 0.1}, {"hparam/accuracy": 0.9}, run_name="hp")
    paths = new_run(tmp_path, logdir)
    with MirrorUnderTest(paths) as mirror:
        mirror.wait_until(lambda record: record.state == "offline")
        end_run(paths)
        assert mirror.finish() == 0
    check_offline(paths, logdir)
    assert mirror.record.state == "finished"
    assert mirror.record.points == sum(map(len, written(logdir).values()))
    rows = offline_rows(paths)
    assert len(rows) < 260, "the tags of a step share a row"
    both = [row.values for row in rows if "Loss/train" in row.values and "lr" in row.values]
    assert len(both) == 200
    assert "both_a/global_step" in next(row.values for row in rows if "both_a/both" in row.values)
    if "leet" in wandb("--help"):
        assert "Loss/train" in wandb("leet", "inspect", "--summary", *offline_files(paths))


def test_no_tag_is_lost_whatever_it_is_called(tmp_path: Path, logdir: Path) -> None:
    tags = ["a.b", "a*", "*", "a*b", "_private", "é\u202e\x1b[31m", "nul\0x", "a b", "'\"\\", "[0]"]
    tags += ["", "_step", "_timestamp", "_runtime", "_wandb", "global_step", "L" * 70_000]
    with SummaryWriter(str(logdir)) as writer:
        for number, tag in enumerate(tags):
            writer.add_scalar(tag, number, number)
    with SummaryWriter(str(logdir / "sub")) as writer:
        writer.add_scalar("global_step", 1, 2)
    with SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("sub/x", 1, 2)
    with SummaryWriter(str(logdir / "sub")) as writer:
        writer.add_scalar("x", 3, 4)
    assert set(written(logdir)) >= set(tags), "TensorBoard itself keeps these tags"
    paths = new_run(tmp_path, logdir)
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0
    points = mirrored(row.values for row in offline_rows(paths))
    renamed = {"", "_step", "_timestamp", "_runtime", "_wandb", "global_step"}
    for number, tag in enumerate(tags):
        key = f"tag/{tag}" if tag in renamed else tag
        if key == "tag/global_step":  # not to be told from a step metric by `mirrored`
            values = [row.values[key] for row in offline_rows(paths) if key in row.values]
            assert values == [number]
        elif key == "_private":
            assert [row.values[key] for row in offline_rows(paths) if key in row.values] == [4]
        else:
            assert points[key] == [(number, number)]
    assert {"sub/x", "sub/x (2)"} <= set(points)
    assert sorted([*points["sub/x"], *points["sub/x (2)"]]) == [(2, 1.0), (4, 3.0)]


def test_a_running_training_is_followed_by_one_mirror(tmp_path: Path, logdir: Path) -> None:
    with SummaryWriter(str(tmp_path / "before")) as writer:
        writer.add_scalar("of an earlier run", 1.0, 0)
    (old,) = (tmp_path / "before").iterdir()
    os.utime(old, (time.time() - 100, time.time() - 100))
    logdir.mkdir()
    old.rename(logdir / old.name)
    paths = new_run(tmp_path, logdir)
    with MirrorUnderTest(paths) as mirror:
        mirror.wait_until(lambda record: "waiting" in (record.detail or ""))
        with (
            MirrorUnderTest(paths) as second,  # whose exit kills the first one, too
            SummaryWriter(str(logdir), filename_suffix=".b") as writer,
        ):
            assert second.finish() == 75
            for step in range(3):
                writer.add_scalar("loss", 1.0, step)
                asked_at = time.monotonic()
                mirror.wait_until(lambda record, step=step: record.points == step + 1)
                limit = 4.0 if step else 30.0  # it says so once a second
                assert time.monotonic() - asked_at < limit
            (path,) = offline_files(paths)
            wait_until(lambda: last_step(path) == 2)
            end_run(paths)
            assert mirror.finish() == 0
    assert set(mirrored(row.values for row in offline_rows(paths))) == {"loss"}


def test_kills_at_any_moment_lose_and_double_nothing_and_wandb_syncs_the_parts(
    tmp_path: Path, logdir: Path, server: WandbServer
) -> None:
    kills = 2  # a hundred in test_mirror_scenarios.py
    paths = new_run(tmp_path, logdir)
    chance = random.Random(5)
    with SummaryWriter(str(logdir)) as writer, SummaryWriter(str(logdir / "val")) as other:
        step = 0
        for _ in range(kills):
            with MirrorUnderTest(paths) as mirror:
                before = mirror.record.points
                mirror.wait_until(lambda record: record.state == "offline")
                deadline = time.monotonic() + 0.3 + 0.5 * chance.random()
                while time.monotonic() < deadline or mirror.record.points == before:
                    writer.add_scalar("loss", step / 3, step)
                    writer.add_scalar("lr", 0.1, step)
                    other.add_scalar("loss", step / 7, step)
                    step += 1
                    time.sleep(0.002)
                    assert mirror.process.poll() is None, paths.log.read_text()
        end_run(paths)
        with MirrorUnderTest(paths) as mirror:
            assert mirror.finish() == 0
    check_offline(paths, logdir)
    assert len(offline_files(paths)) == kills + 1
    assert mirror.record.sync_command == f"tuimon sync {paths.id}"
    wandb("sync", *(file.parent for file in offline_files(paths)), environ=online(server))
    (run,) = server.runs.values()
    assert comparable(mirrored(run.history)) == comparable(written(logdir))
    assert run.complete


def test_the_death_of_wandb_core_loses_and_doubles_nothing(tmp_path: Path, logdir: Path) -> None:
    paths = new_run(tmp_path, logdir)
    with SummaryWriter(str(logdir)) as writer:
        with MirrorUnderTest(paths) as mirror:
            writer.add_scalar("loss", 1.0, 0)
            mirror.wait_until(lambda record: record.points == 1)
            (core,) = psutil.Process(mirror.process.pid).children()
            core.kill()
            for step in range(1, 200):
                writer.add_scalar("loss", 1.0, step)
            end_run(paths)
            assert mirror.finish() != 0
            assert mirror.record.state == "failed"
        with MirrorUnderTest(paths) as mirror:
            assert mirror.finish() == 0
    check_offline(paths, logdir)


def test_a_replaced_event_file_is_mirrored_from_its_start(tmp_path: Path, logdir: Path) -> None:
    with SummaryWriter(str(logdir)) as writer:
        for step in range(20):
            writer.add_scalar("old", 1.0, step)
    (path,) = logdir.iterdir()
    with SummaryWriter(str(tmp_path / "elsewhere")) as writer:
        for step in range(5):
            writer.add_scalar("new", 1.0, step)
    (other,) = (tmp_path / "elsewhere").iterdir()
    paths = new_run(tmp_path, logdir)
    with MirrorUnderTest(paths) as mirror:
        mirror.wait_until(lambda record: record.points == 20)
        path.write_bytes(other.read_bytes())
        mirror.wait_until(lambda record: record.points == 25)
        end_run(paths)
        assert mirror.finish() == 0
    points = mirrored(row.values for row in offline_rows(paths))
    assert {key: len(values) for key, values in points.items()} == {"old": 20, "new": 5}


def test_a_training_without_event_files_makes_no_run(tmp_path: Path, logdir: Path) -> None:
    paths = new_run(tmp_path, logdir)
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0
    assert mirror.record.state == "finished"
    assert "no event file" in (mirror.record.detail or "")
    assert not paths.wandb.exists()


def test_wandb_mode_disabled_is_respected_at_once(tmp_path: Path, logdir: Path) -> None:
    paths = new_run(tmp_path, logdir, MirrorOptions())
    with MirrorUnderTest(paths, {"WANDB_MODE": "disabled"}) as mirror:
        assert mirror.finish() == 0
    assert mirror.record.state == "off"
    assert not paths.wandb.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ImportError('no such thing\\nas wandb')", "cannot be imported (no such thing)"),
        ("import sys; sys.exit('gone')", "cannot be imported (gone)"),
    ],
)
def test_a_broken_wandb_is_said_and_nothing_more(
    tmp_path: Path, logdir: Path, body: str, said: str
) -> None:
    package = tmp_path / "path" / "wandb"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(body)
    paths = new_run(tmp_path, logdir)
    with MirrorUnderTest(paths, {"PYTHONPATH": str(package.parent)}) as mirror:
        assert mirror.finish() == 78
    assert mirror.record.state == "failed"
    assert said in (mirror.record.detail or "")
    assert "pip install" in (mirror.record.detail or "")


def test_a_directory_that_wandb_cannot_write_is_said(tmp_path: Path, logdir: Path) -> None:
    with SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("loss", 1.0, 0)
    paths = new_run(tmp_path, logdir)
    paths.wandb.write_text("not a directory")
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 75
    assert mirror.record.state == "failed"
    assert "trying again" in (mirror.record.detail or "")


@pytest.mark.parametrize(
    ("options", "key", "state", "said"),
    [
        (MirrorOptions(), None, "offline", None),
        (MirrorOptions(mode="online"), None, "offline", "no W&B key: run `tuimon login`"),
        pytest.param(
            *(MirrorOptions(), "short", "offline", "the W&B key is refused: run `tuimon login`"),
            marks=pytest.mark.skipif(leaves_keys_to_server(), reason="an old wandb"),
        ),
    ],
)
def test_without_a_usable_key_the_run_is_offline_and_nobody_is_asked(
    tmp_path: Path,
    logdir: Path,
    server: WandbServer,
    options: MirrorOptions,
    key: str | None,
    state: str,
    said: str | None,
) -> None:
    paths = new_run(tmp_path, logdir, options)
    environment = {"WANDB_BASE_URL": server.url} | ({"WANDB_API_KEY": key} if key else {})
    with MirrorUnderTest(paths, environment) as mirror, SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("loss", 1.0, 0)
        mirror.wait_until(lambda record: record.state == state)
        assert said in (mirror.record.detail or "") if said else mirror.record.detail is None
        end_run(paths)
        assert mirror.finish() == 0
    check_offline(paths, logdir)
    assert server.requests == 0


def test_an_online_run_holds_every_point_across_kills(
    tmp_path: Path, logdir: Path, server: WandbServer
) -> None:
    options = MirrorOptions(
        project="digits", group="g", tags=("a", "b"), notes="n", config={"seed": 3}
    )
    paths = new_run(tmp_path, logdir, options)
    step = 0
    with SummaryWriter(str(logdir)) as writer:
        for _ in range(2):
            with MirrorUnderTest(paths, online(server)) as mirror:
                mirror.wait_until(lambda record: record.state == "live")
                (run,) = server.runs.values()
                arrived = len(run.history)
                while len(run.history) == arrived:
                    writer.add_scalar("loss", step / 3, step)
                    writer.add_scalar("lr", 0.1, step)
                    step += 1
                    time.sleep(0.01)
                    assert mirror.process.poll() is None, paths.log.read_text()
        end_run(paths, RunState.KILLED, signal=signal.SIGTERM)
        # W&B's count of rows may lag behind the rows; going on would put some over others.
        server.uncounted = 5
        with MirrorUnderTest(paths, online(server)) as mirror:
            mirror.wait_until(
                lambda record: (
                    f"W&B counts {len(run.history) - 5} rows but goes on with number "
                    in (record.detail or "")
                )
            )
            server.uncounted = 0
            assert mirror.finish() == 0
    (run_id,) = server.runs
    assert comparable(mirrored(run.history)) == comparable(written(logdir))
    assert [row["_step"] for row in run.history] == list(range(len(run.history)))
    assert (run.complete, run.exit_code) == (True, 128 + 15)
    assert (run.project, run.group, run.tags) == ("digits", "g", ["a", "b"])
    assert (run.config["seed"]["value"], run.config["lr"]["value"]) == (3, 0.1)
    assert mirror.record.url == f"{server.url}/{ENTITY}/digits/runs/{run_id}"
    assert mirror.record.state == "finished"
