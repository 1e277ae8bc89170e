"""A sweep in one script: each trial is a W&B run with its own configuration, in one group."""

import json
import os
from pathlib import Path

import pytest
from torch.utils.tensorboard import SummaryWriter

from support.mirror_runs import MirrorUnderTest, end_run, mirrored, new_run
from support.wandb_history import history_rows
from support.wandb_server import KEY, WandbServer
from tuimon.mirror.offline_file import OfflineFile
from tuimon.mirror.upload import request_upload
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions, RecorderRecord, RunRecord, read_record, write_record
from tuimon.runs.sources import LogSource


def trial(logdir: Path, rate: float, steps: range, *, ends: bool) -> None:
    with SummaryWriter(str(logdir)) as writer:
        for step in steps:
            writer.add_scalar("loss", rate * step, step)
        if ends:
            writer.add_hparams({"lr": rate}, {"acc": rate}, run_name=".")


def launch(tmp_path: Path, *names: str) -> RunPaths:
    """A launch whose hook reports these log directories."""
    paths = new_run(tmp_path, tmp_path, MirrorOptions())
    record = read_record(RunRecord, paths.run_json)
    assert record is not None
    write_record(paths.run_json, record._replace(logdir=None))
    sources = [
        LogSource(path=str(tmp_path / name), recursive=False, found_by="hook") for name in names
    ]
    write_record(paths.recorder_json, RecorderRecord(logdirs=tuple(sources), updated_at=1.0))
    return paths


def expected(rate: float) -> dict[str, list[tuple[int, float]]]:
    steps = [(step, pytest.approx(rate * step)) for step in range(20)]
    return {"acc": [(0, pytest.approx(rate))], "loss": steps}


def recorded(paths: RunPaths) -> tuple[dict[str, list[tuple[int, float]]], set[str], object]:
    """Points, groups and the rate of the config in the offline files below a directory."""
    from wandb.proto.wandb_internal_pb2 import Record

    files = sorted(paths.wandb.glob("offline-run-*/run-*.wandb"))
    rows = [row.values for file in files for row in history_rows(OfflineFile(file))]
    found = [Record.FromString(one) for file in files for one in OfflineFile(file).records()]
    updates = [
        update
        for record in found
        for update in (*record.run.config.update, *record.config.update)
        if update.key == "lr"
    ]
    groups = {record.run.run_group for record in found if record.HasField("run")}
    return mirrored(rows), groups - {""}, json.loads(updates[-1].value_json)


@pytest.mark.long
def test_trials_are_runs_of_one_group_each_with_all_its_points_once(tmp_path: Path) -> None:
    paths = launch(tmp_path, "a", "b")
    trial(tmp_path / "a", 0.5, range(20), ends=True)
    with MirrorUnderTest(paths) as mirror:
        mirror.wait_until(lambda record: record.points == 21)
        trial(tmp_path / "b", 0.25, range(10), ends=False)
        mirror.wait_until(lambda record: record.trials == 1)
        mirror.kill()
    trial(tmp_path / "b", 0.25, range(10, 20), ends=True)
    with MirrorUnderTest(paths) as mirror:
        end_run(paths)
        assert mirror.finish() == 0, paths.log.read_text()
    (other,) = map(RunPaths, paths.trials.iterdir())
    for directory, rate in ((paths, 0.5), (other, 0.25)):
        points, groups, told = recorded(directory)
        assert points == expected(rate)
        assert groups == {paths.id}
        assert told == pytest.approx(rate)


@pytest.mark.long
def test_offline_trials_go_online_with_their_launch(tmp_path: Path, server: WandbServer) -> None:
    paths = launch(tmp_path, "a", "b", "c")
    for name, rate in (("a", 0.5), ("b", 0.25), ("c", 0.125)):
        trial(tmp_path / name, rate, range(20), ends=True)
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0
        assert mirror.record.trials == 2
    request_upload(paths)
    environment = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
    with MirrorUnderTest(paths, os.environ | environment) as mirror:
        assert mirror.finish(120) == 0, paths.log.read_text()
        assert (mirror.record.state, mirror.record.sync_command) == ("finished", None)
    assert len(server.runs) == 3
    for run in server.runs.values():
        rate = run.config["lr"]["value"]
        assert mirrored(run.history) == expected(rate)
        assert run.group == paths.id
        assert run.complete


@pytest.mark.long
def test_a_part_of_the_launch_that_gets_a_session_late_is_a_trial_of_its_own(
    tmp_path: Path,
) -> None:
    """It waited for 20 s; what the launch's run has of it stays there, and no more comes."""
    paths = launch(tmp_path, "a", "b")
    for name, rate in (("a", 0.5), ("b", 0.25)):
        trial(tmp_path / name, rate, range(10), ends=False)
    with MirrorUnderTest(paths) as mirror:
        mirror.wait_until(lambda record: record.points == 20, 60)
        for name, rate in (("a", 0.5), ("b", 0.25)):
            trial(tmp_path / name, rate, range(10, 20), ends=True)
        mirror.wait_until(lambda record: record.trials == 1)
        mirror.kill()
    for begins in (False, True):
        with MirrorUnderTest(paths) as mirror:
            if begins:
                end_run(paths)
                assert mirror.finish() == 0, paths.log.read_text()
            else:
                mirror.wait_until(lambda record: record.trials == 1 and record.state == "offline")
                mirror.kill()
    (other,) = map(RunPaths, paths.trials.iterdir())
    points, groups, told = recorded(other)
    assert (points, groups, told) == (expected(0.25), {paths.id}, pytest.approx(0.25))
    points, groups, told = recorded(paths)
    of_b = {key: points.pop(key) for key in [*points] if key.startswith("b/")}
    assert points == {f"a/{key}": told for key, told in expected(0.5).items()}
    assert of_b["b/loss"] == expected(0.25)["loss"][: len(of_b["b/loss"])]
    assert (groups, told) == ({paths.id}, pytest.approx(0.5))
