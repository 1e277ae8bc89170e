import os
import shutil
import struct
import time
from pathlib import Path

import pytest

from support.event_files import (
    NAME,
    append,
    frame,
    points,
    read,
    scalar,
    start,
    steps,
    tensor,
    version,
    without_privileges,
    write,
)
from tuimon.events import tail as tail_module
from tuimon.events.buffer import ReadBuffer
from tuimon.events.crc import masked_crc
from tuimon.events.tail import EventFileTail, FileState


def scalars(count: int, first: int = 0, tag: str = "loss") -> list[bytes]:
    return [scalar(tag, step, step / 7) for step in range(first, first + count)]


def header(length: int) -> bytes:
    """The beginning of a frame whose payload has `length` bytes."""
    encoded = struct.pack("<Q", length)
    return encoded + struct.pack("<I", masked_crc(encoded))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path, [version(), *scalars(5)])


def test_points_arrive_as_the_file_grows(path: Path) -> None:
    tail = EventFileTail(path)
    assert steps(read(tail), "loss") == [0, 1, 2, 3, 4]
    assert tail.poll() == []
    append(path, *scalars(2, 5))
    assert steps(tail.poll(), "loss") == [5, 6]
    assert tail.poll() == []
    assert (tail.offset, tail.backlog, tail.undecided_bytes) == (path.stat().st_size, 0, 0)


def test_every_byte_may_come_alone(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(b"")
    tail = EventFileTail(path)
    found = []
    for byte in data:
        append(path, bytes([byte]))
        found += read(tail)
    assert steps(found, "loss") == [0, 1, 2, 3, 4]
    assert tail.damaged_records == tail.skipped_bytes == 0


@pytest.mark.parametrize("max_bytes", [1, 16, 57, 100, 1000])
def test_any_window_reads_everything(path: Path, max_bytes: int) -> None:
    append(path, tensor("text", 1, b"x" * 5000, "text"), *scalars(2, 5))
    tail = EventFileTail(path)
    batches = read(tail, max_bytes)
    assert steps(batches, "loss") == list(range(7))
    assert [ref.length > 5000 for batch in batches for ref in batch.refs] == [True]


def test_file_that_is_not_there_yet(tmp_path: Path) -> None:
    tail = EventFileTail(tmp_path / "events.out.tfevents.1")
    assert (tail.poll(), tail.state, tail.error) == (
        [],
        FileState.GONE,
        "No such file or directory",
    )
    write(tail.path.parent, []).rename(tail.path)
    assert (tail.poll(), tail.state, tail.error) == ([], FileState.OK, None)
    append(tail.path, *scalars(1))
    assert steps(tail.poll(), "loss") == [0]


def test_truncated_file_is_read_again(path: Path) -> None:
    tail = EventFileTail(path)
    read(tail)
    write(path, [version(), *scalars(2, 10)])
    batches = read(tail)
    assert [batch.reset for batch in batches] == [True]
    assert steps(batches, "loss") == [10, 11]


def test_emptied_file_drops_its_points(path: Path) -> None:
    tail = EventFileTail(path)
    read(tail)
    os.truncate(path, 0)
    assert [batch.reset for batch in tail.poll()] == [True]
    append(path, *scalars(1))
    assert [batch.reset for batch in tail.poll()] == [False]


@pytest.mark.parametrize("more", [0, 3])
@pytest.mark.parametrize("in_place", [True, False])
def test_replaced_file_is_read_again(path: Path, more: int, in_place: bool) -> None:
    tail = EventFileTail(path)
    read(tail)
    other = write(path.parent / "other", [version(1.8e9), *scalars(5 + more, 20)])
    if in_place:
        path.write_bytes(other.read_bytes())
    else:
        other.replace(path)
    batches = read(tail)
    assert batches[0].reset
    assert steps(batches, "loss") == list(range(20, 25 + more))
    assert not any(batch.reset for batch in batches[1:])


def test_copy_with_the_same_beginning_goes_on(path: Path) -> None:
    tail = EventFileTail(path)
    read(tail)
    copy = Path(shutil.copy(path, path.with_name("copy")))
    append(copy, *scalars(1, 5))
    copy.replace(path)
    batches = tail.poll()
    assert steps(batches, "loss") == [5]
    assert not batches[0].reset


def test_deleted_file_may_come_back(path: Path) -> None:
    tail = EventFileTail(path)
    read(tail)
    data = path.read_bytes()
    path.unlink()
    assert (tail.poll(), tail.state) == ([], FileState.GONE)
    path.write_bytes(data)
    append(path, *scalars(1, 5))
    batches = tail.poll()
    assert (steps(batches, "loss"), batches[0].reset) == ([5], False)
    path.unlink()
    tail.poll()
    append(path, *scalars(1, 6))  # as torch goes on after its file was deleted: without a header
    batches = tail.poll()
    assert (steps(batches, "loss"), batches[0].reset) == ([6], True)


def test_lost_permission_comes_back(path: Path) -> None:
    tail = EventFileTail(path)
    read(tail)
    path.chmod(0)
    with without_privileges():
        assert (tail.poll(), tail.state, tail.error) == ([], FileState.DENIED, "Permission denied")
        assert (tail.poll(), tail.backlog) == ([], 0)
    path.chmod(0o600)
    append(path, *scalars(1, 5))
    batches = tail.poll()
    assert (steps(batches, "loss"), batches[0].reset) == ([5], False)
    assert (tail.state, tail.error) == (FileState.OK, None)


def test_renamed_file_may_come_back(path: Path) -> None:
    tail = EventFileTail(path)
    read(tail)
    moved = path.rename(path.with_name("moved"))
    append(moved, *scalars(1, 5))
    assert (tail.poll(), tail.state) == ([], FileState.GONE)
    moved.rename(path)
    batches = tail.poll()
    assert (steps(batches, "loss"), batches[0].reset) == ([5], False)


def test_file_that_lost_its_end_goes_on_from_its_beginning(path: Path) -> None:
    """As after a crash of the machine: what the writer wrote last is gone."""
    tail = EventFileTail(path)
    read(tail)
    os.truncate(path, path.stat().st_size - 10)
    batches = read(tail)
    assert (steps(batches, "loss"), batches[0].reset) == ([0, 1, 2, 3], True)
    assert tail.undecided_bytes > 0
    append(path, *scalars(1, 5))
    assert steps(read(tail), "loss") == [5]
    assert tail.damaged_records == 1


def test_length_that_is_seen_before_the_content(path: Path) -> None:
    """Network file systems and full disks show zeros for a while."""
    tail = EventFileTail(path)
    size, news = path.stat().st_size, b"".join(scalars(3, 5))
    read(tail)
    os.truncate(path, size + len(news))
    assert steps(read(tail), "loss") == []
    for at in (len(news) // 2, len(news)):
        with path.open("r+b") as file:
            file.seek(size)
            file.write(news[:at])
        found = read(tail)
    assert steps(found, "loss")[-1] == 7
    assert tail.damaged_records == 0


def test_a_kind_that_is_told_late_holds_for_what_was_read(tmp_path: Path) -> None:
    """The first value alone names the kind, and lies on a page that comes last."""
    first = version() + tensor("x", 0, 0.0)
    rest = b"".join(tensor("x", step, step / 7, plugin=None) for step in range(1, 200))
    path = write(tmp_path, [bytes(len(first)), rest])
    tail = EventFileTail(path)
    found = read(tail)
    assert {ref.tag for batch in found for ref in batch.refs} == {"x"}
    with path.open("r+b") as file:
        file.write(first)
    found = read(tail)
    assert (found[0].reset, steps(found, "x")) == (True, [*range(200)])
    assert (tail.damaged_records, tail.gaps.spans, tail.poll()) == (0, [], [])


def test_other_things_in_the_files_place(path: Path) -> None:
    tail = EventFileTail(path)
    read(tail)
    path.unlink()
    os.mkfifo(path)
    assert (tail.poll(), tail.state) == ([], FileState.FAILED)
    path.unlink()
    path.mkdir()
    assert (tail.poll(), tail.state) == ([], FileState.FAILED)


def test_damaged_payload_costs_one_record(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(version()) + len(scalar("loss", 0, 0.0)) + 20] ^= 1
    path.write_bytes(data)
    tail = EventFileTail(path)
    assert steps(read(tail), "loss") == [0, 2, 3, 4]
    assert (tail.damaged_records, tail.skipped_bytes) == (1, len(scalar("loss", 1, 1 / 7)))


def test_damaged_length_costs_one_record(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(version()) + 2] ^= 1
    path.write_bytes(data)
    tail = EventFileTail(path)
    assert steps(read(tail), "loss") == [1, 2, 3, 4]
    assert (tail.damaged_records, tail.skipped_bytes) == (1, len(scalar("loss", 0, 0.0)))


def test_writer_that_goes_on_after_a_cut_record(path: Path) -> None:
    """A full disk leaves part of a big record; what is written later is shown at once."""
    tail = EventFileTail(path)
    read(tail)
    cut = tensor("text", 1, b"x" * 100_000, "text")[:70_000]
    append(path, cut)
    assert tail.poll() == []
    assert tail.undecided_bytes == 70_000
    append(path, *scalars(1, 5))
    assert steps(read(tail), "loss") == [5]
    append(path, *scalars(3, 6))
    assert steps(read(tail), "loss") == [6, 7, 8]
    assert (tail.damaged_records, tail.skipped_bytes) == (1, 70_000)


def test_big_record_that_is_being_written_is_no_damage(path: Path) -> None:
    tail = EventFileTail(path)
    record = tensor("text", 1, b"x" * 1_000_000, "text")
    found = read(tail)
    for at in range(0, len(record), 300_000):
        append(path, record[at : at + 300_000])
        found += read(tail, 50_000)
    append(path, *scalars(1, 5))
    found += read(tail)
    assert [ref.tag for batch in found for ref in batch.refs] == ["text"]
    assert steps(found, "loss") == list(range(6))
    assert tail.damaged_records == 0


def test_record_that_is_too_big_is_passed_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "MAX_RECORD_BYTES", 10_000)
    append(path, tensor("text", 1, b"x" * 20_000, "text"), *scalars(2, 5))
    tail = EventFileTail(path)
    batches = read(tail, 1000)
    assert steps(batches, "loss") == list(range(7))
    assert {kind: n for batch in batches for kind, n in batch.unknown.items()} == {
        "record that is too big": 1
    }
    assert (tail.damaged_records, tail.undecided_bytes) == (0, 0)


def test_cut_record_that_was_too_big_does_not_hide_what_follows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail_module, "MAX_RECORD_BYTES", 10_000)
    cut = tensor("text", 1, b"x" * 20_000, "text")[:15_000]
    append(path, cut, *scalars(200, 5))
    tail = EventFileTail(path)
    assert steps(read(tail, 1000), "loss") == list(range(205))
    assert (tail.damaged_records, tail.skipped_bytes) == (1, 15_000)


def test_file_full_of_damage_is_read_in_time(path: Path) -> None:
    good, bad = scalars(1)[0], scalars(1)[0][5:]
    append(path, *[good, bad] * 2000)
    tail = EventFileTail(path)
    began = time.monotonic()
    assert len(steps(read(tail, 1 << 22), "loss")) == 2005
    assert time.monotonic() - began < 15.0
    assert tail.damaged_records == 1999


@pytest.mark.parametrize("inside", [False, True], ids=["between records", "in a record"])
def test_file_full_of_headers(path: Path, inside: bool) -> None:
    """Each claims the rest of the file: checking them all would take its size squared."""
    size = 4 << 20
    headers = b"".join(header(size - at) for at in range(100, size // 2, 12))
    garbage = headers + bytes(size - len(headers))
    append(path, header(size) if inside else b"\xff" * 20, garbage, b"crc.", *scalars(300, 5))
    tail = EventFileTail(path)
    assert steps(read(tail), "loss") == list(range(305))
    assert tail.damaged_records == 1


@pytest.mark.parametrize("garbage", [bytes(100_000), b"\xff" * 999, b"x" * 600_000], ids=len)
def test_garbage_is_waited_at_and_passed_over(path: Path, garbage: bytes) -> None:
    tail = EventFileTail(path)
    append(path, garbage)
    assert steps(read(tail), "loss") == list(range(5))
    assert (tail.damaged_records, tail.undecided_bytes) == (0, len(garbage))
    assert tail.poll() == []
    append(path, *scalars(2, 5))
    assert steps(read(tail), "loss") == [5, 6]
    assert (tail.damaged_records, tail.skipped_bytes) == (1, len(garbage))


@pytest.mark.parametrize(
    "content", [b"fileFormatVersion: 2\nguid: 5f0e\n", b"{}" * 9, b"PK\3\4\x14\0\0\0\x08\0" * 5]
)
def test_neighbours_that_are_no_event_files_are_no_damage(tmp_path: Path, content: bytes) -> None:
    neighbour = write(tmp_path, scalars(1)).with_name(f"{NAME}.meta")
    neighbour.write_bytes(content)
    tail = EventFileTail(neighbour)
    assert read(tail) == []
    assert (tail.undecided_bytes, tail.damaged_records) == (0, 0)


def test_an_event_file_that_is_cut_or_begins_with_damage_is_told(tmp_path: Path) -> None:
    for content in (scalars(1)[0][:30], bytes(40), b"\xff\xff\xff\xff" + scalars(1)[0]):
        tail = EventFileTail(write(tmp_path, [content]))
        batches = read(tail)
        assert (tail.undecided_bytes, tail.damaged_records) in ((len(content), 0), (0, 1)), batches


def test_well_framed_nonsense_is_counted(path: Path) -> None:
    append(path, frame(b"\xff" * 30), *scalars(1, 5))
    tail = EventFileTail(path)
    assert steps(read(tail), "loss") == list(range(6))
    assert (tail.damaged_records, tail.skipped_bytes) == (1, 0)


def test_restart_begins_a_batch(path: Path) -> None:
    append(path, version(), start(3), *scalars(2, 3), start(-1), *scalars(1))
    batches = read(EventFileTail(path))
    assert [batch.restart_step for batch in batches] == [None, 3, -1]
    assert [steps([batch], "loss") for batch in batches] == [[0, 1, 2, 3, 4], [3, 4], [0]]
    assert batches[0].start_time == 1.7e9
    assert batches[1].start_time is None
    assert [batch.end_offset for batch in batches] == sorted(
        {batch.end_offset for batch in batches}
    )
    assert batches[-1].end_offset == path.stat().st_size


def test_plugin_comes_with_the_first_value_of_a_tag_in_any_file_of_the_run(path: Path) -> None:
    append(path, tensor("new", 1, 1.5), tensor("new", 2, 2.5, plugin=None))
    later = write(path.parent / "later", [version(), tensor("new", 3, 3.5, plugin=None)])
    plugins: dict[str, str] = {}
    found = read(EventFileTail(path, plugins)) + read(EventFileTail(later, plugins))
    assert [value for _, _, value in points(found)["new"]] == [1.5, 2.5, 3.5]
    (alone,) = read(EventFileTail(later))
    assert [(ref.tag, ref.plugin) for ref in alone.refs] == [("new", "")]


def test_unknown_kinds_are_counted(path: Path) -> None:
    append(path, frame(b"\x62\x00"), frame(b"\x2a\x02\x0a\x00"), *scalars(1, 5))
    (batch,) = read(EventFileTail(path))
    assert batch.unknown == {"field 12": 1, "empty value": 1}
    assert batch.damaged_records == 0


def test_what_was_read_ahead_is_not_taken_for_damage_when_it_is_whole_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail_module, "_HEAVY_BYTES", 0)  # few bytes are read ahead, too
    records = [version(), *scalars(20)]
    sizes = [len(record) for record in records]
    data, at = b"".join(records), sum(sizes[:5])
    path = write(tmp_path, [data])
    tail = EventFileTail(path, buffer=ReadBuffer(piece_bytes=sum(sizes[:3])))
    late = data[:at] + bytes(sizes[5]) + data[at + sizes[5] :]  # as a file server may show it
    batches = tail.poll(sum(sizes[:3]))
    path.write_bytes(late)
    batches += tail.poll(sum(sizes[:3]))
    path.write_bytes(data)
    batches += read(tail, sum(sizes[:3]))
    assert steps(batches, "loss") == list(range(20))
    assert tail.damaged_records == 0
