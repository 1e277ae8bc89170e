"""What real writers leave behind, against TensorBoard's own readers."""

from pathlib import Path

import numpy as np
import pytest
import tensorboardX
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray
from torch.utils.tensorboard import SummaryWriter

from support.event_files import points, read
from tuimon.events.frames import read_payload
from tuimon.events.logdir import LogdirScan
from tuimon.events.points import SummaryRef
from tuimon.events.tail import EventFileTail
from tuimon.runs.sources import LogSource

Read = tuple[dict[str, list[tuple[int, float, float]]], list[SummaryRef]]


def read_runs(logdir: Path) -> dict[str, Read]:
    """Scalars and references of each run; every reference must lead to its record."""
    runs: dict[str, Read] = {}
    for run, path in LogdirScan([LogSource(path=str(logdir))]).scan():
        tail = EventFileTail(path)
        batches = read(tail)
        assert tail.damaged_records == tail.undecided_bytes == 0
        assert not any(batch.unknown for batch in batches)
        refs = [ref for batch in batches for ref in batch.refs]
        for ref in refs:
            assert len(read_payload(path, ref.offset, ref.length)) == ref.length
        assert run not in runs
        runs[run] = points(batches), refs
    return runs


def accumulated(directory: Path) -> dict[str, list[tuple[int, float, float]]]:
    """All scalars of a run as TensorBoard's EventAccumulator reads them."""
    accumulator = EventAccumulator(str(directory), {"scalars": 0, "tensors": 0})
    accumulator.Reload()
    found = {
        tag: [(event.step, event.wall_time, event.value) for event in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }
    for tag in accumulator.Tags()["tensors"]:
        metadata = accumulator.SummaryMetadata(tag)
        if metadata.plugin_data.plugin_name == "scalars":
            found[tag] = [
                (event.step, event.wall_time, make_ndarray(event.tensor_proto).item())
                for event in accumulator.Tensors(tag)
            ]
    return found


def test_every_call_of_torchs_writer(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(20):
            writer.add_scalar("loss", 1 / (step + 1), step)
            writer.add_scalar("new", step, step, new_style=True)
            writer.add_scalar("double", step / 3, step, new_style=True, double_precision=True)
            writer.add_scalars("group", {"train": step, "test/deep": -step}, step)
        writer.add_histogram("weights", np.arange(100.0), 1)
        writer.add_image("image", np.zeros((3, 8, 8)), 1)
        writer.add_images("images", np.zeros((2, 3, 8, 8)), 1)
        writer.add_text("text", "hello", 1)
        writer.add_audio("audio", torch.zeros(1, 100), 1)
        writer.add_pr_curve("curve", np.array([0, 1]), np.array([0.1, 0.9]), 1)
        writer.add_mesh("mesh", torch.zeros(1, 4, 3), faces=torch.zeros(1, 1, 3), global_step=1)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.5}, run_name="trial")
        writer.add_custom_scalars({"a": {"b": ["Multiline", ["loss"]]}})
        writer.add_graph(torch.nn.Linear(2, 1), torch.zeros(1, 2))
        writer.add_tensor("tensor", torch.arange(6), 1)
    runs = read_runs(tmp_path)
    assert sorted(runs) == [".", "group_test/deep", "group_train", "trial"]
    for run, (scalars, _) in runs.items():
        assert scalars == accumulated(tmp_path / run)
    assert runs["."][0]["new"][3] == (3, pytest.approx(runs["."][0]["loss"][3][1], abs=1), 3.0)
    assert sorted((ref.plugin, ref.tag) for ref in runs["."][1]) == [
        ("audio", "audio"),
        ("custom_scalars", "custom_scalars__config__"),
        ("graph_tagged_run_metadata", "step1"),
        ("graphs", "__run_graph__"),
        ("histograms", "weights"),
        ("images", "image"),
        ("images", "images"),
        ("mesh", "mesh_FACE"),
        ("mesh", "mesh_VERTEX"),
        ("pr_curves", "curve"),
        ("tensor", "tensor"),
        ("text", "text/text_summary"),
    ]
    assert [(ref.plugin, ref.tag) for ref in runs["trial"][1]] == [
        ("hparams", "_hparams_/experiment"),
        ("hparams", "_hparams_/session_start_info"),
        ("hparams", "_hparams_/session_end_info"),
    ]


def test_tensorboardx(tmp_path: Path) -> None:
    with tensorboardX.SummaryWriter(str(tmp_path)) as writer:
        for step in range(20):
            writer.add_scalar("loss", step / 3, step)
            writer.add_scalar("named", step / 3, step, display_name="N", summary_description="D")
        writer.add_histogram("weights", np.arange(100.0), 1)
        writer.add_image("image", np.zeros((3, 8, 8)), 1)
        writer.add_text("text", "hello", 1)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.5}, name="trial")
    runs = read_runs(tmp_path)
    assert sorted(runs) == [".", "trial"]
    for run, (scalars, _) in runs.items():
        assert scalars == accumulated(tmp_path / run)
    assert {ref.plugin for ref in runs["."][1]} == {"histograms", "images", "text"}


def test_long_logs_equal_tensorboards_reading(tmp_path: Path) -> None:
    """Long enough for templates and cycles; validation passes and a resume interrupt them."""
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(600):
            writer.add_scalar("Loss/train", 1 / (step + 1), step)
            writer.add_scalar("Accuracy/train", step / 600, step, new_style=True)
            writer.add_scalar("lr", 0.1 / 3, step, new_style=True, double_precision=True)
            if step % 50 == 49:
                writer.add_scalar("Loss/test", 2 / (step + 1), step)
                writer.add_histogram("weights", np.arange(100.0), step)
    ((scalars, refs),) = read_runs(tmp_path).values()
    assert scalars == accumulated(tmp_path)
    assert len(refs) == 12


SPECIAL = [np.nan, np.inf, -np.inf, -0.0, 1e-45, 5e-324, 1.7e308, 3.4e38, 0.1]


def test_special_values_are_bit_exact(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        for step, value in enumerate(SPECIAL):
            writer.add_scalar("single", value, step)
            writer.add_scalar("double", value, step, new_style=True, double_precision=True)
    ((scalars, _),) = read_runs(tmp_path).values()
    with np.errstate(over="ignore"):
        single = np.array(SPECIAL, np.float32).astype(np.float64)
    expected = {"single": single, "double": np.array(SPECIAL)}
    theirs = accumulated(tmp_path)
    for tag, values in expected.items():
        for found in (scalars, theirs):
            assert np.array([value for _, _, value in found[tag]]).tobytes() == values.tobytes()


def test_extreme_steps(tmp_path: Path) -> None:
    wanted = [0, -1, -(2**63), 2**63 - 1, 127, 128, 2**31, 2**32]
    with SummaryWriter(str(tmp_path)) as writer:
        for step in wanted:
            writer.add_scalar("a", 1.0, step)
    ((scalars, _),) = read_runs(tmp_path).values()
    assert [step for step, _, _ in scalars["a"]] == wanted
    assert scalars == accumulated(tmp_path)


def test_hostile_tags_arrive_as_they_are(tmp_path: Path) -> None:
    tags = ["", "\x1b[2J\x07", "a/b c/ü/漢", "[@click=app.quit]x[/]", "\u202e\0", "x" * 100_000]
    with SummaryWriter(str(tmp_path)) as writer:
        for tag in tags:
            writer.file_writer.add_summary(
                torch.utils.tensorboard.summary.Summary(
                    value=[torch.utils.tensorboard.summary.Summary.Value(tag=tag, simple_value=1)]
                ),
                1,
            )
    ((scalars, _),) = read_runs(tmp_path).values()
    assert list(scalars) == tags
