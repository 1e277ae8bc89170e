"""Records one by one, by templates and by cycles: the same batches, byte by byte."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from support.event_files import frame, read, scalar, start, tensor, version
from tuimon.events import decode
from tuimon.events.bulk.known import KnownFormats, KnownRecords
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail

TAGS = ["a", "b", "loss/train", "loss/test", "x" * 40, "ü"]
NUMBERS = [0.0, -0.0, 1.5, float("nan"), float("inf"), -float("inf"), 1e-45, 0.1]

Batches = list[dict[str, object]]


@contextmanager
def ways(*, templates: bool, cycles: bool) -> Iterator[None]:
    """Only these ways to decode, and windows that are small enough for all of them."""
    with pytest.MonkeyPatch.context() as patch:
        if not templates:  # the walker alone
            patch.setattr(KnownRecords, "enter", lambda self, window, start, *_: (start, 0))
        patch.setattr(decode, "BULK_BYTES", 200 if templates else 1 << 60)
        patch.setattr(decode, "_LEAST_STRETCH", 400)
        patch.setattr(decode, "_MOST_NEW_SCALARS", 5)
        patch.setattr(decode, "_FEW_FRAMES", 2)
        patch.setattr(decode, "_WORTHWHILE_CYCLE", 1000)
        if not cycles:
            patch.setattr(decode, "find_period", lambda numbers: 0)
        yield


def summary(batches: list[EventBatch]) -> Batches:
    """What batches say, however they were cut (but at restarts)."""
    joined: Batches = []
    for batch in batches:
        if not joined or batch.reset or batch.restart_step is not None:
            joined.append({"restart": batch.restart_step, "refs": [], "unknown": {}, "columns": {}})
        last = joined[-1]
        last["refs"] += batch.refs
        for tag, columns in batch.scalars.items():
            last["columns"].setdefault(tag, []).append(columns)
        for kind, count in batch.unknown.items():
            last["unknown"][kind] = last["unknown"].get(kind, 0) + count
        if batch.start_time is not None:
            last["start"] = batch.start_time
    for last in joined:
        last["columns"] = {
            tag: [np.concatenate(column).tobytes() for column in zip(*parts, strict=True)]
            for tag, parts in last["columns"].items()
        }
    return joined


def decoded(
    path: Path, max_bytes: int, formats: KnownFormats | None = None, **chosen: bool
) -> tuple[Batches, int, int, int]:
    with ways(**chosen):
        known = KnownRecords(formats=formats)
        tail = EventFileTail(path, known.plugins, known=known)
        batches = read(tail, max_bytes)
    damaged = sum(batch.damaged_records for batch in batches)
    skipped = sum(batch.skipped_bytes for batch in batches)
    return summary(batches), damaged, skipped, tail.undecided_bytes


def check(data: bytes, *windows: int, other: bytes = b"") -> Batches:
    """That all ways agree, also where formats are known from the same and from `other` data."""
    formats = KnownFormats()
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        path.write_bytes(other)
        decoded(path, 1 << 20, formats, templates=True, cycles=True)
        path.write_bytes(data)
        expected = decoded(path, 1 << 20, templates=False, cycles=False)
        for window in windows:
            for cycles in (False, True):
                for known in (None, formats):
                    chosen = {"templates": True, "cycles": cycles}
                    assert decoded(path, window, known, **chosen) == expected
        return expected[0]


def several(step: int, number: float, at: float = 1.0, tags: Sequence[str] = TAGS[:3]) -> bytes:
    """A record of as many values, every third a tensor where there are more than three."""
    values = [Summary.Value(tag=tag, simple_value=number + add) for add, tag in enumerate(tags)]
    for value in values[3::3]:
        value.tensor.CopyFrom(TensorProto(dtype=1, float_val=[number], tensor_shape={}))
        value.metadata.plugin_data.plugin_name = "scalars"
    event = Event(wall_time=at, step=step, summary=Summary(value=values))
    return frame(event.SerializeToString())


tags = st.sampled_from(TAGS)
numbers = st.sampled_from(NUMBERS)
kinds = st.one_of(
    st.tuples(st.just("scalar"), tags),
    st.tuples(st.just("tensor"), tags),
    st.tuples(st.just("double"), tags),
    st.tuples(st.just("bare tensor"), tags),
    st.tuples(st.just("several"), st.lists(tags, min_size=2, max_size=6)),
)
cycles = st.tuples(st.lists(kinds, min_size=1, max_size=8), st.integers(1, 60))
odd = st.sampled_from(["several", "text", "start", "unknown", "nonsense", "noise", "jump", "flip"])
logs = st.lists(st.one_of(cycles, odd), max_size=12)


def build(log: list[object], step: int) -> bytes:
    data, number = version(), 0
    for part in log:
        if isinstance(part, str):
            step, added = build_odd(part, step)
            data += added
            continue
        kinds, count = part
        for _ in range(count):
            for kind, tag in kinds:
                number += 1
                value = NUMBERS[number % len(NUMBERS)] if number % 7 == 0 else number / 3
                if kind == "several":
                    data += several(step, value, 1e9 + number / 8, tag)
                elif kind == "scalar":
                    data += scalar(tag, step, value, 1e9 + number / 8)
                else:
                    array = np.float64(value) if kind == "double" else np.float32(value)
                    plugin = None if kind == "bare tensor" else "scalars"
                    data += tensor(kind + tag, step, array, plugin, 1e9 + number / 8)
            step += 1
    return data


def build_odd(kind: str, step: int) -> tuple[int, bytes]:
    if kind == "jump":
        return step + 100, b""
    record = scalar("a", step, 1.0)
    return step, {
        "several": several(step, 2.0),
        "text": tensor("text", step, b"hello", "text"),
        "start": start(step - 3),
        "unknown": frame(b"\x62\x00"),
        "nonsense": frame(b"\xff" * 50),
        "noise": b"\x01\x00\x02" * 21,
        "flip": record[:30] + bytes([record[30] ^ 64]) + record[31:],
    }[kind]


@settings(max_examples=40)
@given(
    logs,
    logs,
    st.sampled_from([0, 1, 100, 127, 16_380, 2**31, 2**63 - 10_000, -5]),
    st.lists(st.integers(0, 10**6), max_size=3),
    st.integers(500, 30_000),
)
def test_all_ways_agree(
    log: list[object], other: list[object], step: int, flips: list[int], window: int
) -> None:
    data = bytearray(build(log, step))
    for at in flips:
        data[at % len(data)] ^= 1 << (at % 8)
    check(bytes(data), window, 1 << 20, other=build(other, step))


def test_tag_that_comes_several_times_in_a_cycle_keeps_its_order() -> None:
    records = [scalar(tag, step, step / 3) for step in range(200) for tag in ("a", "b", "a")]
    check(b"".join(records), 5000, 1 << 20)


def test_step_that_grows_by_a_byte() -> None:
    records = [scalar(tag, step, 0.5) for step in range(16_300, 16_500) for tag in TAGS]
    (batch,) = check(version() + b"".join(records), 5000, 1 << 20)
    assert np.frombuffer(batch["columns"]["a"][0], np.int64).tolist() == list(range(16_300, 16_500))


def test_cycles_and_templates_are_used() -> None:
    """The other tests would pass if the walker read everything."""
    from tuimon.events.batches import BatchBuilder
    from tuimon.events.bulk.cycles import Cycle
    from tuimon.events.bulk.grouped import GroupedDecoder

    regular = b"".join(scalar(tag, step, 0.5) for step in range(128, 2000) for tag in TAGS)
    used: dict[str, int] = {"cycle": 0, "grouped": 0}
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as directory:
        run, group = Cycle.decode, GroupedDecoder.decode

        def count_cycle(self: Cycle, window: bytes, at: int, builder: BatchBuilder) -> int:
            end = run(self, window, at, builder)
            used["cycle"] += end - at
            return end

        def count_group(self: GroupedDecoder, window: bytes, chain: object) -> object:
            found = group(self, window, chain)
            used["grouped"] += int((found.templates >= 0).sum())
            return found

        patch.setattr(Cycle, "decode", count_cycle)
        patch.setattr(GroupedDecoder, "decode", count_group)
        path = Path(directory, "events.tfevents")
        path.write_bytes(regular)
        read(EventFileTail(path))
    assert used["cycle"] > 0.9 * len(regular)
    assert used["grouped"] > 100


def test_records_of_several_values_are_read_in_rows() -> None:
    """And those of another file that are like them from the first on."""
    from tuimon.events.batches import BatchBuilder
    from tuimon.events.bulk.cycles import Cycle

    regular = version() + b"".join(several(step, 0.5) for step in range(128, 168))
    rows: list[int] = []
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as directory:
        run = Cycle.decode

        def count(self: Cycle, window: bytes, at: int, builder: BatchBuilder) -> int:
            end = run(self, window, at, builder)
            rows.append((end - at) // len(several(128, 0.5)))
            return end

        patch.setattr(Cycle, "decode", count)
        formats = KnownFormats()
        path = Path(directory, "events.tfevents")
        path.write_bytes(regular)
        for _ in range(2):
            known = KnownRecords(formats=formats)
            (batch,) = read(EventFileTail(path, known.plugins, known=known))
            assert batch.scalars["b"].values.tolist() == [1.5] * 40
            assert batch.scalars["a"].steps.tolist() == list(range(128, 168))
            assert set(known.plugins) == set(TAGS[:3])
    assert rows == [36, 40]
