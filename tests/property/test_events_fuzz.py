"""Mutated event files by the million: nothing raises, hangs, or takes memory.

`TUIMON_FUZZ_INPUTS=1000000 pytest -m long tests/property/test_events_fuzz.py` tries so many inputs
in all; `TUIMON_FUZZ_SEED` makes other ones.
"""

import os
import random
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import google_crc32c
import numpy as np
import pytest
from data_server import peak_bytes
from event_files import read, scalar, start, tensor, version
from tensorboard.compat.proto.event_pb2 import Event, TaggedRunMetadata
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

from tuimon.events import decode
from tuimon.events.frames import masked_crc
from tuimon.events.tail import EventFileTail
from tuimon.events.templates import find_layout
from tuimon.events.wire import WireError, parse_event
from tuimon.store.store import Store

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

INPUTS = int(os.environ.get("TUIMON_FUZZ_INPUTS", "100000"))
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


def framed(payload: bytes) -> bytes:
    header = struct.pack("<Q", len(payload))
    header += struct.pack("<I", masked_crc(header))
    return header + payload + struct.pack("<I", masked_crc(payload))


def files(rng: random.Random) -> Iterator[bytes]:
    """Files of sound and broken records, framed rightly or not."""
    while True:
        parts: list[bytes] = []
        for _ in range(rng.randint(1, 12)):
            kind = rng.randrange(6)
            if kind == 0:
                parts.append(framed(mutated(rng, rng.choice(PAYLOADS), PAYLOADS)))
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


def test_payloads() -> None:
    rng = random.Random(SEED)

    def payloads() -> Iterator[bytes]:
        while True:
            if rng.random() < 0.1:
                yield rng.randbytes(rng.randint(0, 60))
            else:
                yield mutated(rng, rng.choice(PAYLOADS), PAYLOADS)

    def use(payload: bytes) -> None:
        try:
            event = parse_event(payload)
        except WireError:
            return
        assert -(2**63) <= event.step < 2**63
        find_layout(payload, event)

    try_all(payloads(), INPUTS * 90 // 100, use)


@pytest.mark.usefixtures("all_ways")
def test_windows() -> None:
    rng = random.Random(SEED + 1)

    def use(data: bytes) -> None:
        at = 0
        decoder = decode.EventDecoder({})
        for end in (rng.randint(0, len(data)), len(data)):
            window = decoder.decode(data[at:end], at, more=rng.random() < 0.5)
            assert 0 <= window.end <= end - at
            assert len(window.batches) >= 1
            at += window.end

    try_all(files(rng), INPUTS * 8 // 100, use)


@pytest.mark.usefixtures("all_ways")
def test_files(tmp_path: Path) -> None:
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

    try_all(files(rng), INPUTS * 2 // 100, use)


def test_masked_crc_is_the_one_of_the_files() -> None:
    """What this module frames is sound."""
    assert framed(RECORDS[2][12:-4]) == RECORDS[2]
    assert google_crc32c.implementation == "c"
