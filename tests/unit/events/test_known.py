import math
import struct
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from support.event_files import frame
from tuimon.events.batches import BatchBuilder
from tuimon.events.bulk.known import KnownRecords
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


class Point(NamedTuple):
    tag: str
    step: int
    wall_time: float
    value: float


def enter(known: KnownRecords, *frames: bytes, most: int = 64) -> tuple[int, int, list[Point]]:
    """What `enter` makes of frames between other bytes: bytes, frames, points by tag."""
    builder = BatchBuilder()
    end, count = known.enter(b"<<" + b"".join(frames) + b">" * 20, 2, most, builder)
    (batch,) = builder.finish(0)
    points = [
        Point(tag, *point)
        for tag, columns in batch.scalars.items()
        for point in zip(*(column.tolist() for column in columns), strict=True)
    ]
    return end - 2, count, points


def read(known: KnownRecords, payload: bytes) -> Point | None:
    end, count, points = enter(known, frame(payload))
    assert (end, count) == ((len(frame(payload)), 1) if points else (0, 0))
    return points[0] if points else None


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


LOSS, LR = (simple(tag, 1000, 1.5e9, 0.5) for tag in ("loss", "lr/a"))


def test_frames_are_read_up_to_the_first_that_is_not_known():
    known = taught(LOSS, LR)
    frames = [frame(payload) for payload in (LOSS, LR, LOSS, simple("acc!", 1, 1.0, 0.5), LOSS)]
    assert enter(known, *frames) == (
        sum(map(len, frames[:3])),
        3,
        [Point("loss", 1000, 1.5e9, 0.5)] * 2 + [Point("lr/a", 1000, 1.5e9, 0.5)],
    )
    assert enter(known, *frames, most=2)[:2] == (sum(map(len, frames[:2])), 2)


@pytest.mark.parametrize("at", range(len(frame(LOSS))))
def test_a_damaged_byte_anywhere_ends_the_frames(at):
    good = frame(LOSS)
    bad = bytearray(good)
    bad[at] ^= 1
    assert enter(taught(LOSS), good, bytes(bad), good)[:2] == (len(good), 1)


@pytest.mark.parametrize("cut", range(1, len(frame(LOSS))))
def test_a_cut_frame_is_left(cut):
    window = frame(LOSS) + frame(LOSS)[:-cut]
    assert taught(LOSS).enter(window, 0, 9, BatchBuilder()) == (len(frame(LOSS)), 1)


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
