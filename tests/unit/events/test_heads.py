"""What is read of long records at once, and what later."""

import os
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from support.event_files import append, points, said, scalar, tensor, version, write
from support.event_files import read as read_all
from support.event_logs import record
from tuimon.events import heads
from tuimon.events.buffer import ReadBuffer
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail

LONG = 3000


@pytest.fixture(autouse=True)
def short_records_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "LONG_BYTES", LONG)
    monkeypatch.setattr(heads, "_HEAD_BYTES", 100)


def image(step: int, *tags: str, size: int = LONG, loss: float | None = None) -> bytes:
    """A record with images, and perhaps a number behind them."""
    content = Summary.Image(width=1, encoded_image_string=b"p" * size)
    values = [Summary.Value(tag=tag, image=content) for tag in tags or ("image",)]
    if loss is not None:
        values.append(Summary.Value(tag="loss", simple_value=loss))
    event = Event(wall_time=1.7e9 + step, step=step, summary=Summary(value=values))
    return record(event.SerializeToString())


def follow(path: Path) -> EventFileTail:
    return EventFileTail(path, buffer=ReadBuffer(5000), heads_first=True)


def read(tail: EventFileTail) -> list[EventBatch]:
    """All that polls of few bytes bring."""
    return read_all(tail, LONG + 1000)


def bytes_read() -> int:
    """What this process has read from files so far."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("rchar"))


def logged(steps: int) -> list[bytes]:
    return [version(), *(r for step in range(steps) for r in (image(step), scalar("a", step, 0.5)))]


def test_all_is_there_before_it_was_read(tmp_path: Path) -> None:
    path = write(tmp_path, logged(200))
    whole = said(read(EventFileTail(path)))
    tail, before = follow(path), bytes_read()
    assert said(read(tail)) == whole
    assert bytes_read() - before < 200 * 400 + 20_000 < tail.size / 5
    assert tail.size * 0.95 < tail.unverified_bytes + 2 * 5000 < tail.size
    while left := tail.unverified_bytes:
        assert tail.verify(10_000) == []
        assert left - 10_000 - LONG - 100 <= tail.unverified_bytes < left
    assert tail.verify(1) == []
    assert tail.poll() == []


def test_the_end_of_a_file_is_read_whole(tmp_path: Path) -> None:
    """It may still be written: a header comes before its content on some file systems."""
    path = write(tmp_path, logged(20))
    tail = follow(path)
    read(tail)
    left = tail.unverified_bytes
    cut = image(20)[: LONG // 2]
    append(path, cut + bytes(LONG))
    assert tail.poll() == []
    os.truncate(path, path.stat().st_size - len(cut) - LONG)
    append(path, image(20))
    assert [ref.step for batch in tail.poll() for ref in batch.refs] == [20]
    assert tail.unverified_bytes == left


def damaged(tmp_path: Path, at: int, content: bytes) -> tuple[Path, int]:
    """A log whose image of step 20 has wrong bytes `at` a place, and where it lies."""
    records = logged(40)
    record = records[41]
    records[41] = record[:at] + content + record[at + len(content) :]
    return write(tmp_path, records), sum(map(len, records[:41]))


@pytest.mark.parametrize("at", [12 + 10, 12 + 40, LONG // 2, LONG], ids=str)
def test_a_damaged_record_is_taken_back(tmp_path: Path, at: int) -> None:
    path, offset = damaged(tmp_path, at, b"\x15")
    tail, whole = follow(path), EventFileTail(path)
    assert len(refs(read(tail))) == 40
    assert tail.damaged_records == 0
    (batch,) = tail.verify(1 << 20)
    assert batch.withdrawn == offset
    assert tail.verify(1 << 20) == []
    assert tail.unverified_bytes == 0
    assert len(refs(read(whole))) == 39
    assert (tail.damaged_records, tail.skipped_bytes) == (1, whole.skipped_bytes)


def test_where_damage_may_mean_more_all_is_read_again(tmp_path: Path) -> None:
    path, offset = damaged(tmp_path, 1000, bytes(500))  # zeros, which may be filled later
    tail, whole = follow(path), EventFileTail(path)
    assert len(refs(read(tail))) == 40
    assert tail.verify(1 << 20) == []
    assert (tail.unverified_bytes, tail.offset) == (0, 0)
    batches = read(tail)
    assert batches[0].reset
    assert said(batches) == said(read(whole))
    assert tail.gaps.spans == whole.gaps.spans == [(offset, offset + len(image(20)))]
    assert (tail.damaged_records, tail.unverified_bytes) == (1, 0)


def test_a_damaged_length_is_found_at_once(tmp_path: Path) -> None:
    path, _ = damaged(tmp_path, 5, b"\x15")
    tail, whole = follow(path), EventFileTail(path)
    assert said(read(tail)) == said(read(whole))
    assert (tail.damaged_records, tail.verify(1 << 20)) == (1, [])


def refs(batches: list[EventBatch]) -> list[tuple[str, str, int]]:
    return [(ref.tag, ref.plugin, ref.step) for batch in batches for ref in batch.refs]


def test_numbers_in_long_records_are_never_told_unverified(tmp_path: Path) -> None:
    records = [version(), *(image(step, loss=step / 4) for step in range(30))]
    tail = follow(write(tmp_path, records))
    assert points(read(tail))["loss"] == [(step, 1.7e9 + step, step / 4) for step in range(30)]
    assert tail.unverified_bytes == 0


def test_new_tags_are_verified_at_once(tmp_path: Path) -> None:
    records = [version(), *(image(step, f"image {step}") for step in range(30))]
    tail = follow(write(tmp_path, records))
    assert refs(read(tail)) == [(f"image {step}", "images", step) for step in range(30)]
    assert tail.unverified_bytes == 0


def test_what_is_behind_the_content_is_read_too(tmp_path: Path) -> None:
    pictures = [tensor("t", step, [b"1", b"1", b"p" * LONG], "images") for step in range(30)]
    both = [image(step, "left", "right") for step in range(30)]
    unnamed = [tensor("t", step, np.ones(LONG), None) for step in range(30, 40)]
    tail = follow(write(tmp_path, [version(), *pictures, *both, *unnamed]))
    found = refs(read(tail))
    assert found[:30] == [("t", "images", step) for step in range(30)]
    assert found[30:90] == [(tag, "images", n) for n in range(30) for tag in ("left", "right")]
    assert found[90:] == [("t", "images", step) for step in range(30, 40)]
    assert tail.unverified_bytes > 60 * LONG


def test_a_file_that_is_gone_is_not_verified(tmp_path: Path) -> None:
    path = write(tmp_path, logged(20))
    tail = follow(path)
    read(tail)
    left = tail.unverified_bytes
    path.unlink()
    with pytest.raises(FileNotFoundError):
        tail.verify(1 << 20)
    assert tail.unverified_bytes == left > 0


def test_another_file_has_other_records_to_verify(tmp_path: Path) -> None:
    path = write(tmp_path, logged(20))
    tail = follow(path)
    read(tail)
    write(tmp_path, [version(1.8e9), scalar("a", 1, 0.5)])
    assert [batch.reset for batch in read(tail)] == [True]
    assert tail.unverified_bytes == 0
    write(tmp_path, logged(30))
    assert read(tail)[0].reset
    assert tail.unverified_bytes > 20 * LONG
