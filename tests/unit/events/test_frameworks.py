"""Event files of real trainings by the frameworks that people use, against TensorBoard's readers.

`pip install -e '.[writers]'` brings the frameworks; a test whose framework is missing is skipped.
"""

import math
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util.tensor_util import make_ndarray

from support.data_server import binary, data_server
from tuimon.api import LogDirectory, Run, load

Points = list[tuple[int, float, str]]


def exact(steps: object, wall_times: object, values: object) -> Points:
    """Points that compare bit by bit: NaN is equal to NaN, and -0 is not 0."""
    return [
        (int(step), float(wall_time), repr(float(value)))
        for step, wall_time, value in zip(steps, wall_times, values, strict=True)
    ]


def check(logdir: Path) -> LogDirectory:
    """Compare what tuimon loads with the accumulator and the data server; nothing is missing."""
    logs = load(logdir)
    assert logs
    assert logs.damaged == {}
    for run in logs.values():
        assert run.unknown == {}
        check_with_accumulator(run)
    if binary() is not None:
        with data_server(logdir, timeout=30) as server:
            theirs = {run: tags for run, tags in server.scalars().items() if tags}
        assert {name: newest_of_steps(run) for name, run in logs.items() if run} == {
            name: {tag: exact(*zip(*points, strict=True)) for tag, points in tags.items()}
            for name, tags in theirs.items()
        }
    return logs


def newest_of_steps(run: Run) -> dict[str, Points]:
    """Points as the data server holds them: in single precision, the newest of each step.

    Frameworks log a tag several times at a step (`epoch` beside training and validation), which
    is no restart: all of them are in force.
    """
    newest = {}
    for tag, series in run.items():
        with np.errstate(over="ignore"):
            points = exact(series.steps, series.wall_times, series.values.astype(np.float32))
        newest[tag] = [*{point[0]: point for point in points}.values()]
    return newest


def check_with_accumulator(run: Run) -> None:
    """Scalars bit by bit, and a series for every tag of any other kind."""
    accumulator = EventAccumulator(str(run.path), dict.fromkeys(("scalars", "tensors"), 0))
    accumulator.Reload()
    scalars: dict[str, Points] = {}
    others: set[str] = set()
    tags = accumulator.Tags()
    for tag in tags["scalars"]:
        events = accumulator.Scalars(tag)
        scalars[tag] = exact(*zip(*((e.step, e.wall_time, e.value) for e in events), strict=True))
    for tag in tags["tensors"]:
        if accumulator.SummaryMetadata(tag).plugin_data.plugin_name != "scalars":
            others.add(tag)
            continue
        events = accumulator.Tensors(tag)
        rows = ((e.step, e.wall_time, make_ndarray(e.tensor_proto).item()) for e in events)
        scalars[tag] = exact(*zip(*rows, strict=True))
    for kind in ("images", "audio", "histograms", "run_metadata"):
        others.update(tags[kind])
    if tags["graph"]:
        others.add("__run_graph__")
    # A tag that has nothing but metadata, as those of hparams, is no tensor to the accumulator.
    others.update(accumulator.summary_metadata.keys() - scalars.keys())
    found = {}
    for tag, series in run.items():
        points = series.all_points()
        # The accumulator purges no tensors; TensorBoard itself does.
        kept = ~points.purged if tag in tags["scalars"] else slice(None)
        found[tag] = exact(*(column[kept] for column in points[:3]))
    assert {tag: points for tag, points in found.items() if points} == scalars
    assert set(run.others) - {"__meta_graph__"} == others
    assert all(summary.read() for series in run.others.values() for summary in series)


def test_torch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from torch.utils.tensorboard import SummaryWriter

    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for purge_step in (None, 30):
        suffix = f".{purge_step}"
        with SummaryWriter(str(tmp_path), purge_step=purge_step, filename_suffix=suffix) as writer:
            writer.add_graph(model, torch.zeros(1, 4))
            for step in range(purge_step or 0, 50):
                loss = model(torch.rand(16, 4)).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                writer.add_scalar("Loss/train", loss.item(), step)
                writer.add_scalar("lr", 0.1, step, new_style=True)
                writer.add_scalars("both", {"loss": loss.item(), "half": loss.item() / 2}, step)
            writer.add_histogram("weights", model[0].weight, step)
            writer.add_hparams({"lr": 0.1}, {"hparam/loss": loss.item()})
    logs = check(tmp_path)
    assert len(logs) == 5
    assert logs["."]["Loss/train"].steps.tolist() == [*range(50)]
    assert logs["."]["Loss/train"].all_points().purged.sum() == 20


def test_tensorboardx(tmp_path: Path) -> None:
    tensorboardx = pytest.importorskip("tensorboardX")
    with tensorboardx.SummaryWriter(str(tmp_path)) as writer:
        for step in range(100):
            writer.add_scalar("loss", math.exp(-step / 10), step)
            writer.add_scalar("named", step, step, display_name="N", summary_description="D")
            writer.add_histogram("weights", np.arange(step + 2.0), step)
        writer.add_text("text", "hello", 1)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.5}, name="trial")
    assert len(check(tmp_path)["."]["loss"]) == 100


def test_tensorboards_own_writer(tmp_path: Path) -> None:
    """Summaries as TensorFlow 2 writes them: tensors with metadata, several in an event."""
    writer = EventFileWriter(str(tmp_path / "train"))
    for step in range(100):
        parts = [
            scalar_pb("epoch_loss", 1 / (step + 1)),
            scalar_pb("epoch_accuracy", step / 100, description="share of right answers"),
            histogram_pb("kernel", np.arange(100.0)),
            text_pb("note", f"step {step}"),
        ]
        summary = Summary(value=[value for part in parts for value in part.value])
        writer.add_event(Event(wall_time=1.7e9 + step / 3, step=step, summary=summary))
    writer.close()
    run = check(tmp_path)["train"]
    assert [len(series) for series in run.values()] == [100, 100]
    assert {tag: series.plugin for tag, series in run.others.items()} == {
        "kernel": "histograms",
        "note": "text",
    }


def test_lightning(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    lightning = pytest.importorskip("lightning")
    from lightning.pytorch.callbacks import LearningRateMonitor
    from lightning.pytorch.loggers import TensorBoardLogger

    class Linear(lightning.LightningModule):
        def __init__(self, rate: float) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(4, 1)
            self.example_input_array = torch.zeros(1, 4)

        def forward(self, inputs):
            return self.layer(inputs)

        def training_step(self, batch, _):
            loss = self(batch[0]).square().mean()
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch, _):
            self.log("val_loss", self(batch[0]).square().mean())

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), self.hparams.rate)

    data = torch.utils.data.TensorDataset(torch.rand(64, 4))
    loader = torch.utils.data.DataLoader(data, 8)
    for rate in (0.1, 0.01):
        trainer = lightning.Trainer(
            accelerator="cpu",
            max_epochs=3,
            log_every_n_steps=1,
            logger=TensorBoardLogger(str(tmp_path), name="linear", log_graph=True),
            callbacks=[LearningRateMonitor("step")],
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
        )
        trainer.fit(Linear(rate), loader, loader)
    logs = check(tmp_path)
    assert [*logs] == ["linear/version_0", "linear/version_1"]
    run = logs["linear/version_1"]
    assert {"train_loss_step", "train_loss_epoch", "val_loss", "epoch", "lr-SGD"} <= {*run}
    assert len(run["train_loss_step"]) == 24
    assert {series.plugin for series in run.others.values()} >= {"graphs", "hparams"}


def test_stable_baselines(tmp_path: Path) -> None:
    pytest.importorskip("stable_baselines3")
    from stable_baselines3 import PPO

    model = PPO(
        "MlpPolicy", "CartPole-v1", n_steps=32, batch_size=32, n_epochs=1,
        tensorboard_log=str(tmp_path), device="cpu", seed=1,
    )  # fmt: skip
    model.learn(128, log_interval=1)
    model.learn(64, log_interval=1, reset_num_timesteps=False)
    (run,) = check(tmp_path).values()
    assert run.name == "PPO_1"
    assert run["train/loss"].steps.tolist() == [64, 96, 128, 192]
    assert "rollout/ep_rew_mean" in run


def test_transformers(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("accelerate")
    transformers = pytest.importorskip("transformers")

    class Linear(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)

        def forward(self, x, labels):
            outputs = self.layer(x)[:, 0]
            return {"loss": (outputs - labels).square().mean(), "logits": outputs}

    rows = [{"x": torch.rand(4), "labels": torch.tensor(1.0)} for _ in range(32)]
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path),
        report_to="tensorboard",
        num_train_epochs=2,
        per_device_train_batch_size=8,
        logging_steps=1,
        eval_strategy="epoch",
        save_strategy="no",
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = transformers.Trainer(Linear(), arguments, train_dataset=rows, eval_dataset=rows)
    trainer.train()
    (run,) = check(tmp_path).values()
    assert len(run["train/loss"]) == 8
    assert len(run["eval/loss"]) == 2
    assert run.others
