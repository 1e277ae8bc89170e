"""The walker reads what protobuf reads, and rejects what protobuf rejects."""

import math

from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from tuimon.events.fields import WireError
from tuimon.events.wire import parse_event

int64 = st.integers(-(2**63), 2**63 - 1)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
metadata = st.builds(
    lambda name, title: SummaryMetadata(
        plugin_data=SummaryMetadata.PluginData(plugin_name=name), display_name=title
    ),
    text,
    text,
)
values = st.one_of(
    st.builds(Summary.Value, tag=text, simple_value=st.floats(width=32)),
    st.builds(Summary.Value, tag=text, metadata=metadata, simple_value=st.floats(width=32)),
    st.builds(Summary.Value, tag=text, metadata=metadata),
    st.builds(
        lambda tag, number: Summary.Value(
            tag=tag, tensor=TensorProto(dtype=2, double_val=[number])
        ),
        text,
        st.floats(),
    ),
)
events = st.builds(
    Event,
    wall_time=st.floats(),
    step=int64,
    summary=st.builds(Summary, value=st.lists(values, max_size=4)),
)


def number_of(value: Summary.Value) -> float | None:
    if value.HasField("tensor"):
        return float(value.tensor.double_val[0])
    return float(value.simple_value) if value.HasField("simple_value") else None


def same(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return left == right or (math.isnan(left) and math.isnan(right))


@settings(max_examples=300)
@given(events)
def test_events_are_read_as_protobuf_reads_them(event: Event) -> None:
    read = parse_event(event.SerializeToString())
    assert same(read.wall_time, event.wall_time)
    assert read.step == event.step
    assert len(read.values) == len(event.summary.value)
    for ours, theirs in zip(read.values, event.summary.value, strict=True):
        assert ours.tag == theirs.tag
        assert same(ours.scalar, number_of(theirs))
        named = theirs.metadata.plugin_data.plugin_name if theirs.HasField("metadata") else None
        assert ours.plugin == named


@settings(max_examples=500)
@given(events, st.data())
def test_changed_bytes_are_judged_as_protobuf_judges(event: Event, data: st.DataObject) -> None:
    payload = bytearray(event.SerializeToString())
    for _ in range(data.draw(st.integers(1, 3)) if payload else 0):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    try:
        theirs = Event.FromString(bytes(payload))
    except DecodeError:
        return  # they check more: strings that we never show, the content of heavy messages
    ours = parse_event(bytes(payload))
    assert ours.step == theirs.step
    assert [value.tag for value in ours.values] == [value.tag for value in theirs.summary.value]


@settings(max_examples=500)
@given(st.binary(max_size=60))
def test_any_bytes_are_an_event_or_rejected(payload: bytes) -> None:
    try:
        parse_event(payload)
    except WireError:
        return
