"""How long a training is to be, by its arguments, its configuration, its trainer's state."""

import json
import os
from pathlib import Path

import pytest

from tuimon.recorder.progress.known_totals import (
    KnownTotals,
    totals_of_arguments,
    totals_of_config,
    totals_of_state,
)


@pytest.mark.parametrize(
    ("arguments", "totals"),
    [
        ("--epochs 3", (3, None)),
        ("--num-train-epochs=3.0 --max_steps -1", (3, None)),
        ("trainer.max_epochs=20 model.lr=0.1", (20, None)),
        ("--total-timesteps 1e6 --num-steps 128", (None, 1e6)),
        ("--max_iters=600", (None, 600)),
        ("--epochs 3 --max-epochs 4", (None, None)),
        ("--epochs", (None, None)),
        ("--epochs many --warmup-steps 5 --eval-steps 7", (None, None)),
    ],
)
def test_arguments(arguments: str, totals: tuple[float | None, float | None]):
    assert totals_of_arguments(["train.py", *arguments.split()]) == totals


def test_configuration():
    config = {"train/epochs": 5, "optimizer.lr": 1, "nested": {"epochs": 9}, "max_steps": None}
    assert totals_of_config(config) == (5, None)


def test_the_state_of_a_trainer(tmp_path: Path):
    for step in (100, 200):
        state = tmp_path / f"checkpoint-{step}" / "trainer_state.json"
        state.parent.mkdir()
        state.write_text(json.dumps({"max_steps": 10 * step, "num_train_epochs": 3}))
        os.utime(state, (step, step))
    assert totals_of_state([tmp_path], since=0.0) == (3, 2000)
    assert totals_of_state([tmp_path], since=300.0) == KnownTotals()  # of a training before
    state.write_text("[" * 100_000)
    os.utime(state, (900, 900))
    assert totals_of_state([tmp_path], since=0.0) == KnownTotals()
