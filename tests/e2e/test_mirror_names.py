"""What W&B's files and the server have of names, written by the real wandb."""

import json
import shutil
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from support.mirror_runs import MirrorUnderTest, end_run, new_run, offline_records, offline_rows
from support.wandb_history import history_rows
from support.wandb_server import KEY, wandb_server
from tuimon.mirror.keys import metric_name
from tuimon.mirror.offline_file import OfflineFile
from tuimon.runs.record import (
    LogSource,
    MirrorOptions,
    RecorderRecord,
    RunRecord,
    read_record,
    write_record,
)

DIRECTORIES = ["", "lr_0.1", "lr_0.01", "1764449582.1234", "b.c/d", "b"]
TAGS = ["loss", "mAP@0.5", "layer.0.weight", ".", "\\", "c.d", "a\\.b", "loss*"]


def metrics(records: list[Any]) -> dict[str, str]:
    """The x-axis of each metric that was defined."""
    return {
        record.metric.name: record.metric.step_metric
        for record in records
        if record.WhichOneof("record_type") == "metric"
    }


def test_columns_are_flat_and_each_has_its_axis(tmp_path: Path) -> None:
    from wandb.proto.wandb_internal_pb2 import Record

    logdir = tmp_path / "exp"
    for number, directory in enumerate(DIRECTORIES):
        with SummaryWriter(str(logdir / directory)) as writer:
            for step in range(3):
                for tag in TAGS:
                    writer.add_scalar(tag, number, 100 * number + step)
    paths = new_run(tmp_path, logdir, MirrorOptions(project="p"))
    end_run(paths)
    with wandb_server() as server:
        environ = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        with MirrorUnderTest(paths, environ) as mirror:
            assert mirror.finish() == 0, paths.log.read_text()
        (run,) = server.runs.values()
    (file,) = paths.wandb.glob("run-*/run-*.wandb")
    prefixes = {number: f"{name}/" if name else "" for number, name in enumerate(DIRECTORIES)}
    for rows in (run.history, [row.values for row in history_rows(OfflineFile(file))]):
        assert len(rows) == 3 * len(DIRECTORIES)
        for row in rows:
            prefix = prefixes[row["global_step"] // 100]
            own = {key for key in row if not key.startswith("_")}
            assert own == {f"{prefix}{tag}" for tag in [*TAGS, "global_step"]} | {"global_step"}
            assert row[f"{prefix}global_step"] == row["global_step"]
            assert not any(isinstance(value, dict) for value in row.values())
    defined = metrics([Record.FromString(record) for record in OfflineFile(file).records()])
    assert defined == {
        metric_name(f"{prefix}{tag}"): metric_name(f"{prefix}global_step")
        for prefix in prefixes.values()
        for tag in TAGS
        if metric_name(f"{prefix}{tag}")
    }


def test_directories_found_one_after_the_other_are_named_together(tmp_path: Path) -> None:
    paths = new_run(tmp_path, tmp_path)
    run, recorder = read_record(RunRecord, paths.run_json), RecorderRecord()
    assert run is not None
    write_record(paths.run_json, run._replace(logdir=None))
    with MirrorUnderTest(paths) as mirror:
        for directory in ("b", "a"):  # the recorder finds them in this order
            path = str(tmp_path / "sweep" / directory / "tb")
            with SummaryWriter(path) as writer:
                writer.add_scalar("loss", 1.0, 1)
            source = LogSource(path, recursive=False, found_by="hook")
            recorder = recorder._replace(logdirs=(*recorder.logdirs, source))
            write_record(paths.recorder_json, recorder)
            mirror.wait_until(lambda record: record.state == "offline")
        end_run(paths)
        assert mirror.finish() == 0
    keys = {key for row in offline_rows(paths) for key in row.values}
    assert {key for key in keys if "loss" in key} == {"a/tb/loss", "b/tb/loss"}


def test_names_that_are_no_utf_8_are_sent(tmp_path: Path) -> None:
    odd, told = b"caf\xe9".decode(errors="surrogateescape"), r"caf\xe9"
    logdir = tmp_path / odd
    with SummaryWriter(str(tmp_path / "plain")) as writer:
        writer.add_scalar("loss", 1.0, 1)
    shutil.copytree(tmp_path / "plain", logdir, dirs_exist_ok=True)
    (logdir / odd).mkdir(parents=True)
    (tmp_path / "plain").rename(logdir / odd / "val")
    options = MirrorOptions(mode="offline", name=odd, group=odd, config={odd: [odd]})
    paths = new_run(logdir, logdir, options._replace(save_events=True))
    end_run(paths, cause=odd)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0, paths.log.read_text()
    _, row = offline_rows(paths)
    assert row.values[f"{told}/val/loss"] == 1.0
    records = offline_records(paths)
    (run,) = (record.run for record in records if record.WhichOneof("record_type") == "run")
    assert (run.display_name, run.run_group) == (told, told)
    config = {update.key: update.value_json for update in run.config.update}
    assert json.loads(config[told]) == [told]
