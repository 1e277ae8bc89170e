"""Reading a console whose log is put aside, part by part, while it is read."""

import threading
from pathlib import Path

import pytest

from tuimon.console.emulation import ConsoleTail
from tuimon.console.history import read_tail
from tuimon.console.rotation import ConsoleReader, newest_bytes, part_numbers, part_path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "console.log"


def put_aside(log: Path, number: int) -> None:
    log.rename(part_path(log, number))


def write(log: Path, data: bytes) -> None:
    with log.open("ab") as file:
        file.write(data)


def everything(reader: ConsoleReader) -> bytes:
    return b"".join(iter(lambda: reader.read(3), b""))


def test_parts_are_read_in_order(log: Path):
    for number in range(1, 12):
        write(log, b"%d " % number)
        put_aside(log, number)
    write(log, b"last")
    (log.parent / "console.log.txt").touch()
    reader = ConsoleReader(log)
    assert reader.read(1) == b"1"
    assert reader.unread == len(" 2 3 4 5 6 7 8 9 10 11 last")
    assert everything(reader) == b" 2 3 4 5 6 7 8 9 10 11 last"
    assert reader.unread == 0
    assert not reader.incomplete
    assert newest_bytes(log, 9) == b"10 11 last"[1:]
    assert newest_bytes(log, 1000) == b"1 2 3 4 5 6 7 8 9 10 11 last"


def test_log_that_does_not_exist_yet(log: Path):
    reader = ConsoleReader(log)
    assert reader.read(10) == b""
    write(log, b"x")
    assert reader.read(10) == b"x"


def test_reader_follows_what_is_put_aside(log: Path):
    reader = ConsoleReader(log)
    write(log, b"one")
    assert everything(reader) == b"one"
    write(log, b" two")
    put_aside(log, 1)
    assert everything(reader) == b" two"  # the new log is not there yet
    write(log, b" three")
    put_aside(log, 2)
    write(log, b" four")
    assert everything(reader) == b" three four"


def test_what_is_written_just_before_it_is_put_aside_is_read(
    log: Path, monkeypatch: pytest.MonkeyPatch
):
    reader = ConsoleReader(log)
    write(log, b"one")
    assert everything(reader) == b"one"

    def between_reading_and_looking() -> bool:
        monkeypatch.undo()
        write(log, b" two")
        put_aside(log, 1)
        write(log, b" three")
        return reader._is_finished()

    monkeypatch.setattr(reader, "_is_finished", between_reading_and_looking)
    assert everything(reader) == b" two three"


def test_newest_bytes_are_those_that_can_be_read(log: Path, monkeypatch: pytest.MonkeyPatch):
    write(log, b"one")
    put_aside(log, 1)
    write(log, b" two")

    def fail(_log: Path) -> list[int]:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("tuimon.console.rotation.part_numbers", fail)
    assert newest_bytes(log, 100) == b" two"


def test_missing_parts_are_told(log: Path):
    write(log, b"three")
    put_aside(log, 3)
    write(log, b" four")
    late = ConsoleReader(log)
    assert everything(late) == b"three four"
    assert late.incomplete

    slow = ConsoleReader(log)
    slow.skip()
    write(log, b" more")
    put_aside(log, 4)
    part_path(log, 3).unlink()
    write(log, b" five")
    assert slow.read(2) == b" m"
    part_path(log, 4).unlink()
    put_aside(log, 5)
    write(log, b" six")
    assert everything(slow) == b"ore five six"  # what is open is read though it is deleted
    assert not slow.incomplete

    write(log, b" seven")
    put_aside(log, 6)
    write(log, b" eight")
    put_aside(log, 7)
    write(log, b" nine")
    put_aside(log, 8)
    write(log, b" ten")
    part_path(log, 7).unlink()
    assert everything(slow) == b" seven nine ten"
    assert slow.incomplete


def test_skipping_to_the_end(log: Path):
    write(log, b"old")
    reader = ConsoleReader(log)
    reader.skip()
    assert reader.read(9) == b""
    write(log, b"new")
    assert reader.read(9) == b"new"


def test_a_log_that_is_cut_is_read_from_its_new_beginning(log: Path):
    write(log, b"one two")
    reader = ConsoleReader(log)
    assert everything(reader) == b"one two"
    log.write_bytes(b"new")
    assert reader.is_cut
    assert reader.unread == 0
    assert reader.read(9) == b"new"
    assert not reader.is_cut
    assert reader.read_back(9) == b"new"


def test_a_log_that_another_takes_the_place_of_is_read_to_its_end(log: Path):
    write(log, b"part ")
    put_aside(log, 1)
    write(log, b"one")
    reader = ConsoleReader(log)
    assert everything(reader) == b"part one"
    write(log, b" two")
    log.rename(log.with_name("elsewhere"))
    write(log, b" other")
    assert reader.unread == len(" two other")
    assert everything(reader) == b" two other"


def test_a_log_that_is_gone_leaves_its_parts(log: Path):
    write(log, b"one\r\n")
    put_aside(log, 1)
    assert newest_bytes(log, 100) == b"one\r\n"
    assert read_tail(log, 5) == ["one"]
    reader = ConsoleReader(log)
    assert reader.read(9) == b""  # the log may be about to be begun
    write(log, b"two")
    assert everything(reader) == b"one\r\ntwo"


def test_a_log_that_cannot_be_read_says_so(log: Path):
    log.symlink_to(log)
    with pytest.raises(OSError, match="symbolic links"):
        ConsoleReader(log).read(9)
    assert newest_bytes(log, 9) == b""
    assert read_tail(log, 1) == []


@pytest.mark.parametrize("step", ["_numbers", "_open"])
@pytest.mark.parametrize("parts", [0, 2])
def test_a_part_may_be_finished_while_the_log_is_opened(
    log: Path, monkeypatch: pytest.MonkeyPatch, step: str, parts: int
):
    for number in range(1, parts + 1):
        write(log, b"%d " % number)
        put_aside(log, number)
    write(log, b"old ")
    reader = ConsoleReader(log)
    done = getattr(reader, step)

    def then_it_is_put_aside(*arguments: object) -> object:
        monkeypatch.undo()
        result = done(*arguments)
        put_aside(log, parts + 1)
        write(log, b"new")
        return result

    monkeypatch.setattr(reader, step, then_it_is_put_aside)
    reader.skip()
    before, after = reader.copy().read_back(99), everything(reader)
    assert before + after == b"1 2 "[: 2 * parts] + b"old new"
    assert not reader.incomplete


def test_concurrent_writer_loses_nothing(log: Path):
    """The order of `ConsoleLog`: rename, open, delete the oldest never while it is read."""

    def work() -> None:
        for number in range(1, 401):
            write(log, b"line %d\n" % number)
            if number % 3 == 0:
                put_aside(log, number // 3)

    writer = threading.Thread(target=work)
    writer.start()
    reader, found = ConsoleReader(log), b""
    while writer.is_alive():
        found += reader.read(7)
    found += b"".join(iter(lambda: reader.read(7), b""))
    assert found == b"".join(b"line %d\n" % number for number in range(1, 401))
    assert len(part_numbers(log)) == 133


def test_screen_and_tail_show_the_end_of_the_part_before(log: Path):
    write(log, b"part\r\nbefore\r\n")
    put_aside(log, 1)
    write(log, b"after\r\n")
    tail = ConsoleTail(log)
    assert tail.poll()
    assert tail.lines() == ["part", "before", "after"]
    assert read_tail(log, 2) == ["before", "after"]
    write(log, b"more\r\n")
    put_aside(log, 2)
    write(log, b"and more\r\n")
    assert tail.poll()
    assert tail.lines() == ["part", "before", "after", "more", "and more"]
