"""What TensorBoard's plugins answer its browser, beside what is decoded here of the same files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins.audio.audio_plugin import AudioPlugin
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.histogram.histograms_plugin import HistogramsPlugin
from tensorboard.plugins.image.images_plugin import ImagesPlugin
from tensorboard.plugins.mesh.mesh_plugin import MeshPlugin
from torch.utils.tensorboard import SummaryWriter
from werkzeug.test import Client

import tuimon
from support.summary_files import WRITERS, written

STEPS = (0, 3, 4)
CONTEXT = RequestContext()


def log(writer: Any) -> None:
    random = np.random.default_rng(0)
    for step in STEPS:
        writer.add_histogram("h", random.normal(size=500), step)
        writer.add_image("i", random.random((3, 5, 7)), step)
        if isinstance(writer, SummaryWriter):  # tensorboardX needs a library for that
            writer.add_audio("a", torch.sin(torch.arange(900) / (20 + step))[None], step, 8000)
        writer.add_mesh(
            "m",
            torch.from_numpy(random.random((1, 8, 3), np.float32)),
            torch.from_numpy(random.integers(0, 256, (1, 8, 3), np.uint8)),
            torch.from_numpy(random.integers(0, 8, (1, 4, 3), np.int32)),
            global_step=step,
        )


@pytest.fixture(params=WRITERS)
def both(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[TBContext, Any]:
    """TensorBoard's view of a log directory with one run, and ours."""
    written(tmp_path / "run", log, request.param)
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(tmp_path))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(tmp_path))
    context = TBContext(logdir=str(tmp_path), data_provider=provider)
    return context, tuimon.load(tmp_path)["run"].others


def test_histograms(both) -> None:
    context, ours = both
    theirs, _ = HistogramsPlugin(context).histograms_impl(CONTEXT, "h", "run", "")
    assert [(wall_time, step) for wall_time, step, _ in theirs] == [
        (one.wall_time, one.step) for one in ours["h"]
    ]
    for (_, _, buckets), one in zip(theirs, ours["h"], strict=True):
        # Theirs went through 32 bits.
        assert one.value().buckets.astype(np.float32).tolist() == np.float32(buckets).tolist()


def test_images(both) -> None:
    context, ours = both
    plugin = ImagesPlugin(context)
    theirs = plugin._image_response_for_run(CONTEXT, "", "run", "i", 0)
    assert [one["step"] for one in theirs] == [one.step for one in ours["i"]] == [*STEPS]
    for answer, one in zip(theirs, ours["i"], strict=True):
        key = answer["query"].removeprefix("blob_key=")
        data = plugin._get_generic_data_individual_image(CONTEXT, key)
        assert one.value().images[0].data == data


@pytest.mark.parametrize("both", ["torch"], indirect=True)
def test_audio(both) -> None:
    context, ours = both
    client = Client(AudioPlugin(context)._serve_individual_audio)
    theirs = AudioPlugin(context)._audio_response_for_run(CONTEXT, "", "run", "a", 0)
    assert [one["step"] for one in theirs] == [one.step for one in ours["a"]] == [*STEPS]
    for answer, one in zip(theirs, ours["a"], strict=True):
        assert one.value().clips[0].data == client.get(f"/?{answer['query']}").data


@pytest.mark.parametrize(
    ("content", "kind"), [("VERTEX", np.float32), ("FACE", np.int32), ("COLOR", np.uint8)]
)
def test_meshes(both, content: str, kind: type) -> None:
    context, ours = both
    plugin = MeshPlugin(context)
    served = Client(plugin._serve_mesh_data)
    parts = [series for series in ours.values() if series.plugin == "mesh"]
    (part,) = [one for one in parts if one[0].value().content.name == content]
    for step, one in zip(STEPS, part, strict=True):
        answer = served.get(f"/?run=run&tag=m&step={step}&content_type={content}&sample=0").data
        assert one.step == step
        assert one.value().array[0].ravel().tolist() == np.frombuffer(answer, kind).tolist()
