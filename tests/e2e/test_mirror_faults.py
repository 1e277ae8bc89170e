"""An online mirror whose server, key or network fails: said in one line, and nothing is lost."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest
from torch.utils.tensorboard import SummaryWriter

from support.mirror_runs import MirrorUnderTest, comparable, end_run, mirrored, new_run, written
from support.waiting import wait_until
from support.wandb_server import KEY, Behaviour, WandbServer, online
from tuimon.runs.record import MirrorOptions


@pytest.mark.parametrize(
    "fault",
    [
        "fail",
        pytest.param("limit", marks=pytest.mark.long),
        pytest.param("hang", marks=pytest.mark.long),
    ],
)
def test_a_fault_that_passes_delays_and_no_more(
    tmp_path: Path, server: WandbServer, fault: Behaviour
) -> None:
    logdir = tmp_path / "runs"
    paths = new_run(tmp_path, logdir, MirrorOptions())
    with MirrorUnderTest(paths, online(server)) as mirror, SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("loss", 1.0, 0)
        mirror.wait_until(lambda record: record.state == "live")
        server.behaviour = fault
        for step in range(1, 200):
            writer.add_scalar("loss", step / 3, step)
        mirror.wait_until(lambda record: record.points == 200)
        begin = time.monotonic()
        wait_until(lambda: server.refusals > 1 or time.monotonic() - begin > 4)
        server.behaviour = "ok"
        server.released.set()
        end_run(paths)
        assert mirror.finish(100) == 0, paths.log.read_text()
    (run,) = server.runs.values()
    assert comparable(mirrored(run.history)) == comparable(written(logdir))
    assert mirror.record.confirmed == len(run.history)


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refuse", "the W&B key is refused (401): run `tuimon login`"),
        ("gone", "was it deleted?"),
    ],
)
def test_a_fault_that_ends_wandbs_upload_is_noticed_and_made_up_for(
    tmp_path: Path, server: WandbServer, fault: Behaviour, said: str
) -> None:
    logdir = tmp_path / "runs"
    paths = new_run(tmp_path, logdir, MirrorOptions())
    with SummaryWriter(str(logdir)) as writer:
        with MirrorUnderTest(paths, online(server)) as mirror:
            writer.add_scalar("loss", 1.0, 0)
            mirror.wait_until(lambda record: record.state == "live")
            server.behaviour = fault
            for step in range(1, 200):
                writer.add_scalar("loss", step / 3, step)
            mirror.wait_until(lambda record: said in (record.detail or ""))
            server.behaviour = "ok"
            assert mirror.finish() == 75, "so that another one begins where the server is"
        writer.add_scalar("loss", 1.0, 200)
        end_run(paths)
        with MirrorUnderTest(paths, online(server)) as mirror:
            assert mirror.finish() == 0, paths.log.read_text()
    (run,) = server.runs.values()
    assert comparable(mirrored(run.history)) == comparable(written(logdir))


def test_a_mirror_that_is_killed_while_it_opens_its_run_leaves_no_empty_one(
    tmp_path: Path, server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    logdir = tmp_path / "runs"
    with SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("loss", 1.0, 0)
    paths = new_run(tmp_path, logdir, MirrorOptions())
    end_run(paths)
    answer = server.graphql

    def kill_before_it_knows(query: str, variables: dict[str, Any]) -> dict[str, Any]:
        answered = answer(query, variables)
        if "upsertBucket" in query:
            killed.kill()
        return answered

    with MirrorUnderTest(paths, online(server)) as killed, monkeypatch.context() as patch:
        patch.setattr(server, "graphql", kill_before_it_knows)
        assert killed.finish() == -signal.SIGKILL
    assert len(server.runs) == 1
    with MirrorUnderTest(paths, online(server)) as mirror:
        assert mirror.finish() == 0
    (run,) = server.runs.values()
    assert comparable(mirrored(run.history)) == comparable(written(logdir))


def test_a_key_that_is_revoked_at_the_end_is_no_success(
    tmp_path: Path, server: WandbServer
) -> None:
    logdir = tmp_path / "runs"
    paths = new_run(tmp_path, logdir, MirrorOptions())
    with SummaryWriter(str(logdir)) as writer:
        with MirrorUnderTest(paths, online(server)) as mirror:
            writer.add_scalar("loss", 1.0, 0)
            mirror.wait_until(lambda record: record.state == "live")
            server.behaviour = "refuse"
            writer.add_scalar("loss", 1.0, 1)
            end_run(paths)
            assert mirror.finish() == 75
            assert "refused" in (mirror.record.detail or "")
        server.behaviour = "ok"
        with MirrorUnderTest(paths, online(server)) as mirror:
            assert mirror.finish() == 0
    (run,) = server.runs.values()
    assert comparable(mirrored(run.history)) == comparable(written(logdir))


@pytest.mark.long
@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://no-such-host.invalid"])
def test_without_a_network_the_run_is_offline_and_says_why(tmp_path: Path, url: str) -> None:
    logdir = tmp_path / "runs"
    with SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("loss", 1.0, 0)
    paths = new_run(tmp_path, logdir, MirrorOptions())
    end_run(paths)
    with MirrorUnderTest(paths, {"WANDB_BASE_URL": url, "WANDB_API_KEY": KEY}) as mirror:
        assert mirror.finish() == 0
    assert mirror.record.state == "finished"
    assert mirror.record.sync_command == f"tuimon sync {paths.id}"
    assert "recording offline: W&B cannot be reached" in (mirror.record.detail or "")
