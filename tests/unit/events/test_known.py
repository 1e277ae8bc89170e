import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from tuimon.events.known import KnownRecords, KnownScalar
from tuimon.events.wire import parse_event

STEPS = st.integers(0, 2**63 - 1) | st.integers(-(2**63), -1) | st.integers(0, 300)
WALL_TIMES = st.floats(width=64)
VALUES = st.floats(width=32)


def simple(tag: str, step: int, wall_time: float, value: float) -> bytes:
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return bytes(Event(wall_time=wall_time, step=step, summary=summary).SerializeToString())


def tensor(tag: str, step: int, wall_time: float, value: float) -> bytes:
    content = TensorProto(dtype=2, tensor_content=struct.pack("<d", value), tensor_shape={})
    summary = Summary(value=[Summary.Value(tag=tag, tensor=content)])
    return bytes(Event(wall_time=wall_time, step=step, summary=summary).SerializeToString())


def taught(*payloads: bytes, times: int = 4) -> KnownRecords:
    known = KnownRecords()
    for payload in payloads:
        for _ in range(times):
            known.learn(payload, parse_event(payload))
    return known


def read(known: KnownRecords, payload: bytes) -> KnownScalar | None:
    """Read `payload` where it lies between other bytes."""
    return known.read(b"<<" + payload + b">", (2, 2 + len(payload)))


@pytest.mark.parametrize("make", [simple, tensor])
def test_a_record_like_earlier_ones_is_read(make):
    known = taught(make("loss", 1000, 1.5e9, 0.5), make("lr/a", 1000, 1.5e9, 0.5))
    assert read(known, make("loss", 1001, 1.6e9, -2.25)) == ("loss", 1001, 1.6e9, -2.25)
    assert read(known, make("lr/a", 16383, 0.25, math.inf)) == ("lr/a", 16383, 0.25, math.inf)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(simple("acc!", 1000, 1.0, 0.5), id="another tag"),
        pytest.param(simple("loss", 100_000, 1.0, 0.5), id="a longer step"),
        pytest.param(simple("los", 100_000, 1.0, 0.5), id="a longer step in as many bytes"),
        pytest.param(tensor("loss", 1000, 1.0, 0.5), id="another kind"),
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(len(simple("loss", 1000, 1.0, 0.5))), id="zeros"),
    ],
)
def test_others_are_left_to_the_walker(payload):
    assert read(taught(simple("loss", 1000, 1.5e9, 0.5)), payload) is None


def test_a_layout_is_not_looked_for_until_it_comes_again():
    payload = simple("loss", 1000, 1.5e9, 0.5)
    assert read(taught(payload, times=3), payload) is None


@given(STEPS, STEPS, WALL_TIMES, VALUES, st.sampled_from([simple, tensor]))
def test_what_is_read_is_what_the_walker_reads(first, step, wall_time, value, make):
    payload = make("loss", step, wall_time, value)
    found = read(taught(make("loss", first, 1.0, 0.5)), payload)
    if found is None:
        return
    event = parse_event(payload)
    (walked,) = event.values
    for ours, expected in zip(
        found, (walked.tag, event.step, event.wall_time, walked.scalar), strict=True
    ):
        assert ours == expected or (ours != ours and expected != expected)
