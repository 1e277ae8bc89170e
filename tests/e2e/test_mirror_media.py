"""What is no scalar goes to W&B, too: each summary once, its content as it was logged."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard import SummaryWriter

from support.mirror_runs import (
    MirrorUnderTest,
    end_run,
    new_run,
    offline_files,
    offline_records,
    offline_rows,
)
from support.wandb_server import KEY, wandb_server
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions

STEPS = 3


def write(logdir: Path) -> None:
    random = np.random.default_rng(0)
    with SummaryWriter(str(logdir)) as writer:
        for step in range(STEPS):
            writer.add_scalar("val_acc", 0.5 + step, step)
            writer.add_histogram("weights", random.normal(size=500), step)
            writer.add_image("samples", random.random((3, 8, 8)), step)
            writer.add_audio("voice", torch.zeros(1, 400), step, sample_rate=8000)
            writer.add_text("note", f"**step** <{step}>", step)
            writer.add_pr_curve("pr", np.array([0, 1, 1]), np.array([0.2, 0.7, 0.9]), step)
            corners = torch.tensor([[[0.0, 0, 0], [0, 0, 1], [0, 1, 0]]])
            writer.add_mesh("shape", corners, faces=torch.tensor([[[0, 1, 2]]]), global_step=step)
            writer.add_mesh("cloud", corners, colors=torch.full((1, 3, 3), 9), global_step=step)
        broken = Summary.Image(height=8, width=8, colorspace=3, encoded_image_string=b"no image")
        writer.file_writer.add_summary(Summary(value=[Summary.Value(tag="bad", image=broken)]), 1)
        writer.add_hparams({"lr": 0.25, "opt": "sgd"}, {"hparam/loss": 1.0}, run_name="hp")


def test_media_hyperparameters_and_extremes_arrive_once_with_their_content(tmp_path: Path) -> None:
    write(tmp_path / "runs")
    paths = new_run(tmp_path, tmp_path / "runs")
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0, paths.log.read_text()
    record = mirror.record
    found: dict[str, list[tuple[int, Any]]] = {}
    for row in offline_rows(paths):
        for key, value in row.values.items():
            if isinstance(value, dict):
                found.setdefault(key, []).append((row.values["global_step"], value))
    assert {key: values[0][1]["_type"] for key, values in found.items()} == {
        "weights": "histogram",
        "samples": "image-file",
        "voice": "audio-file",
        "note/text_summary": "html-file",
        "pr": "table-file",
        "shape": "object3D-file",
        "cloud": "object3D-file",
    }
    assert all([step for step, _ in values] == [0, 1, 2] for values in found.values())
    files = offline_files(paths)[0].parent / "files"
    content = {
        key: [(files / value["path"]).read_bytes() for _, value in values]
        for key, values in found.items()
        if "path" in values[0][1]
    }
    assert content["samples"][0].startswith(b"\x89PNG")
    assert content["note/text_summary"][2] == b"<pre>**step** &lt;2&gt;</pre>"
    assert content["voice"][0].startswith(b"RIFF")
    assert content["shape"][0].splitlines()[-1] == b"f 1 2 3"
    assert json.loads(content["cloud"][0])[1] == [0, 0, 1, 9, 9, 9]
    table = json.loads(content["pr"][0])
    assert table["columns"] == ["threshold", "precision", "recall", "tp", "fp", "tn", "fn"]
    assert sum(found["weights"][0][1]["values"]) == 500
    assert (record.state, record.refused) == ("finished", 1)
    check_config_and_summary(paths)


def check_config_and_summary(paths: RunPaths) -> None:
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    for record in offline_records(paths):
        for update in [*record.config.update, *record.run.config.update]:
            config[update.key] = json.loads(update.value_json)
        for update in record.summary.update:
            summary[update.key or "/".join(update.nested_key)] = json.loads(update.value_json)
    assert (config["lr"], config["opt"]) == (0.25, "sgd"), "hparams win over the command line"
    assert config["tuimon"]["run"] == paths.id
    assert (summary["val_acc.min"], summary["val_acc.max"], summary["val_acc.best"]) == (
        0.5,
        2.5,
        2.5,
    )
    assert summary["val_acc"] == 2.5, "the last value, where W&B's dashboards expect it"


def test_online_the_bytes_arrive_and_the_summary_can_be_read(tmp_path: Path) -> None:
    logdir = tmp_path / "runs"
    write(logdir)
    paths = new_run(tmp_path, logdir, MirrorOptions(save_events=True))
    end_run(paths)
    with wandb_server() as server:
        server.knows_no_artifacts = True  # nothing is one
        environ = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        with MirrorUnderTest(paths, environ) as mirror:
            assert mirror.finish(110) == 0, paths.log.read_text()
        (run,) = server.runs.values()
        kinds = Counter(
            value["_type"]
            for row in run.history
            for value in row.values()
            if isinstance(value, dict)
        )
        files = ("image-file", "audio-file", "html-file", "table-file")
        each = dict.fromkeys(("histogram", *files), STEPS)
        assert kinds == {**each, "object3D-file": 2 * STEPS}
        assert mirror.record.refused == 1
        images = [data for name, data in server.uploads.items() if name.endswith(".png")]
        assert len(images) == STEPS
        assert all(data.startswith(b"\x89PNG") for data in images)
        tables = [data for name, data in server.uploads.items() if name.endswith(".table.json")]
        assert len(tables) == STEPS
        for path in logdir.rglob("*tfevents*"):
            assert server.uploads[str(path.relative_to(logdir))] == path.read_bytes()
    own = {key: value for key, value in run.summary.items() if not key.startswith("_")}
    assert own.pop("pr")["_type"] == "table-file", "W&B shows tables by the summary"
    assert own == {
        "val_acc": 2.5,
        "val_acc.min": 0.5,
        "val_acc.max": 2.5,
        "val_acc.best": 2.5,
        "hp/hparam/loss": 1.0,
        "global_step": 0,
        "hp/global_step": 0,
    }
