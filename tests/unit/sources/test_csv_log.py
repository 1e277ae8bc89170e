"""Tables of other loggers, compared with what pandas makes of them, and their faults."""

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from support.other_logs import points, read_on, runs_of
from tuimon.sources.csv_log import CsvLog

LOGS = Path(__file__).parent / "logs"


def table(directory: Path, *lines: str, name: str = "metrics.csv") -> Path:
    path = directory / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_lightning_has_its_tags_and_no_point_for_an_empty_cell():
    (run,) = runs_of(LOGS / "lightning").values()
    frame = pd.read_csv(LOGS / "lightning" / "metrics.csv", keep_default_na=False)
    for tag in ("train_loss", "val_loss", "lr", "epoch"):
        there = frame[frame[tag].astype(str) != ""]
        found = run.series[tag].snapshot()
        assert found.steps.tolist() == there["step"].tolist()
        np.testing.assert_array_equal(found.values, there[tag].astype(float))
    assert set(run.series) == {"train_loss", "val_loss", "lr", "epoch"}
    assert all(status.origin == "CSV" for status in run.files.values())


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("epoch,accuracy,loss,val_loss", "3,0.5,0.25,0.75", {"accuracy", "loss", "val_loss"}),
        (
            "                  epoch,      train/box_loss,   metrics/mAP50(B)",
            "3,0.5,0.25",
            {"train/box_loss", "metrics/mAP50(B)"},
        ),
        ("epoch,time,train/box_loss", "3,9.25,0.5", {"train/box_loss"}),
        (
            "loss,timestamp,training_iteration,pid,date,config/lr,time_total_s",
            "0.5,1700000000,3,77,2023-11-14_22-13-20,0.1,9.5",
            {"ray/tune/loss"},
        ),
        ("rollout/ep_rew_mean,time/total_timesteps,train/loss", "1,3,2", None),
        ("step;loss", "3;0.5", {"loss"}),
        ("step\tloss", "3\t0.5", {"loss"}),
    ],
)
def test_columns_are_called_as_in_event_files(tmp_path, header, row, expected):
    found = points(CsvLog(table(tmp_path, header, row)))
    assert set(found) == (expected or {"rollout/ep_rew_mean", "train/loss"})
    assert all(steps == [3] for steps, _ in found.values())


def test_times_are_those_that_a_column_tells(tmp_path):
    tail = CsvLog(table(tmp_path, "step,loss,timestamp", "1,2,1700000000.5", "2,1,"))
    ((batch,), _) = tail.poll(), tail.poll()
    assert batch.scalars["loss"].wall_times[0] == 1700000000.5
    assert math.isnan(batch.scalars["loss"].wall_times[1])


def test_what_comes_later_has_the_time_at_which_it_came(tmp_path):
    path = table(tmp_path, "step,loss", "1,2")
    tail = CsvLog(path)
    tail.poll()
    with path.open("a") as file:
        file.write("2,1\n")
    os.utime(path, (1.7e9, 1.7e9))
    (batch,) = read_on(tail)
    assert batch.scalars["loss"].wall_times.tolist() == [1.7e9]
    assert not batch.reset


def test_half_a_last_line_waits_until_it_is_whole(tmp_path):
    path = table(tmp_path, "step,loss", "1,2")
    tail = CsvLog(path)
    with path.open("a") as file:
        file.write("2,0.1")
        file.flush()
        assert points(tail) == {"loss": ([1], [2.0])}
        assert tail.undecided_bytes == 5
        file.write("25\n")
    assert points(tail) == {"loss": ([2], [0.125])}
    assert tail.undecided_bytes == 0


def test_a_last_line_that_stays_without_its_break_is_read_and_again_when_it_goes_on(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("step,loss\n1,2\n2,0.1")
    os.utime(path, (1.7e9, 1.7e9))
    tail = CsvLog(path)
    assert points(tail) == {"loss": ([1, 2], [2.0, 0.1])}
    path.write_text("step,loss\n1,2\n2,0.125\n")
    os.utime(path, (1.7e9, 1.7e9))
    batches = read_on(tail)
    assert batches[0].reset
    assert batches[0].scalars["loss"].values.tolist() == [2.0, 0.125]


def test_a_file_that_is_written_anew_is_read_anew(tmp_path):
    path = table(tmp_path, "step,loss", "1,2", "2,1")
    tail = CsvLog(path)
    points(tail)
    table(tmp_path, "step,loss,lr", "1,2,", "2,1,0.1")
    batches = read_on(tail)
    assert batches[0].reset
    assert batches[0].scalars["lr"].steps.tolist() == [2]


def test_a_line_that_is_no_row_is_told_by_its_number(tmp_path):
    tail = CsvLog(table(tmp_path, "step,loss,acc", "1,2,3", "2,1", "3,x,0.5", "4,1,0.5"))
    assert points(tail) == {"loss": ([1, 4], [2.0, 1.0]), "acc": ([1, 3, 4], [3.0, 0.5, 0.5])}
    assert (tail.damaged_records, tail.detail) == (2, "line 3: 2 cells, not 3")


def test_texts_are_no_curves_and_no_faults(tmp_path):
    tail = CsvLog(table(tmp_path, "epoch,name,loss", '1,"a, b",nan', "2,c,inf", "3,,1"))
    steps, values = points(tail)["loss"]
    assert steps == [1, 2, 3]
    np.testing.assert_array_equal(values, [math.nan, math.inf, 1.0])
    assert tail.damaged_records == 0


@pytest.mark.parametrize(
    "content", ["sepal,petal\n1,2\n", "1,2\n3,4\n", "", "step\n1\n", "\0\x01\x02"]
)
def test_a_data_set_is_no_log(tmp_path, content):
    (tmp_path / "metrics.csv").write_text(content)
    (tmp_path / "train.csv").write_text("step,label\n1,2\n")
    assert not runs_of(tmp_path)


def test_any_table_with_steps_is_read_when_it_is_named(tmp_path):
    path = table(tmp_path, "Step,run - loss", "1,2", name="wandb_export.csv")
    assert runs_of(path)["."].series.keys() == {"run - loss"}


def test_another_header_begins_another_table(tmp_path):
    tail = CsvLog(
        table(tmp_path, "epoch,loss", "0,3", "1,2", "epoch,acc", "2,0.5", "epoch,loss", "2,x")
    )
    assert points(tail) == {"loss": ([0, 1], [3.0, 2.0]), "acc": ([2], [0.5])}
    with tail.path.open("a") as file:
        file.write("epoch,loss\n" * 200 + "3,1\n")
    assert points(tail) == {"loss": ([3], [1.0])}
    assert tail.detail.startswith("line 71:")
