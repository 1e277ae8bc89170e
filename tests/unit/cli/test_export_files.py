"""Summaries as files: what real writers logged comes back as it was."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.mesh import metadata as mesh_metadata
from tensorboard.util.tensor_util import make_tensor_proto
from torch.utils.tensorboard import SummaryWriter

from support.event_files import version, write
from support.summary_files import WRITERS, events, tf2_style, values
from tuimon.cli.main import main
from tuimon.export.names import PathNames
from tuimon.summaries.histograms import decode_histogram

VERTICES = torch.tensor([[[0.1, 2.0, -3e-7], [1, 1, 1], [0, 1, 0]]])
COLORS = torch.tensor([[[255, 0, 0], [0, 128, 0], [0, 0, 51]]])
FACES = torch.tensor([[[0, 1, 2]]])
SOUND = torch.linspace(-1, 1, 800)[None]
EVERY = [
    f"--kind={kind}" for kind in ("histogram", "image", "audio", "text", "mesh", "pr-curve")
] + ["--kind=hparams", "--kind=graph"]


def log(writer, steps: range) -> None:
    for step in steps:
        writer.add_histogram("layer/w", np.arange(100) + step, step)
        writer.add_image("im\x1b[2Jg/..", np.full((3, 4, 5), step / 10), step)
        if isinstance(writer, SummaryWriter):  # tensorboardX needs another package for it
            writer.add_audio("snd", SOUND, step, sample_rate=8000)
        writer.add_text("txt", f"# step {step} ✓", step)
        writer.add_mesh("shape", VERTICES + step, COLORS, FACES, global_step=step)
        writer.add_pr_curve("pr", np.array([0, 1, 1]), np.array([0.1, 0.9, 0.4]), step)


def manifest(directory: Path) -> dict[str, dict[str, object]]:
    lines = (directory / "manifest.jsonl").read_text().splitlines()
    told = {line["file"]: line for line in map(json.loads, lines)}
    assert len(told) == len(lines)
    return told


def json_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("writer", WRITERS)
def test_every_kind_of_summary_writers(tmp_path: Path, capsys, writer) -> None:
    with WRITERS[writer](str(tmp_path / "runs")) as summary_writer:
        log(summary_writer, range(2))
    out = tmp_path / "out"
    assert main(["export", *EVERY, "-o", str(out), str(tmp_path / "runs")]) == 0
    told = manifest(out)
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert files == {*told, "manifest.jsonl"}
    assert f"{len(told)} files written" in capsys.readouterr().err

    logged = values(events(tmp_path / "runs"))
    (image,) = [file for file, line in told.items() if line["kind"] == "image" and line["step"]]
    assert re.fullmatch("_/im_+2Jg/1.png", image)  # tensorboardX replaces what is no letter, too
    value = logged[told[image]["tag"]]
    assert (out / image).read_bytes() == value.image.encoded_image_string
    assert told[image]["width"] == 5
    if writer == "torch":
        assert (out / "_/snd/1.wav").read_bytes() == logged["snd"].audio.encoded_audio_string
        assert told["_/snd/1.wav"]["rate"] == 8000
    (text,) = [file for file, line in told.items() if line["kind"] == "text" and line["step"]]
    assert (out / text).read_text() == "# step 1 ✓"
    first, second = json_lines(out / "_/layer_w.jsonl")
    assert (first["step"], second["tag"]) == (0, "layer/w")
    expected = decode_histogram(logged["layer/w"]).buckets.tolist()
    assert second["buckets"] == expected
    curve = json_lines(out / "_/pr.jsonl")[1]
    assert curve["true_positives"][0] == 2
    assert len(curve["precision"]) == len(curve["thresholds"])
    assert (out / "_/shape/0.obj").read_text().splitlines() == [
        "v 0.100000001 2 -3.00000011e-07 1 0 0",
        "v 1 1 1 0 0.502 0",
        "v 0 1 0 0 0 0.2",
        "f 1 2 3",
    ]


def test_hparams_and_graph(tmp_path: Path) -> None:
    with WRITERS["torch"](str(tmp_path / "runs")) as writer:
        writer.add_hparams({"lr": 0.1, "bias": True}, {"acc": 1.0}, run_name=".")
        writer.add_graph(torch.nn.Linear(2, 2), torch.rand(1, 2))
    out = tmp_path / "out"
    assert main(["export", *EVERY, "-o", str(out), str(tmp_path / "runs")]) == 0
    told = {line["tag"]: out / file for file, line in manifest(out).items()}
    (start,) = json_lines(told["_hparams_/session_start_info"])
    assert start["hparams"] == {"bias": True, "lr": 0.1}
    (graph,) = [path for path in told.values() if path.suffix == ".json"]
    assert "aten::linear" in {node["op"] for node in json.loads(graph.read_text())["nodes"]}


def test_tensor_style_images_and_numbers_that_json_lacks(tmp_path: Path) -> None:
    """As Keras' callbacks log: [k, 3] histograms, several images a step."""
    png = b"\x89PNG\r\n\x1a\n..."
    image = Summary.Value(tag="im", tensor=make_tensor_proto([b"4", b"5", png, b"GIF89a", b"?"]))
    image.metadata.plugin_data.plugin_name = "images"
    edges = np.array([[0, np.nan, 3], [1, np.inf, 2.5]])
    histogram = Summary.Value(tag="h", tensor=make_tensor_proto(edges))
    histogram.metadata.plugin_data.plugin_name = "histograms"
    tf2_style(tmp_path / "runs", Summary(value=[image]), Summary(value=[histogram]), step=7)
    out = tmp_path / "out"
    assert main(["export", *EVERY, "-o", str(out), str(tmp_path / "runs")]) == 0
    folder = out / "_/im"
    assert sorted(path.name for path in folder.iterdir()) == ["7.bin", "7.gif", "7.png"]
    (line,) = json_lines(out / "_/h.jsonl")
    assert line["buckets"] == [[0, "NaN", 3], [1, "Infinity", 2.5]]


def test_parts_of_a_mesh_in_events_of_their_own(tmp_path: Path) -> None:
    parts = []
    for content, array in ((1, VERTICES.numpy()), (2, FACES.numpy().astype("i4"))):
        tag = mesh_metadata.get_instance_name("m", content)
        about = mesh_metadata.create_summary_metadata("m", None, content, 0b110, array.shape)
        parts.append(Summary.Value(tag=tag, metadata=about, tensor=make_tensor_proto(array)))
    tf2_style(tmp_path / "runs", *(Summary(value=[part]) for part in parts))
    out = tmp_path / "out"
    assert main(["export", "--kind", "mesh", "-o", str(out), str(tmp_path / "runs")]) == 0
    assert (out / "_/m/0.obj").read_text().splitlines()[1:] == ["v 1 1 1", "v 0 1 0", "f 1 2 3"]
    assert manifest(out)["_/m/0.obj"]["faces"] == 1


def test_what_cannot_be_read_is_told_and_the_rest_written(tmp_path: Path, capsys) -> None:
    bad = Summary.Value(tag="h", tensor=make_tensor_proto(np.zeros(4)))
    good = Summary.Value(tag="h", tensor=make_tensor_proto(np.zeros((1, 3))))
    bad.metadata.plugin_data.plugin_name = "histograms"
    tf2_style(tmp_path / "runs", Summary(value=[bad]))
    tf2_style(tmp_path / "runs/b", Summary(value=[bad]), Summary(value=[good]))
    out = tmp_path / "out"
    assert main(["export", "--kind", "histogram", "-o", str(out), str(tmp_path / "runs")]) == 1
    assert ".: h: step 0: a histogram of shape [4], not [k, 3]" in capsys.readouterr().err
    assert [*manifest(out)] == ["b/h.jsonl"]


def test_refusals(tmp_path: Path, capsys) -> None:
    write(tmp_path / "runs", [version()])
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").touch()
    runs = str(tmp_path / "runs")
    for arguments, why in (
        (["--kind", "image"], "--kind writes a directory of files: give -o DIR"),
        (["--kind", "image", "--all", "-o", "x"], "--kind and --all do not go together"),
        (["--kind", "image", "-o", f"{tmp_path}/full"], "full: exists, and is not empty"),
        (["--kind", "image", "-o", f"{tmp_path}/no/out"], "no/out: No such file or directory"),
    ):
        assert main(["export", *arguments, runs]) == 2
        assert why in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]
    assert main(["export", "--kind", "image", "-o", f"{tmp_path}/out", runs]) == 0
    assert "nothing was found" in capsys.readouterr().err


@given(st.lists(st.text(max_size=120) | st.sampled_from(["A", "a", "..", "a/../..", "-rf", "/"])))
def test_names_are_safe_and_new(names: list[str]) -> None:
    given_names = PathNames()
    root = Path("root")
    found = [given_names.new(root, name, ".png") for name in names]
    assert len({str(path).lower() for path in found}) == len(names)
    for path in found:
        assert path.parent == root
        assert path.name.isascii()
        assert path.name[0] not in ".-"
        assert len(path.name) < 120
    again = [given_names.of(root, name) for name in names]
    assert again == [given_names.of(root, name) for name in names]
