"""Event files that are renamed, put back, written over or written anew behind the mirror."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.record_writer import RecordWriter

from tuimon.mirror import event_source
from tuimon.mirror.event_files import JournalFiles
from tuimon.mirror.journal import Journal, StretchEntry
from tuimon.mirror.namespaces import Namespaces
from tuimon.mirror.owner import NewFile
from tuimon.mirror.rows import rows_of
from tuimon.runs.paths import RunPaths, new_run_directory

NAME = "events.out.tfevents.1.h"


def records(steps: range, base: float) -> bytes:
    """The bytes of points whose value is `base` plus their step, a version record before step 0."""

    class Bytes(bytearray):
        write = bytearray.extend

    file = Bytes()
    writer = RecordWriter(file)
    if steps.start == 0:
        event = Event(wall_time=base, file_version="brain.Event:2")
        writer.write(event.SerializeToString())
    for step in steps:
        event = Event(wall_time=base + step, step=step)
        event.summary.value.add(tag="loss", simple_value=base + step)
        writer.write(event.SerializeToString())
    return bytes(file)


class Mirrored:
    """What a mirror without W&B has handed over; `again` is another life of it."""

    def __init__(self, paths: RunPaths) -> None:
        paths.mirror.mkdir()
        self.paths = paths
        self.values: list[float] = []
        self._begin()

    def again(self) -> None:
        self.journal.close()
        self._begin()

    def _begin(self) -> None:
        self.journal = Journal(self.paths.mirror / "journal.jsonl")
        names = Namespaces({})
        self.files = JournalFiles(self.journal, self.paths, self.paths, names, lambda *_: None)
        for _ in self.files.replay(self.journal.next_row):
            raise AssertionError("nothing is missing")

    def look(self, *paths: Path) -> list[float]:
        """Read all that is new; returns its values."""
        found = [NewFile(str(path), ".", "") for path in paths]
        self.files.add(found, ended=False, waits=False)
        before = len(self.values)
        for source in self.files:
            while self._read(source):
                pass
        return self.values[before:]

    def _read(self, source: event_source.EventSource) -> bool:
        reading = source.read()
        entry = self.files.reenter(source) if reading.replaced else source.entry
        rows = list(rows_of(reading.batches))
        self.values += [row.values["loss"] for row in rows]
        if rows:
            self.journal.append(
                StretchEntry(
                    file=entry.id,
                    begin=reading.begin,
                    end=reading.end,
                    row=self.journal.next_row,
                    rows=len(rows),
                    points=len(rows),
                    seam=reading.mark[1:] if reading.mark else (),
                    head=reading.head[1:] if reading.head else (),
                )
            )
        return bool(reading.batches)


@pytest.fixture
def mirrored(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirrored]:
    monkeypatch.setattr(event_source, "_REPLACEMENT_SECONDS", 1e-9)
    yield (found := Mirrored(new_run_directory("files")))
    found.journal.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path / "log" / NAME


def values(steps: range, base: float) -> list[float]:
    return [base + step for step in steps]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_renamed_directory_is_read_on_under_its_new_name(
    mirrored: Mirrored, file: Path, *, restarted: bool
) -> None:
    file.write_bytes(records(range(5), 100))
    assert mirrored.look(file) == values(range(5), 100)
    moved = file.parent.rename(file.parent.with_name("renamed")) / NAME
    if restarted:
        mirrored.again()
    with moved.open("ab") as more:
        more.write(records(range(5, 7), 100))
    assert mirrored.look(moved) == values(range(5, 7), 100)
    assert [entry.path for entry in mirrored.journal.files] == [str(moved)]
    assert mirrored.journal.gone() is None
    mirrored.again()
    assert mirrored.look(moved) == []


def test_a_copy_is_another_run(mirrored: Mirrored, file: Path) -> None:
    file.write_bytes(records(range(5), 100))
    mirrored.look(file)
    copy = shutil.copytree(file.parent, file.parent.with_name("copy")) / NAME
    assert mirrored.look(copy) == values(range(5), 100)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("kept", [2, 5, 7])
def test_a_file_that_is_put_back_is_not_sent_again(
    mirrored: Mirrored, file: Path, kept: int, *, restarted: bool
) -> None:
    file.write_bytes(records(range(5), 100))
    mirrored.look(file)
    with file.open("ab") as more:
        more.write(records(range(5, 10), 100))
    mirrored.look()
    if restarted:
        mirrored.again()
    file.write_bytes(records(range(kept), 100))
    again = mirrored.look()
    with file.open("ab") as more:
        more.write(records(range(kept, 13), 200))
    found = again + mirrored.look() + mirrored.look()
    assert found == values(range(kept, 13), 200)


def test_another_file_of_the_same_size_is_sent(mirrored: Mirrored, file: Path) -> None:
    file.write_bytes(records(range(5), 100))
    mirrored.look(file)
    mirrored.again()
    file.write_bytes(records(range(5), 300))
    assert mirrored.look() + mirrored.look() == values(range(5), 300)


@pytest.mark.parametrize("ahead", [0, 1, 8])
@pytest.mark.parametrize("every", [1, 3, 5])
def test_what_two_processes_write_over_each_other_is_read_once(
    mirrored: Mirrored, file: Path, ahead: int, every: int
) -> None:
    """As those of tensorboardX without the hook do that are started in the same second."""
    with file.open("wb") as first:
        first.write(records(range(ahead), 1000) if ahead else b"")
        first.flush()
        handed = len(mirrored.look(file))
        with file.open("wb") as second:
            for step in range(100):
                for writer, base, own in ((second, 2000, step), (first, 1000, ahead + step)):
                    writer.write(records(range(own, own + 1), base))
                    writer.flush()
                if step % every == 0:
                    handed += len(mirrored.look())
    handed += len(mirrored.look()) + len(mirrored.look())
    assert 100 + ahead <= handed <= 100 + 3 * ahead, "an offset once, apart from the beginning"
    assert len(mirrored.journal.files) <= 2
