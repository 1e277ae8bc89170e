"""Heads of long records first, their content behind that: in the end all is as if read whole."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

from support.event_files import scalar, start, tensor, version
from support.event_logs import record
from tuimon.events import heads
from tuimon.events.buffer import ReadBuffer
from tuimon.events.tail import EventFileTail
from tuimon.store.run_log import FileStatus, RunLog

LONG = 400
PIECE = 600
PAGE = 256


def image(tag: str, size: int) -> Summary.Value:
    content = bytes(range(256)) * (size // 256 + 1)
    return Summary.Value(tag=tag, image=Summary.Image(width=8, encoded_image_string=content[:size]))


def histogram(tag: str) -> Summary.Value:
    buckets = np.arange(40.0)
    return Summary.Value(tag=tag, histo=HistogramProto(bucket=buckets, bucket_limit=buckets))


def number(tag: str) -> Summary.Value:
    return Summary.Value(tag=tag, simple_value=0.5)


def event(step: int, *values: Summary.Value, **fields: object) -> bytes:
    message = Event(wall_time=1.7e9 + step, step=step, **fields)
    if values:
        message.summary.value.extend(values)
    return record(message.SerializeToString())


RECORDS = {
    "loss": lambda step: scalar("loss", step, step / 3),
    "image": lambda step: event(step, image("image", 1000)),
    "images": lambda step: event(step, image("image", 900 + step % 7), image("other", 500)),
    "mixed": lambda step: event(step, image("image", 700), number("loss"), histogram("weights")),
    "before": lambda step: event(step, number("loss"), image("image", 700)),
    "weights": lambda step: event(step, histogram("weights")),
    "short": lambda step: event(step, image("image", 60)),
    "tensor": lambda step: tensor("pictures", step, [b"1", b"1", b"x" * 900], "images"),
    "unnamed": lambda step: tensor("pictures", step, [b"1", b"1", b"y" * 800], None),
    "large": lambda step: tensor("raw", step, np.arange(300.0), "numbers"),
    "text": lambda step: tensor("text", step, b"t" * (step * 97 % 900), "text"),
    "graph": lambda step: event(step, graph_def=b"g" * 600),
    "start": lambda step: start(step - 3),
    "odd": lambda step: record(b"\x10\x05" * 30 + b"\x2a\x00" + b"\x62\xf0\x03" + bytes(496)),
    "torn": lambda step: record(b"\x2a\xff\x07" + bytes(500)),
}
kinds = st.lists(
    st.one_of(st.sampled_from(["image", "loss"]), st.sampled_from(sorted(RECORDS))),
    min_size=4,
    max_size=40,
)
places = st.floats(0, 1, exclude_max=True)
damages = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), places, st.integers(1, 255)),
        st.tuples(st.just("zeros"), places, st.integers(1, 700)),
        st.tuples(st.just("lost"), places, st.integers(1, 700)),
        st.tuples(st.just("more"), places, st.integers(1, 90)),
        st.tuples(st.just("record"), places, st.integers(0, 30)),
    ),
    max_size=3,
)


@pytest.fixture(scope="module", autouse=True)
def small_records_are_long() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads, "LONG_BYTES", LONG)
        patch.setattr(heads, "_HEAD_BYTES", 64)
        patch.setattr(heads, "_MOST_HEAD_BYTES", 640)
        patch.setattr(heads, "_PART_BYTES", 100)
        yield


@cache
def made(kind: str, step: int) -> bytes:
    return RECORDS[kind](step)


def build(kinds: list[str]) -> bytes:
    return version() + b"".join(made(kind, step) for step, kind in enumerate(["tensor", *kinds]))


def damaged(data: bytes, damages: list[tuple[str, float, int]]) -> bytes:
    for kind, place, size in damages:
        at = int(place * len(data))
        if kind == "flip":
            data = data[:at] + bytes([data[at] ^ size]) + data[at + 1 :]
        elif kind == "zeros":
            data = data[:at] + bytes(len(data[at : at + size])) + data[at + size :]
        elif kind == "lost":
            data = data[:at] + data[at + size :]
        else:
            data = (
                data[:at] + (scalar("x", 1, 1.0) if kind == "record" else bytes(size)) + data[at:]
            )
    return data or b"\0"


class Watched:
    """A file, as the screen reads it, or as a whole."""

    def __init__(self, path: Path, *, heads_first: bool) -> None:
        self.tail = EventFileTail(path, buffer=ReadBuffer(PIECE), heads_first=heads_first)
        self.run = RunLog("run", path.parent)

    def look(self, max_bytes: int) -> None:
        """Read what is there, and verify some of it from time to time."""
        while True:
            batches = self.tail.poll(max_bytes)
            for batch in batches:
                self.run.apply(self.tail.path, batch)
            if not batches and not self.tail.backlog:
                return

    def verify(self, most: int, times: int = 1 << 20) -> None:
        """Verify what was left, so many bytes so many times."""
        while self.tail.unverified_bytes and times:
            times -= 1
            offset = self.tail.offset
            for batch in self.tail.verify(most):
                self.run.apply(self.tail.path, batch)
            if self.tail.offset < offset:
                self.look(1 << 20)
                assert self.tail.unverified_bytes == 0

    @property
    def content(self) -> tuple[object, ...]:
        run = self.run
        run.update_file(FileStatus.of(self.tail))
        return (
            {tag: [c.tobytes() for c in series.all_points()] for tag, series in run.series.items()},
            {
                tag: [refs.plugin, *(c.tobytes() for c in refs.all_refs())]
                for tag, refs in run.refs.items()
            },
            {tag: [c.tobytes() for c in refs.snapshot()] for tag, refs in run.refs.items()},
            (run.start_time, run.unknown, [*run.files.values()], self.tail.gaps.spans),
        )


@settings(max_examples=200, deadline=None)
@given(kinds, damages, st.sampled_from([300, 3000, 1 << 20]), st.sampled_from([1, 1500, 1 << 20]))
@example(["image"] * 20, [], 1 << 20, 1)
@example(["image", "loss"] * 12, [("flip", 0.5, 1)], 1 << 20, 1500)
@example(["tensor", "loss"] * 12, [("zeros", 0.4, 100)], 1 << 20, 1500)
def test_in_the_end_all_is_as_if_it_was_read_whole(
    kinds: list[str], damages: list[tuple[str, float, int]], max_bytes: int, most: int
) -> None:
    data = damaged(build(kinds), damages)
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        path.write_bytes(data)
        ours, whole = (Watched(path, heads_first=one) for one in (True, False))
        ours.look(max_bytes)
        ours.verify(most)
        whole.look(max_bytes)
        assert ours.content == whole.content


@settings(max_examples=100, deadline=None)
@given(
    kinds,
    st.lists(st.integers(0, 2**30), min_size=1, max_size=6),
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
    st.booleans(),
)
def test_pages_may_come_late(
    kinds: list[str], order: list[int], verified: list[int], growing: bool
) -> None:
    data = build([kind for kind in kinds if kind != "torn"] * 2)
    pages = list(dict.fromkeys(number % len(data) // PAGE * PAGE for number in order))
    early = bytearray(data)
    for at in pages:
        early[at : at + PAGE] = bytes(len(data[at : at + PAGE]))
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        ours = Watched(path, heads_first=True)
        for at in [*([len(data)] * growing), 0, *pages]:
            if at:
                early[at : at + PAGE] = data[at : at + PAGE]
            path.write_bytes(early[: at // 2] if at == len(data) else early)
            ours.look(1 << 20)
            ours.verify(1000, verified.pop())
        path.write_bytes(data)
        ours.look(1 << 20)
        ours.verify(1 << 20)
        whole = Watched(path, heads_first=False)
        whole.look(1 << 20)
        assert ours.content == whole.content
