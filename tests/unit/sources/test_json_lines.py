"""JSON lines, and one JSON document, compared with the standard library's parser."""

import json
import math
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from support.other_logs import points, read_on, runs_of
from tuimon.sources.json_lines import JsonLines
from tuimon.sources.trainer_state import TrainerState

LOGS = Path(__file__).parent / "logs"


def lines(directory: Path, *rows: object, name: str = "metrics.json") -> Path:
    path = directory / name
    texts = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("".join(f"{text}\n" for text in texts))
    return path


def test_mmengine_has_its_steps_and_tags():
    (run,) = runs_of(LOGS / "mmengine").values()
    rows = [json.loads(text) for text in (LOGS / "mmengine" / "scalars.json").open()]
    for tag in ("loss", "lr"):
        found = run.series[tag].snapshot()
        assert found.steps.tolist() == [row["step"] for row in rows]
        assert found.values.tolist() == [row[tag] for row in rows]
    assert set(run.series) == {"loss", "lr"}


def test_rows_of_different_keys_stay_in_order(tmp_path):
    tail = JsonLines(
        lines(
            tmp_path,
            {"iteration": 19, "total_loss": 2, "lr": 0.1},
            {"iteration": 39, "total_loss": 1.5, "bbox/AP": 30.5},
            {"iteration": 59, "lr": None, "total_loss": float("nan"), "done": True, "name": "x"},
        )
    )
    found = points(tail)
    assert found.keys() == {"total_loss", "lr", "bbox/AP"}
    assert found["total_loss"][0] == [19, 39, 59]
    np.testing.assert_array_equal(found["total_loss"][1], [2, 1.5, math.nan])
    assert (found["lr"], found["bbox/AP"]) == (([19], [0.1]), ([39], [30.5]))


def test_what_the_data_are_is_part_of_the_tag(tmp_path):
    found = points(
        JsonLines(
            lines(
                tmp_path,
                {"split": "train", "epoch": 1, "loss": 2},
                {"split": "val", "epoch": 1, "loss": 3},
                {"epoch": 2, "train": {"loss": 1, "deep": {"er": 4}}},
                {"epoch": 2, "val": {"loss": "2.5"}, "list": [1]},
            )
        )
    )
    assert found == {
        "train/loss": ([1, 2], [2.0, 1.0]),
        "val/loss": ([1, 2], [3.0, 2.5]),
        "train/deep/er": ([2], [4.0]),
    }


@pytest.mark.parametrize("time", ["2023-11-14T22:13:20+00:00", 1_700_000_000, 1_700_000_000_000])
def test_times_may_be_numbers_or_words(tmp_path, time):
    (batch,) = read_on(JsonLines(lines(tmp_path, {"step": 1, "loss": 2, "timestamp": time})))
    assert batch.scalars.keys() == {"loss"}
    assert batch.scalars["loss"].wall_times.tolist() == [1.7e9]


def test_a_line_that_is_no_object_is_told_by_its_number(tmp_path):
    tail = JsonLines(
        lines(tmp_path, {"step": 1, "loss": 2}, "", "[1, 2]", "{", {"step": 4, "loss": 1})
    )
    assert points(tail) == {"loss": ([1, 4], [2.0, 1.0])}
    assert (tail.damaged_records, tail.detail) == (2, "line 3: no JSON object")


def test_a_whole_object_without_a_line_break_is_read_at_once(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1, "loss": 2}\n{"step": 2, "loss": 1}')
    tail = JsonLines(path)
    assert points(tail) == {"loss": ([1, 2], [2.0, 1.0])}
    with path.open("a") as file:
        file.write('\n{"step": 3, "loss": 0.5')
    assert points(tail) == {}
    with path.open("a") as file:
        file.write("}\n")
    assert points(tail) == {"loss": ([3], [0.5])}


@pytest.mark.parametrize("rows", [[{"text": "a", "label": 1}], [{"step": 1}], ["[1, 2]"], ["{"]])
def test_a_data_set_is_no_log(tmp_path, rows):
    lines(tmp_path, *rows)
    lines(tmp_path, {"step": 1, "loss": 2}, name="train.jsonl")
    assert not runs_of(tmp_path)


def test_the_newest_checkpoint_has_the_history_as_the_trainer_logs_it(tmp_path):
    out = shutil.copytree(LOGS / "hf", tmp_path / "out")
    for age, name in enumerate(("checkpoint-100", "checkpoint-50")):
        os.utime(out / name / "trainer_state.json", (1.7e9 - age, 1.7e9 - age))
    ((name, run),) = runs_of(tmp_path).items()
    history = json.loads((out / "checkpoint-100" / "trainer_state.json").read_text())["log_history"]
    evaluated = [row for row in history if "eval_loss" in row]
    assert name == "out"
    loss, evaluation = (run.series[tag].snapshot() for tag in ("train/loss", "eval/loss"))
    assert loss.values.tolist() == [row["loss"] for row in history if "loss" in row]
    assert evaluation.steps.tolist() == [row["step"] for row in evaluated]
    assert evaluation.values.tolist() == [row["eval_loss"] for row in evaluated]
    (out / "runs" / "now").mkdir(parents=True)
    (out / "runs" / "now" / "events.out.tfevents.1").touch()
    assert not runs_of(tmp_path)


def test_a_document_that_is_written_whole_gives_what_is_new_and_all_when_it_is_another(tmp_path):
    path = tmp_path / "trainer_state.json"

    def write(*losses: float) -> None:
        rows = [{"step": step, "loss": loss} for step, loss in enumerate(losses)]
        path.write_text(json.dumps({"log_history": rows}))

    write(3, 2)
    tail = TrainerState(path)
    assert points(tail) == {"train/loss": ([0, 1], [3.0, 2.0])}
    write(3, 2, 1)
    assert points(tail) == {"train/loss": ([2], [1.0])}
    path.write_text('{"log_history": [{"st')
    assert points(tail) == {}
    write(5)
    (batch,) = read_on(tail)
    assert batch.reset
    assert batch.scalars["train/loss"].values.tolist() == [5.0]


def test_a_key_may_hold_an_object_in_one_line_and_a_number_in_another(tmp_path):
    log = tmp_path / "log.jsonl"
    rows = [{"step": 1, "val": {"loss": {}}}, {"step": 2, "val": {"loss": 0.5}}]
    log.write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, {"step": 3, "val": 0.25}]))
    assert points(JsonLines(log)) == {"val/loss": ([2], [0.5]), "val": ([3], [0.25])}
