"""What one item has that nobody thought of ends neither `show` nor `export`."""

import json
import os
from pathlib import Path

import pytest
from torch.utils.tensorboard import SummaryWriter

from tuimon.cli.main import main


def projector(logdir: Path, text: str) -> None:
    (logdir / "projector_config.pbtxt").write_text(f"embeddings {{ {text} }}\n")


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    with SummaryWriter(str(tmp_path / "runs")) as writer:
        writer.add_text("words", "the last of all")
    return tmp_path / "runs"


@pytest.mark.parametrize("path", [r"a\000b.tsv", "pipe.tsv", "gone.tsv", "../../etc/passwd", "."])
def test_an_embedding_whose_file_is_none_hides_no_other(
    logdir: Path, path: str, capsys: pytest.CaptureFixture[str]
):
    os.mkfifo(logdir / "pipe.tsv")
    projector(logdir, f'tensor_name: "points" tensor_path: "{path}"')
    assert main(["show", "--kind", "all", str(logdir)]) == 0
    said = capsys.readouterr()
    assert "embeddings · points" in said.out
    assert "the last of all" in said.out
    assert "error in tuimon" not in said.err


def nested(depth: int) -> bytes:
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    graph = GraphDef()
    for name in ("x", "y"):
        graph.node.add(name="/".join(["scope"] * depth + [name]), op="Add")
    return graph.SerializeToString()


def test_a_graph_that_is_nested_deeply_hides_no_other(
    logdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    out = tmp_path / "out"
    writer = EventFileWriter(str(logdir))
    writer.add_event(Event(wall_time=1.7e9, graph_def=nested(3000)))
    writer.close()
    assert main(["show", "--kind", "all", str(logdir)]) == 0
    said = capsys.readouterr()
    assert "graph" in said.out
    assert "the last of all" in said.out
    assert main(["export", "--kind", "graph", "--kind", "text", str(logdir), "-o", str(out)]) in (
        0,
        1,
    )
    assert "error in tuimon" not in capsys.readouterr().err
    written = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    assert [one["tag"] for one in written if one["kind"] == "text"] == ["words/text_summary"]
