"""The write-ahead journal."""

from pathlib import Path

import pytest

from tuimon.mirror.journal import FileEntry, Journal, JournalError, KeyEntry, RunEntry, Stretch

RUN = RunEntry(run_id="abc", online=False, first_row=7)
FILE = FileEntry(id=0, path="/runs/events.out.tfevents.1.h", run=".", namespace="")
KEY = KeyEntry(namespace="a", tag="b\ud800\n", key="a/b (2)")


def stretch(row: int, rows: int = 3) -> Stretch:
    return Stretch(file=0, begin=10 * row, end=10 * (row + rows), row=row, rows=rows, points=5)


def test_a_journal_knows_what_was_entered(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.append(FILE)
        journal.append(RUN)
        assert journal.next_row == 7
        journal.append(KEY, stretch(7))
        assert (journal.next_row, journal.points, journal.earlier) == (10, 5, [])
    with Journal(path) as journal:
        assert journal.run == RUN
        assert journal.files == [FILE]
        assert journal.renamed == {("a", "b\ud800\n"): "a/b (2)"}
        assert journal.earlier == [stretch(7)]
        assert (journal.next_row, journal.points) == (10, 5)


def test_a_line_that_a_crash_cut_off_is_dropped_wherever_it_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.append(RUN, stretch(7))
        kept = path.stat().st_size
        journal.append(stretch(10))
    whole = path.read_bytes()
    for size in range(kept, len(whole)):
        path.write_bytes(whole[:size])
        with Journal(path) as journal:
            assert journal.next_row == 10
            assert path.stat().st_size == kept
            journal.append(stretch(10))
        assert path.read_bytes() == whole


def test_blocks_that_never_reached_the_disk_end_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.append(RUN)
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(bytes(100) + b"\n")
    with Journal(path) as journal:
        assert journal.run == RUN
    assert path.stat().st_size == size


@pytest.mark.parametrize("line", ['{"run": {"run_id": "x", "online": true, "format": 99}}', "{}"])
def test_another_version_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "journal"
    path.write_text(line + "\n")
    with pytest.raises(JournalError, match=str(path)):
        Journal(path)
    assert path.read_text() == line + "\n"
