"""One tag that has values of several kinds: each kind is there, whole."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

from support.event_files import frame, scalar, tensor, version, write
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader

STEPS = 30
KINDS = ("scalars", "images", "histograms", "audio", "text", "pr_curves")
LEGACY = {
    "images": lambda: {"image": Summary.Image(width=1, height=1, encoded_image_string=b"x")},
    "histograms": lambda: {"histo": HistogramProto(num=1, bucket_limit=[1, 2], bucket=[0, 1])},
    "audio": lambda: {"audio": Summary.Audio(encoded_audio_string=b"RIFF")},
}
ARRAYS = {
    "scalars": np.float32(0.5),
    "images": np.array([b"1", b"1", b"x"]),
    "histograms": np.array([[0.0, 1.0, 3.0]]),
    "audio": np.array([[b"RIFF", b""]]),
    "text": np.array([b"hello"]),
    "pr_curves": np.zeros((6, 3)),
}


def record(kind: str, style: str, step: int) -> bytes:
    """A value of a kind under the tag "x", as torch writes it, or as TensorFlow 2 does."""
    if style == "torch" and kind == "scalars":
        return scalar("x", step, 0.5)
    if style == "torch" and kind in LEGACY:
        value = Summary.Value(tag="x", **LEGACY[kind]())
        event = Event(wall_time=1.7e9 + step, step=step, summary=Summary(value=[value]))
        return frame(event.SerializeToString())
    return tensor("x", step, ARRAYS[kind], kind, 1.7e9 + step)


@pytest.mark.parametrize("styles", [("torch", "torch"), ("torch", "tf2"), ("tf2", "tf2")])
@pytest.mark.parametrize("files", ["one", "in turn", "two"])
def test_both_kinds_are_there(tmp_path: Path, styles: tuple[str, str], files: str) -> None:
    for first, second in permutations(KINDS, 2):
        one = [record(first, styles[0], step) for step in range(STEPS)]
        two = [record(second, styles[1], step) for step in range(STEPS)]
        run = tmp_path / f"{first}-{second}"
        run.mkdir()
        if files == "two":
            write(run / "1.tfevents", [version(), *one])
            write(run / "2.tfevents", [version(), *two])
        else:
            mixed = [each for pair in zip(one, two, strict=True) for each in pair]
            write(run, [version(), *(mixed if files == "in turn" else one + two)])
    store = load([LogSource(path=str(tmp_path))]).store
    reader = SummaryReader()
    for (first, second), run in zip(
        sorted(permutations(KINDS, 2), key="-".join), store.runs.values(), strict=True
    ):
        assert run.name == f"{first}-{second}"
        kinds = {refs.plugin: refs for refs in run.refs.values()}
        assert {*kinds, *(["scalars"] if run.series else [])} == {first, second}
        assert [len(series) for series in run.series.values()] in ([], [STEPS])
        for plugin, refs in kinds.items():
            assert (refs.tag, refs.snapshot().steps.tolist()) == ("x", [*range(STEPS)])
            last = refs.last
            assert last is not None
            found = reader.read(run.paths[last.file], "x", plugin, last.offset, last.length)
            expected = {"pr_curves": "PrCurve", "histograms": "Histogram"}.get(plugin)
            assert type(found).__name__ == (expected or plugin.title())


def test_kinds_in_one_record(tmp_path: Path) -> None:
    """As Keras' callback with `write_images`: a histogram and an image of one name."""
    values = [Summary.Value(tag="x", **LEGACY[kind]()) for kind in ("images", "histograms")]
    event = Event(wall_time=1.7e9, step=1, summary=Summary(value=values))
    path = write(tmp_path, [version(), frame(event.SerializeToString())])
    run = load([LogSource(path=str(tmp_path))]).store.runs["."]
    assert {key: refs.plugin for key, refs in run.refs.items()} == {
        "x": "images",
        "x (histograms)": "histograms",
    }
    for refs, name in zip(run.refs.values(), ("Images", "Histogram"), strict=True):
        last = refs.last
        found = SummaryReader().read(path, "x", refs.plugin, last.offset, last.length)
        assert type(found).__name__ == name


def test_names_of_kinds_are_no_other_tags(tmp_path: Path) -> None:
    records = [tensor("x (text)", 1, b"other", "text"), tensor("x", 1, ARRAYS["images"], "images")]
    write(tmp_path, [version(), *records, tensor("x", 1, b"hello", "text")])
    refs = load([LogSource(path=str(tmp_path))]).store.runs["."].refs
    assert [(key, one.tag, one.plugin) for key, one in refs.items()] == [
        ("x (text)", "x (text)", "text"),
        ("x", "x", "images"),
        ("x (text) (text)", "x", "text"),
    ]
