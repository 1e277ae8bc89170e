import numpy as np
import torch
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import tf2_style, written
from tuimon.summaries.decoders import decode_payload
from tuimon.views import other


def shown(rows) -> str:
    return "\n".join("".join(span.text for span in row) for row in rows)


def test_what_can_be_said_of_tensors(tmp_path, place, fits):
    def write(writer):
        writer.add_tensor("array", torch.tensor(np.arange(6.0).reshape(2, 3)), 0)

    said = {}
    for event in written(tmp_path, write):
        for value in event.summary.value:
            plugin = value.metadata.plugin_data.plugin_name
            decoded = decode_payload(event.SerializeToString(), value.tag, plugin)
            fits(lambda w, h, d=decoded, p=plugin: other.rows(place, p, 1234, d, w, h))
            said[value.tag] = shown(other.rows(place, plugin, 1234, decoded, 60, 20))
    assert "1,234 bytes" in said["array"]
    assert "2×3" in said["array"]
    assert "0 1 2 3 4 5" in said["array"]


def test_what_can_be_said_of_unknown_plugins(tmp_path, place, fits):
    summary = Summary()
    table = summary.value.add(tag="table", tensor=make_tensor_proto([b"a\x1b[2J", b"b"]))
    table.metadata.plugin_data.plugin_name = "my-plugin"
    table.metadata.plugin_data.content = b"12345"
    numbers = np.array([[1.0, np.nan, 3.0]] * 10)
    summary.value.add(tag="numbers", tensor=make_tensor_proto(numbers))
    (event,) = (one for one in tf2_style(tmp_path, summary) if one.summary.value)
    said = {}
    for tag in ("table", "numbers"):
        decoded = decode_payload(event.SerializeToString(), tag, "my-plugin")
        fits(lambda w, h, d=decoded: other.rows(place, "my-plugin", 1234, d, w, h))
        said[tag] = shown(other.rows(place, "my-plugin", 1234, decoded, 60, 20))
    assert "my-plugin" in said["table"]
    assert "a␛[2J" in said["table"]
    assert "5 bytes" in said["table"]
    assert "range        1 … 3" in said["numbers"]
    assert "mean         2, standard deviation 1" in said["numbers"]
    assert "10 of 30" in said["numbers"]
