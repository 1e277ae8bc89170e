"""Mutated event files by the million: nothing raises, hangs, or takes memory.

What protobuf reads, the walker reads alike; what it reads record by record, the ways for many
records read alike. `TUIMON_FUZZ_INPUTS=1000000 pytest -m long tests/property/test_events_fuzz.py`
tries so many inputs in all; `TUIMON_FUZZ_SEED` makes other ones.
"""

import os
import random
import struct
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import google_crc32c
import numpy as np
import pytest
from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event, SessionLog, TaggedRunMetadata
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.util.tensor_util import make_ndarray

from support.data_server import peak_bytes
from support.event_files import read, said, scalar, start, tensor, version
from tuimon.events import decode, wire
from tuimon.events.bulk.known import KnownRecords
from tuimon.events.bulk.templates import find_layout
from tuimon.events.crc import masked_crc
from tuimon.events.fields import BYTES, VARINT, WireError, fields, read_varint
from tuimon.events.tail import EventFileTail
from tuimon.events.wire import parse_event
from tuimon.store.store import Store

pytestmark = pytest.mark.timeout(3600)

INPUTS = int(os.environ.get("TUIMON_FUZZ_INPUTS", "100000"))
inputs = pytest.mark.parametrize(
    "count",
    [pytest.param(5000, id="few"), pytest.param(INPUTS, id="many", marks=pytest.mark.long)],
)
"""How many inputs all tests share."""
SEED = int(os.environ.get("TUIMON_FUZZ_SEED", "1"))
MOST_SECONDS = 2.0
MOST_BYTES = 200 << 20

RECORDS = [
    version(),
    start(7),
    scalar("loss/train", 3, 0.5),
    scalar("loss/train", 2**40, 0.25),
    scalar("", -1, float("nan")),
    tensor("new", 5, np.float32(1.5)),
    tensor("new", 6, np.float32(2.5), None),
    tensor("double", 5, np.float64(1.5)),
    tensor("half", 5, np.float16(1.5)),
    tensor("whole", 5, np.int64(-3)),
    tensor("text", 1, b"hello", "text"),
    tensor("curve", 1, np.ones((6, 3), np.float32), "pr_curves"),
]
SUMMARIES = [
    Summary.Value(tag="weights", histo=HistogramProto(bucket=[1, 2], bucket_limit=[0, 1])),
    Summary.Value(tag="image", image=Summary.Image(width=1, encoded_image_string=b"png")),
    Summary.Value(tag="audio", audio=Summary.Audio(encoded_audio_string=b"wav")),
]
PAYLOADS = [
    *(record[12:-4] for record in RECORDS),
    Event(step=1, summary=Summary(value=SUMMARIES)).SerializeToString(),
    Event(step=1, graph_def=b"graph").SerializeToString(),
    Event(tagged_run_metadata=TaggedRunMetadata(tag="t", run_metadata=b"r")).SerializeToString(),
]
ODD = [
    b"\xff" * 9 + b"\x01",  # the longest number
    b"\xff" * 11,  # one that does not end
    b"\xff\xff\xff\xff\x07",
    b"\x80" * 9 + b"\x00",
    b"\x0b" * 150,  # nested groups
    b"\x2a\x00",
    b"\x0a\x7f",
    b"\x00",
]


def mutated(rng: random.Random, data: bytes, pool: list[bytes]) -> bytes:
    """`data` with one to four changes: bytes changed, lost, doubled, or brought from elsewhere."""
    content = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(content))
        kind = rng.randrange(7)
        if kind == 0 and content:
            content[at % len(content)] ^= 1 << rng.randrange(8)
        elif kind == 1 and content:
            content[at % len(content)] = rng.randrange(256)
        elif kind == 2:
            del content[at : at + rng.randint(1, 8)]
        elif kind == 3:
            content[at:at] = content[at : at + rng.randint(1, 30)]
        elif kind == 4:
            content[at:at] = rng.choice(ODD)
        elif kind == 5:
            other = rng.choice(pool)
            where = rng.randint(0, len(other))
            content[at:at] = other[where : where + rng.randint(1, 40)]
        else:
            del content[at:]
    return bytes(content)


def reshaped(rng: random.Random, payload: bytes, depth: int = 0) -> bytes:
    """`payload` with a field changed, lost, doubled, moved or brought from elsewhere.

    Lengths are right, so that the change reaches the depth of the message.
    """
    try:
        parts = [*split(payload)]
    except WireError:
        return mutated(rng, payload, PAYLOADS)
    if not parts:
        return rng.choice(FIELDS)
    at = rng.randrange(len(parts))
    head, content = parts[at]
    kind = rng.randrange(10)
    if content is not None and kind < 6 and depth < 6:
        change = reshaped if kind else mutated
        inner = change(rng, content, PAYLOADS if change is mutated else depth + 1)
        parts[at] = head, inner
    elif kind == 6:
        del parts[at]
    elif kind == 7:
        parts.insert(rng.randint(0, len(parts)), parts[at])
    elif kind == 8:
        parts.insert(at, (rng.choice(FIELDS), None))
    else:
        rng.shuffle(parts)
    return b"".join(
        head if content is None else head + varint(len(content)) + content
        for head, content in parts
    )


def split(payload: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """Fields of a message: (key, content) with a length, otherwise (key and content, None)."""
    at = 0
    for key, first, second in fields(payload, 0, len(payload)):
        if key & 7 == BYTES:
            yield varint(key), payload[first:second]
        elif key & 7 == VARINT:
            second = read_varint(payload, at + len(varint(key)), len(payload))[1]
            yield payload[at:second], None
        else:
            yield payload[at:second], None
        at = second


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


FIELDS = [
    b"",
    *(
        varint(number << 3) + varint(n)
        for number in (1, 2, 7)
        for n in (0, 1, 2**32 + 1, 2**64 - 1)
    ),
    *(varint(number << 3 | 2) + b"\x02\x08\x01" for number in range(1, 20)),
    *(varint(number << 3 | 2) + b"\x00" for number in range(1, 20)),
    *(varint(number << 3 | 2) + b"\x04\x00\x00\x80\x3f" for number in range(1, 20)),
    *(varint(number << 3 | 1) + bytes(7) + b"\x40" for number in range(1, 10)),
    *(varint(number << 3 | 5) + b"\x00\x00\x80\x3f" for number in range(1, 10)),
    *(varint(number << 3 | 3) + varint(number << 3 | 4) for number in (1, 2, 5, 9)),
    *(b"\x08" + bytes([dtype]) for dtype in range(24)),
    b"\x0b" * 120 + b"\x0c" * 120,
]
"""Fields that may stand anywhere in a message."""


def framed(payload: bytes) -> bytes:
    header = struct.pack("<Q", len(payload))
    header += struct.pack("<I", masked_crc(header))
    return header + payload + struct.pack("<I", masked_crc(payload))


def files(rng: random.Random) -> Iterator[bytes]:
    """Files of sound and broken records, framed rightly or not."""
    while True:
        parts: list[bytes] = []
        for _ in range(rng.randint(1, 12)):
            kind = rng.randrange(7)
            if kind == 0:
                parts.append(framed(mutated(rng, rng.choice(PAYLOADS), PAYLOADS)))
            elif kind == 6:
                parts.append(framed(reshaped(rng, rng.choice(PAYLOADS))))
            elif kind == 1:
                parts.append(mutated(rng, rng.choice(RECORDS), RECORDS))
            elif kind == 2:
                number = rng.randint(1, 25)
                parts += [framed(PAYLOADS[2]), framed(PAYLOADS[5])] * number
            elif kind == 3:  # a length that no file has
                length = struct.pack("<Q", rng.choice([2**63, 2**64 - 1, 2**31 - 1, 2**31, 1000]))
                parts.append(length + struct.pack("<I", masked_crc(length)))
            else:
                parts.append(rng.choice(RECORDS))
        yield b"".join(parts) if rng.random() < 0.7 else mutated(rng, b"".join(parts), RECORDS)


ENDS = [
    payload[9 + len(varint(parse_event(payload).step % 2**64)) + 1 :]
    for payload in (scalar(tag, 3, 0.5)[12:-4] for tag in ("", "loss", "x" * 99, "loss", "b"))
] + [
    tensor(f"tag {array!r} {plugin}", 3, array)[12:-4][11:]
    for array in (np.float32(1), np.float64(1))
    for plugin in ("scalars", None)
]
"""What follows the step in records of scalars."""


def logs(rng: random.Random) -> Iterator[bytes]:
    """Files of tags that come round, as the ways for many records like them, sound or not."""
    while True:
        parts = [version(), *RECORDS[: rng.randint(0, 5)]]
        step = rng.choice([0, 100, 127, 16_370, 2**31, 2**63 - 20, 2**64 - 9])
        for _ in range(rng.randint(1, 3)):
            ends = rng.choices(ENDS, k=rng.randint(1, 6))
            for _ in range(rng.randint(1, 15)):
                for end in ends:
                    head = struct.pack("<Bd", 9, rng.random()) + b"\x10" + varint(step % 2**64)
                    payload = head + end
                    if rng.random() < 0.01:
                        payload = rng.choice(
                            [reshaped(rng, payload), mutated(rng, payload, PAYLOADS)]
                        )
                    parts.append(framed(payload))
                step += 1
            if rng.random() < 0.3:
                parts.append(start(min(step, 2**63 - 1) - rng.randint(0, 9)))
        if rng.random() < 0.2:
            rng.shuffle(parts)
        whole = bytearray(b"".join(parts))
        if rng.random() < 0.3:
            whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        if rng.random() < 0.1:
            at = rng.randrange(len(whole))
            whole[at:at] = rng.choice([*ODD, *RECORDS, bytes(rng.randint(1, 90))])
        if rng.random() < 0.1:
            at = rng.randrange(len(whole))
            del whole[at : at + rng.randint(1, 200)]
        yield bytes(whole)


def try_all(inputs: Iterator[bytes], count: int, use: Callable[[bytes], None]) -> None:
    """Use `count` inputs; says which one fails."""
    before = peak_bytes()
    for number in range(count):
        data = next(inputs)
        began = time.perf_counter()
        try:
            use(data)
        except Exception as error:
            raise AssertionError(f"input {number}: {data.hex()}") from error
        seconds = time.perf_counter() - began
        assert seconds < MOST_SECONDS, f"input {number} takes {seconds:.1f} s: {data.hex()}"
        if number % 1000 == 0:
            assert peak_bytes() - before < MOST_BYTES, f"at input {number}"
    assert peak_bytes() - before < MOST_BYTES


@pytest.fixture
def all_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files are decoded by templates and cycles, too."""
    monkeypatch.setattr(decode, "BULK_BYTES", 600)  # no less than the longest row of a template
    monkeypatch.setattr(decode, "_LEAST_STRETCH", 400)
    monkeypatch.setattr(decode, "_FEW_FRAMES", 2)
    monkeypatch.setattr(decode, "_WORTHWHILE_CYCLE", 1000)


@inputs
def test_payloads(count: int) -> None:
    rng = random.Random(SEED)

    def payloads() -> Iterator[bytes]:
        while True:
            if rng.random() < 0.1:
                yield rng.randbytes(rng.randint(0, 60))
            elif rng.random() < 0.5:
                yield mutated(rng, rng.choice(PAYLOADS), PAYLOADS)
            else:
                payload = rng.choice(PAYLOADS)
                for _ in range(rng.randint(1, 3)):
                    payload = reshaped(rng, payload)
                yield payload

    def use(payload: bytes) -> None:
        try:
            theirs = Event.FromString(payload)
        except DecodeError:
            theirs = None
        try:
            event = parse_event(payload)
        except WireError:
            assert theirs is None
            return
        assert -(2**63) <= event.step < 2**63
        find_layout(payload, event)
        if theirs is not None:  # they check more: strings and messages that we never look at
            assert_alike(event, theirs)

    try_all(payloads(), count * 86 // 100, use)


def assert_alike(ours: wire.Event, theirs: Event) -> None:
    """The walker's reading is protobuf's."""
    assert (ours.step, repr(ours.wall_time)) == (theirs.step, repr(theirs.wall_time))
    kind = theirs.WhichOneof("what")
    assert ours.kind == kind or (kind is None and (not ours.kind or ours.kind.startswith("field ")))
    assert ours.starts == (theirs.session_log.status == SessionLog.START)
    assert ours.tag == theirs.tagged_run_metadata.tag
    assert len(ours.values) == len(theirs.summary.value)
    for value, their in zip(ours.values, theirs.summary.value, strict=True):
        assert value.tag == their.tag
        assert value.kind == their.WhichOneof("value") or not their.WhichOneof("value")
        plugin = their.metadata.plugin_data.plugin_name if their.HasField("metadata") else None
        assert value.plugin == plugin
        if value.kind == "simple_value":
            assert repr(value.scalar) == repr(their.simple_value)
        elif value.kind == "tensor":
            assert_number(value.scalar, their.tensor)


def assert_number(ours: float | None, tensor: TensorProto) -> None:
    try:
        array = make_ndarray(tensor)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        return
    if ours is not None:
        assert array.size == 1
        assert repr(ours) == repr(float(array.item()))


@inputs
@pytest.mark.usefixtures("all_ways")
def test_windows(count: int) -> None:
    rng = random.Random(SEED + 1)

    def use(data: bytes) -> None:
        at = 0
        decoder = decode.EventDecoder({}, KnownRecords())
        for end in (rng.randint(0, len(data)), len(data)):
            window = decoder.decode(data[at:end], at, more=rng.random() < 0.5)
            assert 0 <= window.end <= end - at
            assert len(window.batches) >= 1
            at += window.end

    try_all(files(rng), count * 8 // 100, use)


@inputs
@pytest.mark.usefixtures("all_ways")
def test_ways(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(SEED + 3)
    file = os.memfd_create("events.tfevents")
    path = Path(f"/proc/self/fd/{file}")
    bulk = decode.BULK_BYTES

    def read_all(max_bytes: int) -> tuple[object, ...]:
        tail = EventFileTail(path)
        return said(read(tail, max_bytes)), tail.undecided_bytes

    def use(data: bytes) -> None:
        os.truncate(file, 0)
        os.pwrite(file, data, 0)
        monkeypatch.setattr(decode, "BULK_BYTES", 1 << 60)
        one_by_one = read_all(1 << 20)
        monkeypatch.setattr(decode, "BULK_BYTES", bulk)
        assert read_all(rng.choice([2000, 10_000, 1 << 20])) == one_by_one

    both = (next(source) for source in cycle([logs(rng), logs(rng), files(rng)]))
    try_all(both, count * 4 // 100, use)
    os.close(file)


@inputs
@pytest.mark.usefixtures("all_ways")
def test_files(count: int, tmp_path: Path) -> None:
    rng = random.Random(SEED + 2)
    path = tmp_path / "events.tfevents"
    sound = framed(Event(step=11, summary={"value": [SUMMARIES[0]]}).SerializeToString())
    last = scalar("last", 1, 1.0)

    def use(data: bytes) -> None:
        """As the file grows in two pieces and is replaced in the end; a sound end is found."""
        store = Store()
        tail = EventFileTail(path)
        at = rng.randint(0, len(data))
        for content in (data[:at], data, data + sound + last + last, sound):
            path.write_bytes(content)
            for batch in read(tail, rng.choice([64, 1000, 1 << 20])):
                store.apply(".", path, batch)
            assert tail.poll() == []
            if content.endswith(last):
                assert store.runs["."].series["last"].last == (1, 1.7e9 + 1, 1.0)
        assert list(store.runs["."].refs) == ["weights"] or tail.offset != len(sound)

    try_all(files(rng), count * 2 // 100, use)


def test_masked_crc_is_the_one_of_the_files() -> None:
    """What this module frames is sound."""
    assert framed(RECORDS[2][12:-4]) == RECORDS[2]
    assert google_crc32c.implementation == "c"
