"""The write-ahead journal."""

import os
import resource
import stat
from pathlib import Path

import pytest

from tuimon.mirror.journal import (
    CodeEntry,
    FileEntry,
    IdEntry,
    Journal,
    JournalError,
    KeyEntry,
    RunEntry,
    SentEntry,
    StretchEntry,
    last_run,
)

RUN = RunEntry(run_id="abc", online=False, first_row=7)
FILE = FileEntry(id=0, path="/runs/events.out.tfevents.1.h", run=".", namespace="")
KEY = KeyEntry(namespace="a", tag="b\ud800\n", key="a/b (2)")


def stretch(row: int, rows: int = 3) -> StretchEntry:
    end = 10 * (row + rows)
    return StretchEntry(
        file=0, begin=10 * row, end=end, row=row, rows=rows, points=5, gaps=[], seam=[], head=[]
    )


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


def test_the_id_of_a_run_is_known_before_the_run_is(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        assert journal.run_id is None
        journal.append(IdEntry(run_id="abc"))
    with Journal(path) as journal:
        assert (journal.run_id, journal.run) == ("abc", None)
    path.unlink()
    with Journal(path) as journal:  # as earlier versions wrote it
        journal.append(RUN)
        assert journal.run_id == "abc"


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


def test_row_numbers_are_never_used_twice(tmp_path: Path) -> None:
    """Neither behind a gap (the server had more rows) nor when the run goes online."""
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.append(RUN, stretch(7), stretch(20))
        assert journal.next_row == 23
        journal.append(RUN._replace(online=True))
        assert journal.next_row == 23
    with Journal(path) as journal:
        assert journal.next_row == 23
        assert journal.bytes == 2 * 30
        assert journal.run == last_run(path) == RUN._replace(online=True)


def test_lines_and_code_that_only_offline_files_hold_are_sent_again_once_online(
    tmp_path: Path,
) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.append(RUN, SentEntry(path="/console.log", amount=100))
        journal.append(CodeEntry(directory="/src"))
        journal.append(RUN)
        assert (journal.sent, journal.code) == ({"/console.log": 100}, {"/src"})
        journal.append(RUN._replace(online=True))
        assert (journal.sent, journal.code) == ({"/console.log": 0}, set())


def test_entries_are_on_disk_before_they_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    synced: list[tuple[int, int]] = []
    with Journal(path) as journal:
        sync = os.fsync

        def fsync(file: int) -> None:
            sync(file)
            synced.append((os.fstat(file).st_size, journal.next_row))

        monkeypatch.setattr(os, "fsync", fsync)
        journal.append(RUN, stretch(7))
        assert synced == [(path.stat().st_size, 0)]
        assert journal.next_row == 10
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_entry_that_finds_no_room_leaves_no_piece_behind(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.append(RUN)
        whole = path.read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                journal.append(stretch(7))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == whole
        assert (journal.next_row, journal.points) == (7, 0)
        journal.append(stretch(7))
        assert journal.next_row == 10


def test_files_that_cannot_be_read_again_are_known(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("kept", "shorter", "replaced", "deleted", "unread")]
    for path in paths:
        path.write_bytes(bytes(100))

    def gone_of(*numbers: int) -> str | None:
        with Journal(tmp_path / "journal") as journal:
            for number, path in enumerate(paths):
                journal.append(FileEntry(id=number, path=str(path), run=".", namespace=""))
            journal.append(FileEntry(id=5, path=str(paths[2]), run=".", namespace=""))
            journal.append(*(stretch(0)._replace(file=one, end=100) for one in numbers))
        with Journal(tmp_path / "journal") as journal:
            gone = journal.gone()
        (tmp_path / "journal").unlink()
        return gone

    paths[1].write_bytes(bytes(99))
    paths[3].unlink()
    assert gone_of(0) is None
    assert [gone_of(0, number) for number in (1, 2, 3)] == [str(path) for path in paths[1:4]]
    assert gone_of(0, 5) is None
