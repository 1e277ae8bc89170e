"""Whatever a record holds, decoding returns a summary or raises SummaryError."""

import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tensorboard.compat.proto.config_pb2 import RunMetadata
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.histogram_pb2 import HistogramProto
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData
from tensorboard.util.tensor_util import make_tensor_proto

from tuimon.summaries import SummaryError
from tuimon.summaries.decoders import _DECODERS, decode_payload

PLUGINS = [*_DECODERS, "", "tensor"]


def value(plugin: str, content: bytes = b"", **fields: object) -> bytes:
    metadata = {"plugin_data": {"plugin_name": plugin, "content": content}}
    summary = Summary(value=[Summary.Value(tag="t_FACE", metadata=metadata, **fields)])
    return Event(wall_time=1, step=2, summary=summary).SerializeToString()


def hparams() -> HParamsPluginData:
    data = HParamsPluginData()
    data.session_start_info.hparams["a"].list_value.extend([1, "b", {"c": None}])
    return data


def graph() -> GraphDef:
    made = GraphDef(node=[{"name": "a", "op": "b", "input": ["c"], "attr": {"T": {"type": 1}}}])
    made.node[0].attr["_output_shapes"].list.shape.add().dim.add(size=-1)
    return made


def run_metadata() -> RunMetadata:
    made = RunMetadata()
    made.step_stats.dev_stats.add().node_stats.add(node_name="a").output.add()
    for _ in range(2):
        made.function_graphs.add().pre_optimization_graph.CopyFrom(graph())
    return made


HISTO = HistogramProto(min=0, max=3, bucket=[0, 1, 2], bucket_limit=[1, 2, 3])
SEEDS = {
    "legacy histogram": value("histograms", histo=HISTO),
    "histogram": value("histograms", tensor=make_tensor_proto(np.ones((2, 3)))),
    "legacy image": value("images", image={"width": 1, "height": 2}),
    "image": value("images", tensor=make_tensor_proto([b"1", b"2", b"\x89PNG\r\n\x1a\n"])),
    "legacy audio": value("audio", audio={"sample_rate": 1, "encoded_audio_string": b"RIFF"}),
    "audio": value("audio", tensor=make_tensor_proto([[b"RIFF", b"label"]])),
    "text": value("text", tensor=make_tensor_proto([[b"a", b"b"]])),
    "mesh": value(
        "mesh",
        MeshPluginData(name="m", content_type=2).SerializeToString(),
        tensor=make_tensor_proto(np.ones((1, 2, 3), np.float32)),
    ),
    "curve": value("pr_curves", tensor=make_tensor_proto(np.ones((6, 2), np.float32))),
    "hparams": value("hparams", hparams().SerializeToString()),
    "layout": value(
        "custom_scalars",
        tensor=make_tensor_proto(
            Layout(category=[{"chart": [{"multiline": {"tag": ["a"]}}]}]).SerializeToString()
        ),
    ),
    "graph": Event(graph_def=graph().SerializeToString()).SerializeToString(),
    "run metadata": Event(
        tagged_run_metadata={"tag": "t", "run_metadata": run_metadata().SerializeToString()}
    ).SerializeToString(),
    "traced step": value(
        "graph_run_metadata", tensor=make_tensor_proto([run_metadata().SerializeToString()])
    ),
}


def decode(payload: bytes, plugin: str, tag: str = "t_FACE") -> None:
    message = ""
    try:
        decode_payload(payload, tag, plugin)
    except SummaryError as error:
        message = str(error)
    assert message.isprintable()


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_well_formed(name: str) -> None:
    decode_payload(SEEDS[name], "t_FACE", "")


@given(payload=st.binary(max_size=200), plugin=st.sampled_from(PLUGINS))
def test_random_bytes(payload: bytes, plugin: str) -> None:
    decode(payload, plugin, "")


@given(
    seed=st.sampled_from([*SEEDS.values()]),
    plugin=st.sampled_from(PLUGINS),
    changes=st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 255), st.sampled_from("=+-")),
        max_size=4,
    ),
)
def test_changed_bytes(seed: bytes, plugin: str, changes: list[tuple[int, int, str]]) -> None:
    payload = bytearray(seed)
    for at, byte, change in changes:
        at %= len(payload)
        if change == "=":
            payload[at] = byte
        elif change == "+":
            payload.insert(at, byte)
        elif len(payload) > 1:
            del payload[at]
    decode(bytes(payload), plugin)


sizes = st.integers(-(2**63), 2**63 - 1) | st.integers(-1, 7)
elements = st.lists(st.integers(-(2**31), 2**31 - 1) | st.integers(0, 3), max_size=24)


@given(
    plugin=st.sampled_from(PLUGINS),
    dtype=st.integers(0, 24) | st.just(9999),
    shape=st.lists(sizes, max_size=4),
    numbers=elements,
    content=st.binary(max_size=64),
    words=st.lists(st.binary(max_size=8), max_size=24),
)
@example("text", 7, [2**31 - 1, 0], [], b"", [])
@example("images", 7, [2], [], b"", [b"9" * 5000, b"1"])
@example("histograms", 1, [0, 1 << 20, 1 << 20, 1 << 20], [], b"", [])
@example("mesh", 2, [1, 1, 3], [], np.full(3, np.nan).tobytes(), [])
def test_tensors_that_claim_anything(plugin, dtype, shape, numbers, content, words) -> None:
    tensor = TensorProto(
        dtype=dtype,
        tensor_content=content,
        float_val=numbers,
        double_val=numbers,
        int_val=numbers,
        int64_val=numbers,
        half_val=numbers,
        bool_val=[number > 0 for number in numbers],
        uint32_val=[number & 0xFFFFFFFF for number in numbers],
        uint64_val=[number & sys.maxsize for number in numbers],
        string_val=words,
        tensor_shape={"dim": [{"size": size} for size in shape]},
    )
    decode(value(plugin, tensor=tensor), plugin)


number = st.floats(width=64)


@given(
    counts=st.lists(number | st.integers(0, 5), max_size=8),
    limits=st.lists(number, max_size=8),
    least=number,
    most=number,
)
def test_legacy_histograms_of_anything(counts, limits, least, most) -> None:
    histo = HistogramProto(bucket=counts, bucket_limit=limits, min=least, max=most)
    decode(value("histograms", histo=histo), "histograms")
