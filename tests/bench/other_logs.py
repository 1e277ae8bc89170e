"""Logs written by the real libraries, read by tuimon: every point, and how long it takes.

    python tests/bench/other_logs.py PYTHON

PYTHON is an interpreter that has the libraries; those that it lacks are left out. Each library is
given the same values, which are compared with what `tuimon.load` gives, bit by bit.
"""

import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tuimon

STEPS = 200
ROWS = 1_000_000
COMMON = f"""
import math, os, sys
loss = lambda s: round(math.exp(-s / 20) + 0.05 * math.sin(s), 6)
steps = range({STEPS})
"""
WRITERS = {
    "lightning": """
from lightning.pytorch.loggers import CSVLogger
logger = CSVLogger("log", name="", version="")
for s in steps:
    logger.log_metrics({"loss": loss(s)}, step=s)
    if s % 10 == 0: logger.log_metrics({"val_loss": loss(s)}, step=s)
logger.save()
""",
    "transformers": """
from transformers.trainer_callback import TrainerState
state = TrainerState()
state.log_history = [{"loss": loss(s), "step": s} for s in steps]
os.makedirs("checkpoint-9")
state.save_to_json("checkpoint-9/trainer_state.json")
""",
    "mmengine": """
from mmengine.visualization import LocalVisBackend
backend = LocalVisBackend(save_dir="log")
for s in steps: backend.add_scalars({"loss": loss(s)}, step=s)
""",
    "stable_baselines3": """
from stable_baselines3.common.logger import configure
logger = configure("log", ["csv"])
for s in steps:
    logger.record("loss", loss(s)); logger.record("time/total_timesteps", s); logger.dump(s)
""",
    "dvclive": """
from dvclive import Live
with Live(dir="log", save_dvc_exp=False) as live:
    for s in steps: live.log_metric("loss", loss(s)); live.next_step()
""",
    "wandb": """
import wandb
with wandb.init(project="p", mode="offline", dir=".") as run:
    for s in steps: run.log({"loss": loss(s)})
""",
    "mlflow": """
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
with mlflow.start_run():
    for s in steps: mlflow.log_metric("loss", loss(s), step=s)
""",
    "trackio": """
os.environ["TRACKIO_DIR"] = os.getcwd()
import trackio
trackio.init(project="p", name="r")
for s in steps: trackio.log({"loss": loss(s)})
trackio.finish()
""",
}


def loss(step: int) -> float:
    return round(math.exp(-step / 20) + 0.05 * math.sin(step), 6)


def compare(python: str, name: str, code: str, directory: Path) -> str:
    """A line of the table."""
    version = f"import importlib.metadata as m; print(m.version({name!r}))"
    said = subprocess.run([python, "-c", version], capture_output=True, text=True, check=False)
    if said.returncode:
        return f"| {name} | – | – | |"
    command = [python, "-c", COMMON + code]
    subprocess.run(command, cwd=directory, capture_output=True, check=True, timeout=300)
    (run,) = tuimon.load(directory).values()
    found = next(series for tag, series in run.items() if tag in ("loss", "train/loss"))
    pairs = [*zip(found.steps.tolist(), found.values.tolist(), strict=True)]
    equal = sum(pair == (step, loss(step)) for step, pair in enumerate(pairs))
    origin = run.files[0].origin
    return f"| {origin} | {name} {said.stdout.strip()} | {equal} of {STEPS} | {len(pairs)} |"


def seconds(path: Path) -> float:
    """CPU time to read a log once."""
    began = time.process_time()
    tuimon.load(path)
    return time.process_time() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        for name, code in WRITERS.items():
            directory = Path(place) / name
            directory.mkdir()
            print(compare(sys.argv[1], name, code, directory), flush=True)
        table, lines = Path(place) / "points.csv", Path(place) / "points.jsonl"
        with table.open("w") as file, lines.open("w") as other:
            file.write("epoch,step,train_loss,val_loss\n")
            for row in range(ROWS):
                value = loss(row % 1000)
                rare = "" if row % 50 else value
                file.write(f"{row // 1000},{row},{value},{rare}\n")
                other.write(json.dumps({"step": row, "loss": value, "lr": 0.001}) + "\n")
        for path in (table, lines):
            print(f"| {path.suffix} | {ROWS:,} rows | {min(seconds(path) for _ in '12'):.2f} s |")


if __name__ == "__main__":
    main()
