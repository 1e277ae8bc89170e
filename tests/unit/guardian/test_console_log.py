"""From the terminal to console.log: nothing is lost or doubled, nothing holds up the reading."""

import mmap
import os
import random
import re
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from support.waiting import wait_until
from tuimon.console.rotation import ConsoleReader, address, part_numbers, times_path
from tuimon.guardian import console_log, console_memory, terminal_reader
from tuimon.guardian.console_log import MOST_PARTS, ConsoleLog
from tuimon.guardian.console_memory import GAP, MOST_NOTES, NOTED, ConsoleMemory
from tuimon.guardian.terminal_reader import TerminalReader


class Mover:
    """Reader and writer of one pump, in turn."""

    def __init__(
        self,
        master: int,
        path: Path,
        memory: ConsoleMemory | None = None,
        part_size: int = console_log.PART_SIZE,
    ) -> None:
        self.memory = memory or ConsoleMemory()
        self.reader = TerminalReader(master, self.memory)
        self.log = ConsoleLog(path, self.memory, part_size)

    def move(self) -> bool:
        self.reader.read()
        return self.log.write()


@pytest.fixture
def pty() -> Iterator[tuple[int, int]]:
    """Master and slave of a PTY that changes no byte."""
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.log"


def test_output_is_appended_privately(pty: tuple[int, int], path: Path):
    path.write_bytes(b"before ")
    mover = Mover(pty[0], path)
    os.write(pty[1], b"one\x1b[31m\r\0\xff\x07")
    assert mover.move()
    assert path.read_bytes() == b"before one\x1b[31m\r\0\xff\x07"
    assert (mover.memory.received, mover.memory.written, mover.memory.unwritten) == (12, 12, 0)
    assert not mover.reader.at_end


def test_new_log_is_private(pty: tuple[int, int], path: Path):
    Mover(pty[0], path).move()
    assert path.stat().st_mode & 0o777 == 0o600


def test_reading_an_idle_terminal_returns(pty: tuple[int, int], path: Path):
    mover = Mover(pty[0], path)
    assert mover.reader.read() == b""
    assert (mover.memory.received, mover.reader.at_end) == (0, False)


def test_end_of_the_terminal(pty: tuple[int, int], path: Path):
    mover = Mover(pty[0], path)
    os.write(pty[1], b"last")
    os.close(pty[1])
    while not mover.reader.at_end:
        mover.move()
    assert path.read_bytes() == b"last"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_what_a_full_disk_refuses_is_kept(pty: tuple[int, int], path: Path):
    path.symlink_to("/dev/full")
    mover = Mover(pty[0], path)
    for _ in range(2):
        os.write(pty[1], b"kept!")
        assert not mover.move()
    assert (mover.memory.unwritten, mover.memory.dropped) == (10, 0)
    assert mover.memory.error == "No space left on device"
    path.unlink()
    os.write(pty[1], b"new")
    assert mover.move()
    assert path.read_bytes() == b"kept!kept!new"
    assert (mover.memory.dropped, mover.memory.error) == (0, None)


def test_log_that_cannot_be_opened_does_not_hold_the_training_up(
    pty: tuple[int, int], tmp_path: Path
):
    path = tmp_path / "gone" / "console.log"
    mover = Mover(pty[0], path)
    os.write(pty[1], b"kept")
    assert not mover.move()
    assert (mover.memory.unwritten, mover.memory.error) == (4, "No such file or directory")
    path.parent.mkdir()
    assert mover.move()
    assert path.read_bytes() == b"kept"


@pytest.mark.parametrize("size", [4096, 10_000, 70_000])
def test_what_memory_does_not_hold_is_counted_and_the_gap_named(
    pty: tuple[int, int], tmp_path: Path, size: int
):
    path = tmp_path / "gone" / "console.log"
    mover = Mover(pty[0], path, ConsoleMemory(size))
    sent = b""
    while mover.memory.dropped < 5000:
        sent += (piece := b"%06d\n" % len(sent) * 100)
        os.write(pty[1], piece)
        mover.move()
    # A terminal hands over what it got when it gets to it.
    wait_until(lambda: mover.move() or size + mover.memory.dropped >= len(sent))
    kept, dropped = mover.memory.received, mover.memory.dropped
    assert kept == size
    assert kept + dropped == len(sent)
    path.parent.mkdir()
    assert mover.move()
    os.write(pty[1], b"new")
    assert mover.move()
    note = f"\r\n[tuimon: {dropped} bytes of output are missing here: the disk was too slow]\r\n"
    assert path.read_bytes() == sent[:kept] + note.encode() + b"new"
    assert mover.memory.dropped == dropped


def test_memory_is_taken_only_while_output_waits(pty: tuple[int, int], path: Path):
    """In KiB, as the kernel counts them."""
    path.symlink_to("/dev/full")
    mover = Mover(pty[0], path)

    def resident() -> int:
        size = (console_memory.CAPACITY + mmap.PAGESIZE) // 1024
        map_of = rf"^Size: +{size} kB\n.*?^Rss: +(\d+) kB$"
        maps = re.findall(map_of, Path("/proc/self/smaps").read_text(), re.DOTALL | re.MULTILINE)
        return sum(map(int, maps))

    while mover.memory.unwritten < 8 << 20:
        os.write(pty[1], bytes(4096))
        mover.reader.read()
    assert resident() >= 8192
    path.unlink()
    assert mover.log.write()
    for _ in range(1000):
        os.write(pty[1], b"line\n")
        mover.move()
    assert resident() <= 200
    assert mover.memory.written == (8 << 20) + 5000


@pytest.mark.parametrize("seed", range(5))
def test_any_turns_of_reader_and_writer_keep_the_order(pty: tuple[int, int], path: Path, seed: int):
    chance = random.Random(seed)
    memory = ConsoleMemory(chance.choice([4096, 65536, 200_000]))
    mover = Mover(pty[0], path, memory, part_size=chance.choice([1 << 30, 50_000]))
    sent = bytearray()
    for _ in range(400):
        turn = chance.randrange(4)
        if turn == 0 and memory.unwritten + 4000 < memory.capacity:
            sent += (piece := chance.randbytes(chance.choice([3, 100, 3000])) + b"\n")
            os.write(pty[1], piece)
            mover.reader.read()
        elif turn == 1:
            mover.log.write()
        elif turn == 2:
            mover = Mover(pty[0], path, memory, mover.log._part_size)
    mover.log.write()
    assert memory.dropped == 0
    assert _everything(path) == bytes(sent)[-len(_everything(path)) :]
    assert len(_everything(path)) == len(sent)


class Clock:
    """Unix milliseconds, which go on by so much at every look."""

    def __init__(self, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.step = 1_000_000_000_000, step
        monkeypatch.setattr(terminal_reader.time, "time_ns", self.look)

    def look(self) -> int:
        self.now += self.step
        return self.now * 1_000_000


def _noted(path: Path) -> list[tuple[int, int]]:
    """Addresses and times."""
    data = array("q", times_path(path).read_bytes())
    return list(zip(data[::2], data[1::2], strict=True))


def test_times_are_noted_once_a_second_and_over_parts(
    pty: tuple[int, int], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(400, monkeypatch)
    start = clock.now + clock.step
    mover = Mover(pty[0], path, part_size=12)
    for number in range(10):
        os.write(pty[1], b"line %d\n" % number)
        mover.move()
        mover.move()  # nothing new
    assert _noted(path) == [
        (address(1, 0), start),
        (address(2, 7), start + 1200),
        (address(4, 0), start + 2400),
        (address(5, 7), start + 3600),
    ]
    assert times_path(path).stat().st_mode & 0o777 == 0o600


def test_a_clock_that_is_set_back_is_noted_at_once(
    pty: tuple[int, int], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(1, monkeypatch)
    mover = Mover(pty[0], path)
    for _ in range(3):
        os.write(pty[1], b"x")
        mover.move()
    clock.now -= 3_600_000
    os.write(pty[1], b"x")
    mover.move()
    assert [place for place, _ in _noted(path)] == [address(1, 0), address(1, 3)]


def test_times_of_a_year_take_a_few_megabytes(
    pty: tuple[int, int], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(0, monkeypatch)
    reader = Mover(pty[0], path).reader
    reader._note_time()
    begin = clock.now
    notes = 0
    while clock.now < begin + 365 * 86_400_000:
        clock.now = reader._note_at
        reader._note_time()
        notes += 1
        assert notes < 300_000
        if notes == 7 * 3600:
            assert clock.now == begin + 7 * 3_600_000
    assert reader._memory.fields[NOTED] == MOST_NOTES  # as nobody has written any


def test_times_that_cannot_be_written_hold_up_nothing_and_what_was_cut_is_mended(
    pty: tuple[int, int], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(1000, monkeypatch)
    mover = Mover(pty[0], path)
    times_path(path).mkdir()
    os.write(pty[1], b"one\n")
    assert mover.move()
    times_path(path).rmdir()
    times_path(path).write_bytes(b"half a p")
    os.write(pty[1], b"two\n")
    assert mover.move()
    assert path.read_bytes() == b"one\ntwo\n"
    assert [place for place, _ in _noted(path)] == [address(1, 4)]


_MODULES = {module.__file__ for module in (console_log, console_memory, terminal_reader)}


class _Killed(BaseException):
    """Stands for SIGKILL: the process does nothing more."""


def _killed_before(line: int, work: Callable[[], object]) -> bool:
    """Do `work`, stopping before so many lines of the console's module; whether it was stopped."""
    left = line

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in _MODULES:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                raise _Killed
        return trace

    sys.settrace(trace)
    try:
        work()
    except _Killed:
        return True
    finally:
        sys.settrace(None)
    return False


@pytest.mark.parametrize("part_size", [1 << 30, 8])
@pytest.mark.parametrize("gap", [0, 3])
def test_whoever_is_killed_before_any_line_has_lost_and_doubled_nothing(
    pty: tuple[int, int],
    tmp_path: Path,
    part_size: int,
    gap: int,
    monkeypatch: pytest.MonkeyPatch,
):
    Clock(2000, monkeypatch)
    for line in range(1000):
        path = tmp_path / str(line) / "console.log"
        path.parent.mkdir()
        memory = ConsoleMemory()
        memory.fields[GAP] = gap
        mover = Mover(pty[0], path, memory, part_size)
        os.write(pty[1], b"first\n")
        mover.move()
        os.write(pty[1], b"second\n")
        killed = _killed_before(line, mover.move)
        successor = Mover(pty[0], path, memory, part_size)
        os.write(pty[1], b"third\n")
        assert successor.move()
        assert successor.move()
        for one in (mover, successor):
            with suppress(OSError):  # closed just before
                os.close(one.log._file)
        text = _everything(path)
        if gap:
            note, text = text.split(b" was too slow]\r\n")
            assert note == b"\r\n[tuimon: 3 bytes of output are missing here: the disk"
        assert text == b"first\nsecond\nthird\n", line
        places = [place for place, _ in _noted(path)]
        assert places == sorted(places)
        assert gap or places[0] == address(1, 0)
        assert 2 <= len(set(places)) <= 5
        if not killed:
            assert line > 40
            return
    raise AssertionError("it never came to its end")


def _everything(path: Path) -> bytes:
    reader = ConsoleReader(path)
    data = b"".join(iter(lambda: reader.read(100), b""))
    reader.close()
    return data


def test_what_was_read_and_not_yet_counted_is_kept(pty: tuple[int, int], path: Path):
    memory = ConsoleMemory()
    memory.room()[:5] = b"a\0b\r\n"
    Mover(pty[0], path, memory).move()
    assert path.read_bytes() == b"a\0b\r\n"


def test_large_log_is_put_aside_at_the_end_of_a_line(pty: tuple[int, int], path: Path):
    mover = Mover(pty[0], path, part_size=10)
    for text in (b"12345\n", b"67890", b"\nabc", b"d"):
        os.write(pty[1], text)
        mover.move()
    assert path.with_name("console.log.1").read_bytes() == b"12345\n67890\n"
    assert path.read_bytes() == b"abcd"
    assert path.stat().st_mode & 0o777 == 0o600
    assert mover.memory.written == 16


def test_so_many_parts_are_kept(pty: tuple[int, int], path: Path):
    mover = Mover(pty[0], path, part_size=1)
    os.write(pty[1], b"".join(b"%d\n" % number for number in range(MOST_PARTS + 3)))
    mover.move()
    assert part_numbers(path) == [4, 5, 6, 7]
    assert _everything(path) == b"3\n4\n5\n6\n"


def test_log_that_cannot_be_put_aside_is_gone_on_with(
    pty: tuple[int, int], path: Path, monkeypatch: pytest.MonkeyPatch
):
    mover = Mover(pty[0], path, part_size=1)
    os.write(pty[1], b"x")
    mover.move()
    monkeypatch.setattr(console_log, "_open", _refuse)
    for _ in range(3):
        os.write(pty[1], b"x\n")
        mover.move()
    assert path.read_bytes() == b"xx\nx\nx\n"
    assert part_numbers(path) == []


def _refuse(_path: Path) -> int:
    raise OSError(28, "No space left on device")
