"""What a copy has, whatever happens to the files there and to the link."""

import errno
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tuimon.places.cache_room import CacheRoom
from tuimon.places.place_copy import PIECE, DiskFullError, PlaceCopy
from tuimon.places.remote_files import RefusalError, RemoteEntry, RemoteRange

EVENTS = "a/events.out.tfevents.1.box"


class Origin:
    """Files there, and a copy of them that is at `root`."""

    def __init__(self, home: Path, most: int = 1 << 40) -> None:
        self.files: dict[str, bytes] = {}
        self.times: dict[str, int] = {}
        self.home = home
        self.most = most
        self.start()

    def start(self) -> None:
        """A new process."""
        place = self.home / "place"
        place.mkdir(exist_ok=True)
        self.room = CacheRoom(self.home, place, self.most)
        self.copy = PlaceCopy(place / "files" / "runs", place / "parts", self.room)

    def write(self, path: str, data: bytes, time: int = 1) -> None:
        self.files[path] = data
        self.times[path] = self.times.get(path, 1000) + time

    def look(self) -> None:
        for path, data in self.files.items():
            self.copy.expect(path, RemoteEntry(len(data), self.times[path]))

    def read(self, wanted: RemoteRange) -> bytes | RefusalError:
        if wanted.path not in self.files:
            return RefusalError("no such file", is_gone=True)
        return self.files[wanted.path][wanted.offset : wanted.offset + wanted.length]

    def carry(self, rounds: int = 100) -> list[RemoteRange]:
        """Copy until nothing is lacking; what was read."""
        carried: list[RemoteRange] = []
        for _ in range(rounds):
            if not (ranges := self.copy.ranges(4 * PIECE)):
                return carried
            carried += ranges
            for wanted in ranges:
                self.copy.take(wanted, self.read(wanted))
        raise AssertionError("it never ends")

    def here(self, path: str = EVENTS) -> bytes:
        return (self.copy.root / path).read_bytes()


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path)


def test_what_grows_gets_the_bytes_behind_its_own_after_the_seam(origin: Origin):
    origin.write(EVENTS, os.urandom(1000))
    origin.look()
    assert origin.carry() == [RemoteRange(EVENTS, 0, 1000)]
    origin.write(EVENTS, origin.files[EVENTS] + b"more")
    reader = (origin.copy.root / EVENTS).open("rb")
    origin.look()
    assert origin.carry() == [RemoteRange(EVENTS, 1000 - 64, 64 + 4)]
    assert reader.read() == origin.here() == origin.files[EVENTS]
    origin.look()
    assert origin.carry() == []


def test_the_next_process_goes_on_from_what_is_here(origin: Origin):
    origin.write(EVENTS, os.urandom(3 * PIECE))
    origin.write("b/metrics.json", b"{}")
    origin.look()
    (first, *_) = origin.copy.ranges(PIECE + 2)
    origin.copy.take(RemoteRange(EVENTS, 0, PIECE), origin.files[EVENTS][:PIECE])
    assert first.offset == 0
    origin.start()
    origin.look()
    read = origin.carry()
    assert sum(one.length for one in read if one.path == EVENTS) < 2 * PIECE + 200
    assert origin.here() == origin.files[EVENTS]
    origin.start()
    origin.look()
    assert origin.carry() == []


@pytest.mark.parametrize(
    "after",
    [b"other" * 300, b"short", b"", b"x" * 1000],
    ids=["longer", "shorter", "empty", "of the same size"],
)
def test_what_was_replaced_is_whole_before_readers_see_it(origin: Origin, after: bytes):
    before = os.urandom(1000)
    origin.write(EVENTS, before)
    origin.look()
    origin.carry()
    reader = (origin.copy.root / EVENTS).open("rb")
    origin.write(EVENTS, after)
    origin.look()
    for _ in range(9):
        for wanted in origin.copy.ranges(PIECE):
            assert origin.here() == before
            origin.copy.take(wanted, origin.read(wanted))
    assert origin.here() == after
    assert reader.read() == before  # who has it open finds another one in its place
    assert origin.copy.is_whole


def test_what_is_rewritten_whole_is_never_half_here(origin: Origin):
    path = "metrics.json"
    origin.write(path, b"[" + b"1," * PIECE + b"1]")
    origin.look()
    for _ in range(5):
        for wanted in origin.copy.ranges(PIECE):
            assert not (origin.copy.root / path).exists()
            origin.copy.take(wanted, origin.read(wanted))
    assert origin.here(path) == origin.files[path]


def test_a_document_that_changes_while_it_is_copied_is_begun_anew(origin: Origin):
    path = "metrics.json"
    origin.write(path, b"a" * (2 * PIECE))
    origin.look()
    (wanted,) = origin.copy.ranges(PIECE)
    origin.copy.take(wanted, origin.read(wanted))
    origin.write(path, b"b" * (2 * PIECE))
    origin.look()
    origin.carry()
    assert origin.here(path) == origin.files[path]


def test_a_range_of_which_less_comes_is_asked_for_again(origin: Origin):
    origin.write(EVENTS, os.urandom(1000))
    origin.look()
    (wanted,) = origin.copy.ranges(PIECE)
    assert origin.copy.take(wanted, origin.files[EVENTS][:300])
    assert origin.copy.ranges(PIECE) == [RemoteRange(EVENTS, 300 - 64, 64 + 700)]
    origin.carry()
    assert origin.here() == origin.files[EVENTS]


def test_a_file_that_has_less_than_it_was_said_to_have_is_not_asked_for_on_and_on(origin: Origin):
    origin.copy.expect(EVENTS, RemoteEntry(2**63, 5))
    (wanted,) = origin.copy.ranges(PIECE)
    assert origin.copy.take(wanted, b"all there is")
    (wanted,) = origin.copy.ranges(PIECE)
    assert not origin.copy.take(wanted, b"all there is")
    assert origin.copy.ranges(PIECE) == []


def test_what_was_deleted_there_goes_with_its_directory(origin: Origin):
    origin.write(EVENTS, b"data")
    origin.write("kept.csv", b"step")
    origin.look()
    origin.carry()
    origin.copy.remove(EVENTS)
    assert [path.name for path in origin.copy.root.iterdir()] == ["kept.csv"]
    origin.start()
    origin.copy.prune({"another.csv"})
    assert list(origin.copy.root.iterdir()) == []


def test_what_is_refused_is_told_until_it_changes(origin: Origin):
    origin.write(EVENTS, b"data")
    origin.look()
    (wanted,) = origin.copy.ranges(PIECE)
    assert origin.copy.take(wanted, RefusalError("permission denied"))
    assert origin.copy.refused == {EVENTS: "permission denied"}
    assert origin.copy.is_whole
    origin.look()
    origin.carry()
    assert origin.copy.refused == {}


def test_what_was_refused_is_asked_for_again(origin: Origin):
    origin.write(EVENTS, b"data")
    origin.look()
    (wanted,) = origin.copy.ranges(PIECE)
    origin.copy.take(wanted, RefusalError("permission denied"))
    origin.copy.retry()
    assert origin.copy.refused == {EVENTS: "permission denied"}  # until it is known better
    origin.carry()
    assert (origin.copy.refused, origin.here()) == ({}, b"data")
    origin.copy.retry()
    assert origin.copy.is_whole


def test_a_document_is_copied_once_more_when_its_second_is_over(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
):
    for name in ("old.json", "metrics.json"):
        origin.write(name, b'{"loss": 0.51}', time=9 * len(name))
    origin.look()
    origin.carry()
    inodes = [(origin.copy.root / name).stat().st_ino for name in origin.files]
    origin.files["metrics.json"] = b'{"loss": 0.52}'  # of the same size, in the same second
    now = time.monotonic() + 3
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert [one.path for one in origin.carry()] == ["metrics.json"]
    assert origin.here("metrics.json") == b'{"loss": 0.52}'
    now += 9
    assert origin.carry() == []
    assert (origin.copy.root / "old.json").stat().st_ino == inodes[0]


def test_what_was_but_touched_stays_as_it_is(origin: Origin):
    origin.write(EVENTS, b"data")
    origin.look()
    origin.carry()
    inode = (origin.copy.root / EVENTS).stat().st_ino
    origin.write(EVENTS, b"data", time=60)
    origin.look()
    assert origin.carry() == [RemoteRange(EVENTS, 0, 4)]
    assert (origin.copy.root / EVENTS).stat().st_ino == inode
    origin.start()
    origin.look()
    assert origin.carry() == []


def test_names_that_no_file_here_can_have_are_refused_alone(origin: Origin):
    origin.write("n" * 300 + ".csv", b"data")
    origin.write("a", b"a file where a directory is")
    origin.write(EVENTS, b"data")
    origin.look()
    origin.carry()
    assert len(origin.copy.refused) == 2
    assert origin.copy.is_whole


def test_a_full_disk_is_told_and_what_came_stays(origin: Origin, monkeypatch: pytest.MonkeyPatch):
    origin.write(EVENTS, os.urandom(1000))
    origin.look()
    written = os.pwrite

    def full(file: int, data: bytes, offset: int) -> int:
        if offset >= 100:
            raise OSError(errno.ENOSPC, "no space")
        return written(file, data[:100], offset)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        (wanted,) = origin.copy.ranges(PIECE)
        with pytest.raises(DiskFullError):
            origin.copy.take(wanted, origin.read(wanted))
    assert origin.here() == origin.files[EVENTS][:100]
    origin.carry()
    assert origin.here() == origin.files[EVENTS]


def test_the_newest_files_stay_where_there_is_no_room_for_all(tmp_path: Path):
    origin = Origin(tmp_path, most=2500)
    for number in range(4):
        origin.write(f"{number}.csv", bytes([number]) * 1000, time=number)
    origin.look()
    origin.carry()
    assert sorted(path.name for path in origin.copy.root.iterdir()) == ["2.csv", "3.csv"]
    origin.write("4.csv", b"4" * 1000, time=9)
    origin.look()
    origin.carry()
    assert sorted(path.name for path in origin.copy.root.iterdir()) == ["3.csv", "4.csv"]
    assert origin.copy.left_out == {"0.csv", "1.csv", "2.csv"}
    assert origin.room.shortage == "copies may take 2.5 KB (setting remote.cache_gb)"
    assert origin.copy.is_whole


def test_a_disk_is_not_filled_to_its_end(origin: Origin, monkeypatch: pytest.MonkeyPatch):
    nearly_full = SimpleNamespace(free=(256 << 20) + 100)
    monkeypatch.setattr("tuimon.places.cache_room.disk_usage", lambda path: nearly_full)
    origin.write("0.csv", bytes(99))
    origin.write("1.csv", bytes(101))
    origin.look()
    origin.carry()
    assert origin.copy.left_out == {"1.csv"}
    assert origin.room.shortage == "the disk of the copies is nearly full"


def test_copies_that_nobody_looks_at_go_first(tmp_path: Path):
    for name, used in (("old", 1), ("new", 2)):
        other = tmp_path / name
        (other / "files").mkdir(parents=True)
        (other / "files" / "x").write_bytes(bytes(1000))
        (other / "state.json").touch()
        os.utime(other / "state.json", (used, used))
    origin = Origin(tmp_path, most=2500)
    origin.write("0.csv", bytes(1000))
    origin.look()
    origin.carry()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "place"]
    assert origin.here("0.csv") == bytes(1000)


def test_a_link_in_the_copy_is_not_followed(origin: Origin, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    origin.copy.root.mkdir(parents=True)
    (origin.copy.root / "x.csv").symlink_to(outside)
    origin.write("x.csv", b"theirs")
    origin.look()
    origin.carry()
    assert outside.read_bytes() == b"mine"
