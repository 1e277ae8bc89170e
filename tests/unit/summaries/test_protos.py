import pytest
from google.protobuf.internal import api_implementation
from google.protobuf.internal.encoder import _VarintBytes
from google.protobuf.struct_pb2 import Value
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef

from tuimon.summaries import SummaryError, protos
from tuimon.summaries.protos import parse

EVENT = Event(
    summary={"value": [{"tag": "t", "tensor": {"dtype": 7, "string_val": [b"a", b"b"]}}] * 3}
)
PARTS = 1 + 3 + 3 * (1 + 1 + 2)
"""The summary, its values, and of each the tag, the tensor and the strings."""


def test_message_of_as_many_parts_as_may_be(monkeypatch) -> None:
    monkeypatch.setattr(protos, "MAX_PARTS", PARTS)
    assert parse(Event, EVENT.SerializeToString(), "event") == EVENT
    monkeypatch.setattr(protos, "MAX_PARTS", PARTS - 1)
    with pytest.raises(SummaryError, match=f"event of more than {PARTS - 1} parts"):
        parse(Event, EVENT.SerializeToString(), "event")


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a\x00" * 300_000,
        (b"\x0a\xa0\x1f" + b"\x1a\x00" * 2000) * 10,
    ],
)
def test_messages_of_nothing_but_parts(monkeypatch, data: bytes) -> None:
    monkeypatch.setattr(protos, "MAX_PARTS", 15_000)
    with pytest.raises(SummaryError, match="graph of more than 15000 parts"):
        parse(GraphDef, data, "graph")


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05", b"\x08"])
def test_malformed_messages(data: bytes) -> None:
    with pytest.raises(SummaryError, match="malformed graph"):
        parse(GraphDef, data, "graph")


@pytest.mark.skipif(api_implementation.Type() == "python", reason="has no limit below Python's")
def test_messages_in_messages_without_end() -> None:
    """Lists of lists: 65 of them, 130 messages, are more than protobuf takes."""
    value = b""
    for _ in range(65):
        for field in (b"\x0a", b"\x32"):  # an element of a list, the list of a value
            value = field + _VarintBytes(len(value)) + value
    with pytest.raises(SummaryError, match="malformed value"):
        parse(Value, value, "value")
