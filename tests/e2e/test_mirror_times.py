"""When things were: W&B's times are those of the training, however late it gets to know of them."""

import json
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from support.event_files import scalar, version, write
from support.host import TUIMON
from support.mirror_runs import (
    MirrorUnderTest,
    end_run,
    new_run,
    offline_records,
    offline_rows,
)
from support.sampling import few
from support.waiting import wait_until
from support.wandb_server import ServedRun, WandbServer, online
from tuimon.mirror.upload import request_upload
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord, read_record

POINTS = 20
DAYS = 3 * 86400


def written(logdir: Path, began: float, seconds: float, name: str = "h") -> None:
    """Points over so many seconds, the last of them at their end."""
    logdir.mkdir(parents=True, exist_ok=True)
    points = [
        scalar("loss", step, 0.1, began + seconds * (step + 1) / POINTS) for step in range(POINTS)
    ]
    write(logdir / f"events.out.tfevents.{int(began)}.{name}", [version(began), *points])


def lasted(paths: RunPaths) -> float:
    record = read_record(RunRecord, paths.run_json)
    assert record is not None
    assert record.ended_at is not None
    return record.ended_at - record.started_at


def check_rows(rows: list[dict[str, Any]], began: float, seconds: float, before: float = 0) -> None:
    for number, row in enumerate(rows, 1):
        passed = seconds * number / POINTS
        assert row["_timestamp"] == pytest.approx(began + passed, abs=1e-3)
        assert row["_runtime"] == pytest.approx(before + passed, abs=1e-3)
        assert row["loss"] == 0.1, "not 0.10000000149011612"


def check_summary(summary: dict[str, Any], seconds: float, rows: int = POINTS) -> None:
    assert summary["_runtime"] == summary["_wandb"]["runtime"] == int(seconds)
    assert (summary["loss"], summary["global_step"]) == (0.1, 19)
    # wandb-core leaves it out where a run was resumed and nothing logged.
    assert summary.get("_step", rows - 1) == rows - 1


def offline_summary(paths: RunPaths) -> dict[str, Any]:
    summary: dict[str, Any] = {}
    for record in offline_records(paths):
        for item in record.summary.update:
            inside = summary
            *above, name = item.nested_key or [item.key]
            for key in above:
                inside = inside.setdefault(key, {})
            inside[name] = json.loads(item.value_json)
    return summary


def events(run: ServedRun) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.lines("wandb-events.jsonl")]


def measured(paths: RunPaths) -> list[float]:
    """Times of the system metrics that were measured offline."""
    stats = [record.stats for record in offline_records(paths) if record.HasField("stats")]
    return [one.timestamp.seconds + one.timestamp.nanos / 1e9 for one in stats]


QUICK = {"WANDB_X_STATS_SAMPLING_INTERVAL": "1"}


@pytest.mark.parametrize("running", few([True, False]))
def test_a_run_that_goes_online_later_keeps_its_times(
    tmp_path: Path, server: WandbServer, running: bool
) -> None:
    began = time.time() - DAYS
    written(tmp_path / "runs", began, 1000)
    paths = new_run(tmp_path, tmp_path / "runs", started_at=began)
    with MirrorUnderTest(paths, QUICK) as mirror:
        mirror.wait_until(lambda record: record.points == POINTS)
        wait_until(lambda: len(measured(paths)) >= 2)
        if not running:
            end_run(paths)
            assert mirror.finish() == 0
            check_summary(offline_summary(paths), lasted(paths))
    check_rows([row.values for row in offline_rows(paths)], began, 1000)
    request_upload(paths)
    with MirrorUnderTest(paths, QUICK | online(server)) as mirror:
        if running:
            mirror.wait_until(lambda record: record.confirmed == POINTS)
            (run,) = server.runs.values()
            wait_until(lambda: len(events(run)) > len(measured(paths)))
            end_run(paths)
        assert mirror.finish() == 0
    (run,) = server.runs.values()
    check_rows(run.history, began, 1000)
    check_summary(run.summary, lasted(paths))
    told = json.loads(run.stored["wandb-metadata.json"] or b"")
    assert datetime.fromisoformat(told["startedAt"]).timestamp() == pytest.approx(began, abs=1e-3)
    times = [row["_timestamp"] for row in events(run)]
    offline = measured(paths)
    assert times[: len(offline)] == offline, "each once, with the time at which it was measured"
    assert (len(times) > len(offline)) is running
    assert times == sorted(times)
    assert [row["_runtime"] for row in events(run)] == pytest.approx(
        [at - began for at in times], abs=1e-3
    )


@pytest.mark.long
def test_system_metrics_of_which_a_kill_has_left_a_part_are_sent_from_there(
    tmp_path: Path, server: WandbServer
) -> None:
    began = time.time() - DAYS
    written(tmp_path / "runs", began, 1000)
    paths = new_run(tmp_path, tmp_path / "runs", started_at=began)
    with MirrorUnderTest(paths, QUICK) as mirror:
        mirror.wait_until(lambda record: record.state == "offline")
        wait_until(lambda: len(measured(paths)) >= 3)
        end_run(paths)
        assert mirror.finish() == 0
    store = server.stream

    def store_one(run_id: str, body: dict[str, Any]) -> None:
        if system := (body.get("files") or {}).get("wandb-events.jsonl"):
            del system["content"][1:]
        store(run_id, body)

    server.stream = store_one  # type: ignore[method-assign]
    request_upload(paths)
    with MirrorUnderTest(paths, online(server)) as mirror:
        wait_until(lambda: any(map(events, server.runs.values())))
        mirror.kill()
    server.stream = store  # type: ignore[method-assign]
    with MirrorUnderTest(paths, online(server)) as mirror:
        assert mirror.finish() == 0
        assert mirror.record.is_uploaded
    (run,) = server.runs.values()
    assert [row["_timestamp"] for row in events(run)] == measured(paths)


def test_a_log_of_three_days_ago_has_lasted_as_long_as_its_points(
    tmp_path: Path, server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time() - DAYS
    written(tmp_path / "runs", began, 5000)
    for name, value in online(server).items():
        monkeypatch.setenv(name, value)
    done = subprocess.run(
        [TUIMON, "mirror", str(tmp_path / "runs"), "--mirror", "online"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = server.runs.values()
    check_rows(run.history, began, 5000)
    check_summary(run.summary, 5000)


@pytest.mark.long
def test_launches_go_on_where_the_ones_before_them_ended(
    tmp_path: Path, server: WandbServer
) -> None:
    """As in W&B itself: the break between them is no time of the training."""
    first = time.time() - DAYS
    second = first + 50_000
    for began in (first, second):
        written(tmp_path / "runs", began, 1000)
        paths = new_run(tmp_path, tmp_path / "runs", started_at=began)
        with MirrorUnderTest(paths) as mirror:
            mirror.wait_until(lambda record: record.state == "offline")
            end_run(paths, ended_at=began + 2000)
            assert mirror.finish() == 0
    request_upload(paths)
    with MirrorUnderTest(paths, online(server)) as mirror:
        assert mirror.finish() == 0
    (run,) = server.runs.values()
    check_rows(run.history[:POINTS], first, 1000)
    check_rows(run.history[POINTS:], second, 1000, before=2000)
    check_summary(run.summary, 4000, 2 * POINTS)
