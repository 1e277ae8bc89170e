"""A training that is started again with its log directory goes on as the same W&B run."""

import os
import shutil
import time
from pathlib import Path

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
from tuimon.mirror.journal import last_run
from tuimon.mirror.leftovers import HOME_VARIABLE
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import (
    MirrorOptions,
    RecorderRecord,
    RunRecord,
    read_record,
    write_record,
)
from tuimon.runs.writers import WriterReports


def launch(tmp_path: Path, logdir: Path, steps: range, **options: object) -> RunPaths:
    """A launch that writes an event file and ends at once, and its mirror."""
    started_at = time.time()
    with SummaryWriter(str(logdir), filename_suffix=f".{steps.start}") as writer:
        for step in steps:
            writer.add_scalar("loss", step / 3, step)
    asked = MirrorOptions(**({"mode": "offline"} | options))  # type: ignore[arg-type]
    paths = new_run(tmp_path, logdir, asked, started_at)
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0, paths.log.read_text()
    return paths


def report(paths: RunPaths, logdir: Path) -> None:
    """What the hook in a training reports of its writers."""
    for path in logdir.rglob("*tfevents*"):
        WriterReports(paths.writers).claim(str(path))


def test_restarts_are_one_run_complete_what_was_left_and_keep_repeated_steps(
    tmp_path: Path,
) -> None:
    logdir = tmp_path / "runs"
    first = new_run(tmp_path, logdir)
    with MirrorUnderTest(first) as mirror, SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("loss", 0.0, 0)
        mirror.wait_until(lambda record: record.points == 1)
        mirror.kill()
        for step in range(1, 100):
            writer.add_scalar("loss", step / 3, step)
    with SummaryWriter(str(logdir / "val")) as writer:  # which that mirror never saw
        writer.add_scalar("loss", 1.0, 1)
    report(first, logdir)
    end_run(first)
    second = launch(tmp_path, logdir, range(80, 150))  # from its checkpoint
    third = launch(tmp_path, logdir, range(150, 160), resume=first.id)
    rows = offline_rows(first)
    assert [row.step for row in rows] == list(range(181))
    assert comparable(mirrored(row.values for row in rows)) == comparable(written(logdir))
    assert len(offline_files(first)) == 3
    assert not second.wandb.exists()
    assert not third.wandb.exists()
    run = last_run(first.mirror / "journal.jsonl")
    assert run is not None
    assert all(run.run_id in file.name for file in offline_files(first))


@pytest.mark.long
def test_a_launch_whose_mirror_had_sent_nothing_yet_is_gone_on_with(tmp_path: Path) -> None:
    """As on a node that dies in its first seconds, while directories are being named."""
    logdir = tmp_path / "runs"
    first = new_run(tmp_path, logdir)
    record = read_record(RunRecord, first.run_json)
    assert record is not None
    write_record(first.run_json, record._replace(logdir=None))
    with MirrorUnderTest(first) as mirror, SummaryWriter(str(logdir)) as writer:
        writer.add_scalar("loss", 0.0, 0)
        mirror.wait_until(lambda record: record.state == "offline")
        assert mirror.record.points == 0
        mirror.kill()
    report(first, logdir)
    end_run(first)
    second = launch(tmp_path, logdir, range(1, 20))
    points = mirrored(row.values for row in offline_rows(first))
    assert sorted(step for step, _ in points["loss"]) == list(range(20))
    assert not second.wandb.exists()


@pytest.mark.long
@pytest.mark.parametrize(
    "options", [{"resume": "never"}, {"project": "another"}, {"entity": "another"}]
)
def test_a_run_of_its_own_takes_nothing_of_the_launch_before(
    tmp_path: Path, options: dict[str, str]
) -> None:
    logdir = tmp_path / "runs"
    first = launch(tmp_path, logdir, range(10), project="one", entity="somebody")
    second = launch(tmp_path, logdir, range(10, 15), **options)  # in the same second
    assert len(offline_rows(first)) == 10
    points = mirrored(row.values for row in offline_rows(second))
    assert [step for step, _ in points["loss"]] == list(range(10, 15))


@pytest.mark.long
def test_another_log_directory_is_another_run_unless_it_is_named(tmp_path: Path) -> None:
    first = launch(tmp_path, tmp_path / "version_0", range(10))
    second = launch(tmp_path, tmp_path / "version_1", range(10, 15))
    third = launch(tmp_path, tmp_path / "version_2", range(15, 20), resume=first.id)
    assert len(offline_rows(first)) == 15
    assert len(offline_rows(second)) == 5
    assert not third.wandb.exists()


def test_a_launch_waits_for_the_mirror_of_the_one_before_it(tmp_path: Path) -> None:
    logdir = tmp_path / "runs"
    with SummaryWriter(str(logdir), filename_suffix=".a") as one:
        one.add_scalar("loss", 1.0, 1)
        first = new_run(tmp_path, logdir)
        with MirrorUnderTest(first) as mirror:
            mirror.wait_until(lambda record: record.points == 1)
            search_goes_on = read_record(RecorderRecord, first.recorder_json)
            assert search_goes_on is not None
            end_run(first)
            searched = read_record(RecorderRecord, first.recorder_json)
            assert searched is not None
            write_record(first.recorder_json, search_goes_on)
            second = new_run(tmp_path, logdir, started_at=time.time())
            with SummaryWriter(str(logdir), filename_suffix=".b") as other:
                other.add_scalar("loss", 2.0, 2)
            with MirrorUnderTest(second) as waiting:
                waiting.wait_until(lambda record: "still at work" in (record.detail or ""))
                write_record(first.recorder_json, searched)
                assert mirror.finish() == 0
                one.add_scalar("loss", 3.0, 3)
                one.flush()
                waiting.wait_until(lambda record: record.points == 3)
                (core,) = psutil.Process(waiting.process.pid).children()
                assert core.environ()[HOME_VARIABLE] == str(first.directory)
                end_run(second)
                assert waiting.finish() == 0
    points = mirrored(row.values for row in offline_rows(first))
    assert sorted(points["loss"]) == [(1, 1.0), (2, 2.0), (3, 3.0)]


def test_launches_at_the_same_time_in_one_log_directory_are_two_runs(tmp_path: Path) -> None:
    logdir = tmp_path / "runs"
    launches = [new_run(tmp_path, logdir) for _ in range(2)]
    for paths, base in zip(launches, (10, 20), strict=True):
        with SummaryWriter(str(logdir), filename_suffix=f".{base}") as writer:
            for step in range(3):
                writer.add_scalar("loss", base + step, step)
        (file,) = logdir.glob(f"*.{base}")
        paths.writers.mkdir()
        (paths.writers / "host-1").write_text(f"{logdir}\nfile:{file}\n")
        # By the clock of a server that lags, both are older than the launch.
        os.utime(file, (1e9, 1e9))
    with MirrorUnderTest(launches[0]) as one, MirrorUnderTest(launches[1]) as other:
        for mirror in (one, other):
            mirror.wait_until(lambda record: record.points == 3)
        for paths in launches:
            end_run(paths)
        assert (one.finish(), other.finish()) == (0, 0)
    for paths, base in zip(launches, (10, 20), strict=True):
        points = mirrored(row.values for row in offline_rows(paths))
        assert points == {"loss": [(step, float(base + step)) for step in range(3)]}


def test_a_log_directory_that_was_deleted_and_made_anew_is_another_training(
    tmp_path: Path,
) -> None:
    logdir = tmp_path / "runs"
    launches = []
    for base in (10, 20):
        shutil.rmtree(logdir, ignore_errors=True)
        launches.append(new_run(tmp_path, logdir, started_at=time.time()))
        with SummaryWriter(str(logdir)) as writer:
            writer.add_scalar("loss", base, base)
        end_run(launches[-1])
        with MirrorUnderTest(launches[-1]) as mirror:
            assert mirror.finish() == 0
    found = [mirrored(row.values for row in offline_rows(paths)) for paths in launches]
    assert found == [{"loss": [(10, 10.0)]}, {"loss": [(20, 20.0)]}]
