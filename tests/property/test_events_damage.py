"""Whatever happens to an event file, no whole record is lost and nothing raises or hangs."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.event_files import frame, points, read, said, scalar, steps, version
from tuimon.events import tail as tail_module
from tuimon.events.buffer import ReadBuffer
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail

TAGS = ["a", "loss", "a much longer tag/with parts"]

whole = st.integers(0, 2)
damage = st.one_of(
    st.tuples(st.just("flip"), st.floats(0, 1, exclude_max=True), st.integers(1, 255)),
    st.tuples(st.just("cut"), st.floats(0, 1, exclude_max=True), st.just(0)),
    st.tuples(st.just("tail"), st.floats(0, 1, exclude_max=True), st.just(0)),
    st.tuples(st.just("noise"), st.just(0.0), st.binary(max_size=60)),
    st.tuples(st.just("zeros"), st.just(0.0), st.integers(1, 5000)),
)
chunks = st.lists(st.one_of(whole, damage), max_size=25)


def build(chunks: list[object]) -> tuple[bytes, list[int], bool]:
    """The file, the steps of its undamaged records, and whether anything is damaged."""
    data, expected, damaged = b"", [], False
    for step, chunk in enumerate(chunks):
        if isinstance(chunk, int):
            data += scalar(TAGS[chunk], step, step / 3)
            expected.append(step)
            continue
        damaged = True
        kind, place, extra = chunk
        record = scalar(TAGS[step % 3], step, step / 3)
        at = int(place * len(record))
        if kind == "flip":
            record = record[:at] + bytes([record[at] ^ extra]) + record[at + 1 :]
        elif kind == "cut":
            record = record[:at]
        elif kind == "tail":
            record = record[at + 1 :]
        else:
            record = extra if kind == "noise" else bytes(extra)
        data += record
    return data, expected, damaged


def found(batches, expected: list[int]) -> list[int]:
    """The steps read, without those that one damage made whole again after another."""
    read = sorted(step for tag in TAGS for step in steps(batches, tag))
    return [step for step in read if step in expected]


@settings(max_examples=300)
@given(chunks, st.integers(1, 5000))
def test_no_undamaged_record_is_lost(chunks: list[object], max_bytes: int) -> None:
    data, expected, damaged = build(chunks)
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        path.write_bytes(data)
        tail = EventFileTail(path)
        batches = read(tail, max_bytes)
        assert found(batches, expected) == expected
        assert [tail.damaged_records, tail.undecided_bytes] == [0, 0] or damaged
        assert tail.damaged_records == sum(batch.damaged_records for batch in batches)
        assert tail.skipped_bytes == sum(batch.skipped_bytes for batch in batches)
        assert tail.poll() == []


@settings(max_examples=200)
@given(chunks, st.lists(st.integers(1, 400), max_size=30))
def test_growth_in_any_pieces_gives_the_same_points(chunks: list[object], cuts: list[int]) -> None:
    data, expected, _ = build(chunks)
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        path.write_bytes(b"")
        tail = EventFileTail(path)
        batches, at = [], 0
        for cut in [*cuts, len(data)]:
            with path.open("ab") as file:
                file.write(data[at : at + cut])
            at += cut
            batches += read(tail)
        assert found(batches, expected) == expected
        assert not any(batch.reset for batch in batches)


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=200), max_size=10), st.booleans())
def test_any_content_is_survived(pieces: list[bytes], framed: bool) -> None:
    data = b"".join(frame(piece) if framed else piece for piece in pieces)
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        path.write_bytes(data + scalar("a", 1, 1.0))
        tail = EventFileTail(path)
        batches = read(tail)
        assert (1, 1.0) in [
            (step, value)
            for batch in batches
            for columns in batch.scalars.values()
            for step, value in zip(columns.steps.tolist(), columns.values.tolist(), strict=True)
        ]


@pytest.fixture(scope="module")
def always_ahead() -> Iterator[None]:
    """Files of any records are read ahead."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail_module, "_HEAVY_BYTES", 0)
        yield


@pytest.mark.usefixtures("always_ahead")
@settings(max_examples=150)
@given(chunks, st.integers(50, 400))
def test_reading_ahead_changes_nothing(chunks: list[object], piece_bytes: int) -> None:
    data, _, _ = build(chunks)
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        path.write_bytes(data)
        ahead = EventFileTail(path, buffer=ReadBuffer(piece_bytes))
        plain = EventFileTail(path)
        batches = read(ahead, piece_bytes) or [EventBatch()]
        assert said(batches) == said(read(plain) or [EventBatch()])
        assert (ahead.offset, ahead.damaged_records) == (plain.offset, plain.damaged_records)


@pytest.mark.usefixtures("always_ahead")
@settings(max_examples=150)
@given(
    st.lists(whole, min_size=5, max_size=25),
    st.integers(50, 400),
    st.floats(0, 1),
    st.sampled_from(["grow", "cut", "replace"]),
)
def test_a_file_may_change_while_it_is_read_ahead(
    chunks: list[object], piece_bytes: int, share: float, change: str
) -> None:
    data, other = build(chunks)[0], version() + build(chunks[::-1])[0]
    part = data[: int(share * len(data))]
    before, after = {"grow": (part, data), "cut": (data, part), "replace": (data, other)}[change]
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        path.write_bytes(before)
        tail = EventFileTail(path, buffer=ReadBuffer(piece_bytes))
        batches = [*tail.poll(piece_bytes), *tail.poll(piece_bytes)]
        path.write_bytes(after)
        batches += read(tail, piece_bytes)
        last = max((n for n, batch in enumerate(batches) if batch.reset), default=0)
        assert points(batches[last:]) == points(read(EventFileTail(path)))
        assert tail.damaged_records == 0
