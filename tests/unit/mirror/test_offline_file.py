"""W&B's transaction log, written here in pieces that wandb-core chooses as it likes."""

from pathlib import Path

import pytest
from wandb.proto.wandb_internal_pb2 import HistoryRecord, Record, SummaryRecord

from support.wandb_history import history_rows
from support.wandb_log import BLOCK, HEADER, log_file
from tuimon.mirror.offline_file import (
    Fragments,
    OfflineFile,
    OfflineFileError,
    cut_torn_tail,
    last_step,
)


def row(step: int, size: int = 1) -> bytes:
    record = Record(num=step + 1, history=HistoryRecord())
    record.history.step.num = step
    record.history.item.add(nested_key=["loss"], value_json=str(step / 2))
    record.history.item.add(key="text", value_json=f'"{"x" * size}"')
    return record.SerializeToString()


def other() -> bytes:
    return Record(num=300, summary=SummaryRecord()).SerializeToString()


def test_rows_are_read_across_blocks(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    sizes = [1, 32_700, 40_000, 3, 100_000, 5]
    records = [record for step, size in enumerate(sizes) for record in (row(step, size), other())]
    path.write_bytes(log_file(records))
    rows = list(history_rows(OfflineFile(path)))
    assert [(one.step, one.values["loss"]) for one in rows] == [(n, n / 2) for n in range(6)]
    assert [len(one.values["text"]) for one in rows] == sizes
    assert last_step(path) == 5


def test_reading_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    whole = log_file(row(step, 20_000) for step in range(8))
    file = OfflineFile(path)
    steps: list[int] = []
    for size in (0, 3, 7, 9_000, 50_000, 50_001, 120_000, len(whole)):
        path.write_bytes(whole[:size])
        steps += [one.step for one in history_rows(file)]
    assert steps == list(range(8))
    assert file.offset == len(whole)


def test_a_torn_tail_is_cut_to_whole_records_wherever_it_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    whole = log_file(row(step, 10_000) for step in range(8))
    for size in range(0, len(whole) + 1, 997):
        path.write_bytes(whole[:size])
        before = [one.step for one in history_rows(OfflineFile(path))]
        removed = cut_torn_tail(path)
        assert path.stat().st_size == size - removed
        assert [one.step for one in history_rows(OfflineFile(path))] == before
        assert before == list(range(len(before)))
        assert last_step(path) == (before[-1] if before else None)
        assert cut_torn_tail(path) == 0


def test_space_that_was_never_written_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    whole = log_file([row(0), row(1)])
    path.write_bytes(whole + bytes(5_000))
    assert cut_torn_tail(path) == 5_000
    assert path.read_bytes() == whole


def test_a_flipped_bit_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    data = bytearray(log_file([row(0), row(1)]))
    data[-1] ^= 1
    path.write_bytes(data)
    assert [one.step for one in history_rows(OfflineFile(path))] == [0]


def test_the_end_of_a_large_file_is_found_without_reading_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    records = [row(step, 5_000) for step in range(1000)] + [other()] * 10_000
    path.write_bytes(log_file(records) + b"torn")
    assert cut_torn_tail(path) == 4
    assert last_step(path) == 999


def test_the_last_row_is_found_before_a_record_of_many_blocks(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    # In the middle of it every byte looks like the beginning of a history record.
    large = Record(output_raw={"line": "\x12" * (100 * BLOCK)}).SerializeToString()
    path.write_bytes(log_file([row(0), row(1), large]))
    assert last_step(path) == 1
    assert cut_torn_tail(path) == 0
    whole = log_file([row(0), row(1)])
    path.write_bytes(log_file([row(0), row(1), large])[:-1])
    cut_torn_tail(path)
    assert path.read_bytes() == whole


def test_a_row_is_known_wherever_it_stands_in_its_record(tmp_path: Path) -> None:
    # As wandb-core writes what it was given whole: fields of one kind or another come last.
    path = tmp_path / "run-x.wandb"
    info = Record(_info={"stream_id": "x"}).SerializeToString()
    path.write_bytes(log_file([info + row(7)]))
    assert last_step(path) == 7


def test_a_file_with_no_whole_record_keeps_its_header(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    path.write_bytes(log_file([row(0)])[:-1])
    cut_torn_tail(path)
    assert path.read_bytes() == HEADER


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    path.write_bytes(b"not a log file")
    with pytest.raises(OfflineFileError, match=str(path)):
        list(history_rows(OfflineFile(path)))


def test_minus_zero_and_what_json_cannot_say(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    record = Record(num=1, history=HistoryRecord())
    for number, text in enumerate(["-0", "NaN", "-Infinity"]):
        record.history.item.add(key=str(number), value_json=text)
    path.write_bytes(log_file([record.SerializeToString()]))
    (one,) = history_rows(OfflineFile(path))
    assert [repr(float(value)) for value in one.values.values()] == ["-0.0", "nan", "-inf"]


def test_fragments_of_a_run_continue_each_other(tmp_path: Path) -> None:
    fragments = Fragments(tmp_path, "abc")
    assert fragments.next_row(5) == 5
    for second, rows in enumerate([range(5), range(5, 9), range(0)]):
        directory = tmp_path / f"offline-run-20260101_00000{second}-abc"
        directory.mkdir()
        (directory / "run-abc.wandb").write_bytes(log_file(map(row, rows)) + b"torn")
    (tmp_path / "offline-run-20260101_000009-other").mkdir()
    fragments.repair()
    assert fragments.next_row(0) == 9
    assert len(fragments.files()) == 3
    fragments.mark_uploaded()
    assert len(list(tmp_path.glob("offline-run-*-abc/run-abc.wandb.synced"))) == 3
