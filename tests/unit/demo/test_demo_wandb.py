"""demo/train_wandb.py logs accuracy and loss, and no more, to an offline run of W&B."""

import json
import math
import subprocess
import sys

import pytest


@pytest.mark.long
def test_offline_run_holds_each_batch(tmp_path, start_demo, monkeypatch):
    for variable in ("WANDB_CONFIG_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / "state"))
    process = start_demo(tmp_path, "train_wandb.py", "--epochs", "1", "--seed", "7")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert [line[:10] for line in output.splitlines()] == ["epoch  1/1"]

    [run_file] = tmp_path.glob("wandb/offline-run-*/*.wandb")
    inspect = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", str(run_file)]
    listing = subprocess.run(
        inspect, cwd=tmp_path, capture_output=True, check=True, timeout=60
    ).stdout
    records = [json.loads(line) for line in listing.splitlines()]

    [run] = [record["run"] for record in records if record["type"] == "run"]
    assert run["project"] == "digits"
    assert run["config"]["update"].items() >= {"epochs": 1, "batch_size": 256, "seed": 7}.items()
    rows = [record["history"]["item"] for record in records if record["type"] == "history"]
    assert [row["_step"] for row in rows] == list(range(5))
    for row in rows:
        assert {key for key in row if not key.startswith("_")} == {"accuracy", "loss"}
        assert 0 <= row["accuracy"] <= 1
        assert math.isfinite(row["loss"])
