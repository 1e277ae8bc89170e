"""DVCLive, MLflow, trackio and W&B on disk, compared with what the libraries wrote."""

import json
import sqlite3
from pathlib import Path

import pytest
from wandb.proto.wandb_internal_pb2 import Record

from support.other_logs import points, read_on, runs_of
from support.wandb_log import log_file
from tuimon.sources.mlflow_run import MlflowRun
from tuimon.sources.transaction_log import TransactionLog

LOGS = Path(__file__).parent / "logs"


def database(path: Path, script: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.executescript((LOGS / script).read_text())
    return connection


def test_dvclive_is_one_run_with_a_file_for_each_metric():
    ((name, run),) = runs_of(LOGS.parent / "logs" / "dvclive").items()
    assert name == "."
    assert run.series.keys() == {"acc", "train/loss"}
    rows = (LOGS / "dvclive" / "plots" / "metrics" / "train" / "loss.tsv").read_text().split()[2:]
    found = run.series["train/loss"].snapshot()
    assert found.steps.tolist() == [*map(int, rows[::2])]
    assert found.values.tolist() == [*map(float, rows[1::2])]


@pytest.mark.parametrize(
    ("script", "prefix", "query"),
    [
        (
            "mlflow.sql",
            "digits/",
            "SELECT step, value FROM metrics JOIN runs USING (run_uuid)"
            " WHERE name = ? AND key = 'train/loss' ORDER BY step",
        ),
        (
            "trackio.sql",
            "store/digits/",
            "SELECT step, json_extract(CAST(metrics AS TEXT), '$.train/loss') FROM metrics"
            " WHERE run_name = ? ORDER BY step",
        ),
    ],
)
def test_a_file_has_many_runs(tmp_path, script, prefix, query):
    place = tmp_path / ("store" if prefix.startswith("store") else "")
    place.mkdir(exist_ok=True)
    query = query.replace("$.train/loss", '$."train/loss"')
    with database(place / "digits.db", script) as connection:
        runs = runs_of(tmp_path)
        assert list(runs) == [f"{prefix}r0", f"{prefix}r1"]
        for name in ("r0", "r1"):
            found = runs[prefix + name].series["train/loss"].snapshot()
            rows = connection.execute(query, (name,)).fetchall()
            assert [*zip(found.steps.tolist(), found.values.tolist(), strict=True)] == rows
        assert found.wall_times[0] > 1.7e9
    assert [path.name for path in place.iterdir()] == ["digits.db"]


def test_what_is_still_in_the_journal_is_read(tmp_path):
    path = tmp_path / "mlflow.db"
    connection = database(path, "mlflow.sql")
    connection.execute("PRAGMA journal_mode = WAL")
    (_, run), *_ = MlflowRun.parts(path)
    tail = MlflowRun(run)
    assert len(points(tail)["train/loss"][0]) == 20
    connection.execute(
        "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)"
        " VALUES ('train/loss', 0.5, 1700000000000, ?, 200, 0)",
        (run.name,),
    )
    connection.commit()
    (batch,) = read_on(tail)
    assert batch.scalars["train/loss"].steps.tolist() == [200]
    assert batch.scalars["train/loss"].wall_times.tolist() == [1.7e9]
    connection.close()
    assert points(tail) == {}


def test_another_database_is_none_of_ours(tmp_path):
    with sqlite3.connect(tmp_path / "app.db") as connection:
        connection.execute("CREATE TABLE metrics (step, value)")
    assert not runs_of(tmp_path)


def row(step: int, **values: float) -> bytes:
    record = Record()
    record.history.step.num = step
    for name, value in values.items():
        record.history.item.add(key=name, value_json=json.dumps(value))
    return record.SerializeToString()


def test_a_run_of_wandb_is_read_as_it_is_written_and_its_link_is_no_other(tmp_path):
    directory = tmp_path / "wandb" / "offline-run-20260101_000000-abc"
    directory.mkdir(parents=True)
    path = directory / "run-abc.wandb"
    whole = log_file(row(n, loss=1 / (n + 1), _timestamp=1.7e9 + n) for n in range(3))
    path.write_bytes(whole[:-5])
    (directory.parent / "latest-run").symlink_to(directory.name)
    ((name, run),) = runs_of(tmp_path).items()
    assert name == "wandb/offline-run-20260101_000000-abc"
    assert run.series["loss"].snapshot().steps.tolist() == [0, 1]
    tail = TransactionLog(path)
    assert points(tail) == {"loss": ([0, 1], [1.0, 0.5])}
    assert tail.undecided_bytes > 0
    path.write_bytes(whole)
    (batch,) = read_on(tail)
    assert batch.scalars["loss"].wall_times.tolist() == [1.7e9 + 2]
    path.write_bytes(log_file([row(0, loss=7)]))
    (batch,) = read_on(tail)
    assert batch.reset
    assert batch.scalars["loss"].values.tolist() == [7.0]
