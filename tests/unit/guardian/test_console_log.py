"""The pump: everything is read, and what can be written is written."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tuimon.console.rotation import ConsoleReader, part_numbers
from tuimon.guardian import console_log as module
from tuimon.guardian.console_log import MOST_PARTS, ConsoleLog, ConsoleMemory


@pytest.fixture
def pty() -> Iterator[tuple[int, int]]:
    """Master and slave of a PTY that changes no byte."""
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)


@pytest.fixture
def memory() -> ConsoleMemory:
    return ConsoleMemory()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.log"


def test_output_is_appended_privately(pty: tuple[int, int], path: Path, memory: ConsoleMemory):
    path.write_bytes(b"before ")
    console = ConsoleLog(pty[0], path, memory)
    os.write(pty[1], b"one\x1b[31m\r\0\xff\x07")
    console.drain()
    assert path.read_bytes() == b"before one\x1b[31m\r\0\xff\x07"
    assert memory.written == 12
    assert not console.at_end


def test_new_log_is_private(pty: tuple[int, int], path: Path, memory: ConsoleMemory):
    ConsoleLog(pty[0], path, memory)
    assert path.stat().st_mode & 0o777 == 0o600


def test_draining_an_idle_terminal_returns(pty: tuple[int, int], path: Path, memory: ConsoleMemory):
    console = ConsoleLog(pty[0], path, memory)
    console.drain()
    assert (memory.written, console.at_end) == (0, False)


def test_end_of_the_terminal(pty: tuple[int, int], path: Path, memory: ConsoleMemory):
    console = ConsoleLog(pty[0], path, memory)
    os.write(pty[1], b"last")
    os.close(pty[1])
    while not console.at_end:
        console.drain()
    assert path.read_bytes() == b"last"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_counted_and_the_gap_named(
    pty: tuple[int, int], tmp_path: Path, path: Path, memory: ConsoleMemory
):
    path.symlink_to("/dev/full")
    console = ConsoleLog(pty[0], path, memory)
    for _ in range(2):
        os.write(pty[1], b"lost!")
        console.drain()
    assert (memory.written, memory.dropped) == (0, 10)
    assert memory.error == "No space left on device"

    # There is space again.
    space = os.open(tmp_path / "space", os.O_WRONLY | os.O_CREAT)
    os.dup2(space, console._file)
    os.write(pty[1], b"kept")
    console.drain()
    note = "[tuimon: 10 bytes of output are missing here: No space left on device]"
    assert (tmp_path / "space").read_bytes().decode() == f"\r\n{note}\r\nkept"
    assert (memory.dropped, memory.error) == (10, None)


def test_log_that_cannot_be_opened_does_not_hold_the_training_up(
    pty: tuple[int, int], tmp_path: Path, memory: ConsoleMemory
):
    path = tmp_path / "gone" / "console.log"
    console = ConsoleLog(pty[0], path, memory)
    os.write(pty[1], b"lost")
    console.drain()
    assert (memory.dropped, memory.error) == (4, "No such file or directory")
    path.parent.mkdir()
    os.write(pty[1], b"kept")
    console.drain()
    note = "[tuimon: 4 bytes of output are missing here: No such file or directory]"
    assert path.read_bytes().decode() == f"\r\n{note}\r\nkept"
    assert memory.error is None


class _Killed(BaseException):
    """Stands for SIGKILL: the process does nothing more."""


def _killed_before(line: int, work: Callable[[], object]) -> bool:
    """Do `work`, stopping before so many lines of the console's module; whether it was stopped."""
    left = line

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != module.__file__:
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
    pty: tuple[int, int], tmp_path: Path, part_size: int, gap: int
):
    for line in range(1000):
        path = tmp_path / f"{line}.log"
        memory = ConsoleMemory()
        if gap:
            memory.fields[module._GAP] = gap
        console = ConsoleLog(pty[0], path, memory, part_size)
        os.write(pty[1], b"first\n")
        console.drain()
        os.write(pty[1], b"second\n")
        killed = _killed_before(line, console.drain)
        with suppress(OSError):  # closed just before
            os.close(console._file)
        successor = ConsoleLog(pty[0], path, memory, part_size)
        os.write(pty[1], b"third\n")
        deadline = time.monotonic() + 5
        while not _everything(path).endswith(b"third\n") and time.monotonic() < deadline:
            successor.drain()
        os.close(successor._file)
        text = _everything(path)
        if gap:
            *notes, text = text.split(b"here: Success]\r\n")
            assert len(notes) == 1
        assert text == b"first\nsecond\nthird\n", line
        if not killed:
            assert line > 20
            return
    raise AssertionError("it never came to its end")


def _everything(path: Path) -> bytes:
    reader = ConsoleReader(path)
    data = b"".join(iter(lambda: reader.read(100), b""))
    reader.close()
    return data


def test_what_was_read_and_not_yet_counted_is_kept(
    pty: tuple[int, int], path: Path, memory: ConsoleMemory
):
    memory.buffer[:5] = b"a\0b\r\n"
    ConsoleLog(pty[0], path, memory)
    assert path.read_bytes() == b"a\0b\r\n"


def test_large_log_is_put_aside_at_the_end_of_a_line(
    pty: tuple[int, int], path: Path, memory: ConsoleMemory
):
    console = ConsoleLog(pty[0], path, memory, part_size=10)
    for text in (b"12345\n", b"67890", b"\n", b"abc"):
        os.write(pty[1], text)
        console.drain()
    assert path.with_name("console.log.1").read_bytes() == b"12345\n67890\n"
    assert path.read_bytes() == b"abc"
    assert path.stat().st_mode & 0o777 == 0o600
    assert memory.written == 15


def test_so_many_parts_are_kept(pty: tuple[int, int], path: Path, memory: ConsoleMemory):
    console = ConsoleLog(pty[0], path, memory, part_size=1)
    for number in range(MOST_PARTS + 3):
        os.write(pty[1], b"%d\n" % number)
        console.drain()
    assert part_numbers(path) == [4, 5, 6, 7]
    assert _everything(path) == b"3\n4\n5\n6\n"


def test_log_that_cannot_be_put_aside_is_gone_on_with(
    pty: tuple[int, int], path: Path, memory: ConsoleMemory, monkeypatch: pytest.MonkeyPatch
):
    console = ConsoleLog(pty[0], path, memory, part_size=1)
    monkeypatch.setattr(module, "_open", _refuse)
    for _ in range(3):
        os.write(pty[1], b"x\n")
        console.drain()
    assert path.read_bytes() == b"x\n" * 3
    assert part_numbers(path) == []


def _refuse(_path: Path) -> int:
    raise OSError(28, "No space left on device")
