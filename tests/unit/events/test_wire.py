import math
import struct

import numpy as np
import pytest
from google.protobuf.internal import api_implementation
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, types_pb2
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.util.tensor_util import make_tensor_proto

from tuimon.events.fields import WireError
from tuimon.events.wire import Event, Value, parse_event

MAX = 2**63 - 1


def varint(number: int) -> bytes:
    encoded = b""
    while number >= 0x80:
        encoded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return encoded + bytes([number])


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def one_value(value: Summary.Value) -> Value:
    event = event_pb2.Event(summary=Summary(value=[value]))
    (read,) = parse_event(event.SerializeToString()).values
    return read


@pytest.mark.parametrize("step", [0, 1, 127, 128, 2**31, MAX, -1, -(2**63)])
@pytest.mark.parametrize("wall_time", [0.0, 1.7e9, -1.5, math.inf])
def test_times_and_steps(step: int, wall_time: float) -> None:
    message = event_pb2.Event(step=step, wall_time=wall_time).SerializeToString()
    assert parse_event(message) == Event(wall_time, step, "")


@pytest.mark.parametrize("value", [0.0, -0.0, 1e-45, 3.4e38, math.inf, -math.inf, math.nan, 0.1])
def test_simple_values_are_exact(value: float) -> None:
    read = one_value(Summary.Value(tag="t", simple_value=value)).scalar
    assert struct.pack("<d", read) == struct.pack("<d", float(np.float32(value)))


NUMERIC = [
    *(np.float32, np.float64, np.float16, np.int8, np.int16, np.int32, np.int64),
    *(np.uint8, np.uint16, np.uint32, np.uint64, np.bool_),
]


@pytest.mark.parametrize("dtype", NUMERIC)
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_tensor_scalars_of_every_type(dtype: type, shape: tuple[int, ...]) -> None:
    for number in {np.zeros((), dtype).item(), np.ones((), dtype).item(), *extremes(dtype)}:
        array = np.full(shape, number, dtype)
        typed = make_tensor_proto(array)
        content = TensorProto(
            dtype=typed.dtype, tensor_shape=typed.tensor_shape, tensor_content=array.tobytes()
        )
        for proto in (typed, content):
            assert one_value(Summary.Value(tag="t", tensor=proto)).scalar == float(number)


def extremes(dtype: type) -> list[float]:
    if dtype is np.bool_:
        return []
    info = np.finfo(dtype) if np.issubdtype(dtype, np.floating) else np.iinfo(dtype)
    return [info.min, info.max]


def test_unpacked_elements_bfloat16_and_left_out_zeros() -> None:
    shape = TensorShapeProto()
    unpacked = b"\x08\x01" + b"\x12\x00" + bytes([5 << 3 | 5]) + struct.pack("<f", 2.5)
    message = field(5, field(1, field(1, b"t") + field(8, unpacked)))
    assert parse_event(message).values[0].scalar == 2.5
    bfloat = TensorProto(dtype=types_pb2.DT_BFLOAT16, tensor_shape=shape, half_val=[0x3FC0])
    assert one_value(Summary.Value(tensor=bfloat)).scalar == 1.5
    empty = TensorProto(dtype=types_pb2.DT_FLOAT, tensor_shape=shape)
    assert one_value(Summary.Value(tensor=empty)).scalar == 0.0


@pytest.mark.parametrize("array", [[1.0, 2.0], [], b"text", [[1, 2]], 1j])
def test_other_tensors_are_no_scalars(array: object) -> None:
    value = Summary.Value(tag="t", tensor=make_tensor_proto(np.asarray(array)))
    assert one_value(value) == Value("t", "tensor", None, None)


def test_content_of_a_wrong_size_is_no_scalar() -> None:
    for size in (0, 3, 8):
        proto = TensorProto(dtype=types_pb2.DT_FLOAT, tensor_content=b"x" * size)
        assert one_value(Summary.Value(tensor=proto)).scalar == (0.0 if not size else None)


def tensor_of(content: bytes) -> bytes:
    """An event with one value: the tensor with the wire format `content`."""
    return field(5, field(1, field(1, b"t") + field(8, content)))


@pytest.mark.parametrize(
    "tensor",
    [
        b"\x08\x01" + field(5, b"ab"),  # a packed float of two bytes
        b"\x08\x02" + field(6, b"abcdefghijkl"),
        b"\x08\x03" + field(7, b"\x80") + b"\x38\x01",  # a packed varint that ends elsewhere
    ],
)
def test_packed_numbers_that_are_cut(tensor: bytes) -> None:
    with pytest.raises(DecodeError):
        event_pb2.Event.FromString(tensor_of(tensor))
    with pytest.raises(WireError):
        parse_event(tensor_of(tensor))


@pytest.mark.parametrize(
    "payload",
    [
        b"\x2a\x00" * 300_000,
        field(5, b"\x0a\x00" * 300_000),
        field(5, b"\x0a\x00" * 150_000) * 2,
        field(5, field(1, b"\x4a\x00" * 300_000)),
    ],
    ids=["summaries", "values", "values of parts", "metadata"],
)
def test_messages_of_too_many_fields(payload: bytes) -> None:
    """They would take sixty times their size in memory."""
    with pytest.raises(WireError):
        parse_event(payload)


def test_shape_of_many_dimensions() -> None:
    """Its number of elements would have millions of digits."""
    shape = field(2, b"\x08" + varint(2**62)) * 200_000
    (value,) = parse_event(tensor_of(b"\x08\x01" + field(2, shape))).values
    assert value.scalar is None


def test_numbers_are_cut_to_their_type() -> None:
    """Enumerations have 32 bits; of a repeated field the first element counts, packed or not."""
    one = varint(2**32 + 1)
    assert parse_event(tensor_of(b"\x08" + one + field(5, bytes(4)))).values[0].scalar == 0.0
    assert parse_event(field(7, b"\x08" + one)).starts
    both = b"\x08\x03" + b"\x38\x05" + field(7, b"\x06")
    assert parse_event(tensor_of(both)).values[0].scalar == 5.0


def test_kinds_and_plugins() -> None:
    data = SummaryMetadata.PluginData(plugin_name="hparams")
    metadata = SummaryMetadata(plugin_data=data)
    assert one_value(Summary.Value(tag="h", metadata=metadata)) == Value("h", "", None, "hparams")
    assert one_value(Summary.Value(metadata=SummaryMetadata())).plugin == ""
    assert one_value(Summary.Value(image=Summary.Image(width=3))).kind == "image"
    assert one_value(Summary.Value(node_name="n")) == Value("", "", None, None)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (event_pb2.Event(file_version="brain.Event:2"), "file_version"),
        (event_pb2.Event(graph_def=b"\xff"), "graph_def"),
        (event_pb2.Event(meta_graph_def=b"\xff"), "meta_graph_def"),
        (event_pb2.Event(log_message=event_pb2.LogMessage(message="m")), "log_message"),
    ],
)
def test_other_events(message: event_pb2.Event, kind: str) -> None:
    assert parse_event(message.SerializeToString()).kind == kind


def test_session_log_and_run_metadata() -> None:
    for status, starts in [(event_pb2.SessionLog.START, True), (event_pb2.SessionLog.STOP, False)]:
        log = event_pb2.SessionLog(status=status)
        event = parse_event(event_pb2.Event(step=7, session_log=log).SerializeToString())
        assert event == Event(0.0, 7, "session_log", starts=starts)
    tagged = event_pb2.TaggedRunMetadata(tag="step 1", run_metadata=b"\xff\xff")
    message = event_pb2.Event(tagged_run_metadata=tagged).SerializeToString()
    assert parse_event(message).tag == "step 1"


def test_fields_in_any_order_repeated_and_unknown() -> None:
    value = field(1, b"old") + field(99, b"?") + field(1, b"t") + bytes([2 << 3 | 5])
    value += struct.pack("<f", 1.5)
    message = (
        field(5, field(1, value))
        + varint(77 << 3) + varint(2**64 - 1)
        + b"\x10\x05\x10" + b"\x83\x80\x80\x00"  # step 5, then step 3, overlong
        + varint(11 << 3 | 1) + bytes(8)
        + b"\xa3\x06" + field(5, b"no summary") + b"\x0b\x0c" + b"\xa4\x06"  # groups
        + b"\x09" + struct.pack("<d", 4.0)
    )  # fmt: skip
    proto = event_pb2.Event.FromString(message)
    assert (proto.step, proto.summary.value[0].tag) == (3, "t")
    assert parse_event(message) == Event(
        4.0, 3, "summary", (Value("t", "simple_value", 1.5, None),)
    )


def test_parts_of_a_message_are_merged_and_the_last_of_a_oneof_stays() -> None:
    def part(tag: bytes) -> bytes:
        return field(5, field(1, field(1, tag)))

    merged = parse_event(part(b"a") + part(b"b"))
    assert [value.tag for value in merged.values] == ["a", "b"]
    replaced = part(b"a") + field(3, b"version") + part(b"b")
    assert [value.tag for value in event_pb2.Event.FromString(replaced).summary.value] == ["b"]
    assert [value.tag for value in parse_event(replaced).values] == ["b"]
    assert parse_event(part(b"a") + field(3, b"version")).kind == "file_version"
    number = bytes([2 << 3 | 5]) + struct.pack("<f", 1.0)
    image_last = field(5, field(1, number + field(4, b"")))
    assert parse_event(image_last).values[0] == Value("", "image", None, None)


def test_unknown_kinds_are_named() -> None:
    assert parse_event(field(12, b"new")).kind == "field 12"
    (value,) = parse_event(field(5, field(1, field(12, b"new")))).values
    assert value == Value("", "value field 12", None, None)


@pytest.mark.parametrize(
    "message",
    [
        b"\x09\x00",  # eight bytes promised
        b"\x10",  # no number
        b"\x10" + b"\x80" * 10 + b"\x01",  # number of eleven bytes
        b"\x80" * 20,
        b"\x2a\x05abc",  # five bytes promised
        b"\x0b\x10\x01",  # a group without an end
        b"\x0b\x14",  # a group that ends as another
        b"\x0b" * 200 + b"\x0c" * 200,
        b"\x0f",  # no such wire type
        b"\x00\x00",  # field number 0
        field(5, b"\x0a\x7f"),
        field(5, field(1, b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")),  # length 2^64 - 1
    ],
)
def test_malformed_messages_are_rejected(message: bytes) -> None:
    with pytest.raises(WireError):
        parse_event(message)
    if api_implementation.Type() == "python":
        return  # it takes much for right, and raises whatever comes
    with pytest.raises(Exception, match=r"pars|decod|Err|invalid|Wrong|truncated"):
        event_pb2.Event.FromString(message)
