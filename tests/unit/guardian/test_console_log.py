"""The pump: everything is read, and what can be written is written."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimon.guardian.console import ConsoleLog


@pytest.fixture
def pty() -> Iterator[tuple[int, int]]:
    """Master and slave of a PTY that changes no byte."""
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)


def test_output_is_appended_privately(pty: tuple[int, int], tmp_path: Path):
    path = tmp_path / "console.log"
    path.write_bytes(b"before ")
    console = ConsoleLog(pty[0], path)
    os.write(pty[1], b"one")
    console.drain()
    assert path.read_bytes() == b"before one"
    assert console.written == 3
    assert not console.at_end


def test_new_log_is_private(pty: tuple[int, int], tmp_path: Path):
    ConsoleLog(pty[0], tmp_path / "console.log")
    assert (tmp_path / "console.log").stat().st_mode & 0o777 == 0o600


def test_draining_an_idle_terminal_returns(pty: tuple[int, int], tmp_path: Path):
    console = ConsoleLog(pty[0], tmp_path / "console.log")
    console.drain()
    assert (console.written, console.at_end) == (0, False)


def test_end_of_the_terminal(pty: tuple[int, int], tmp_path: Path):
    console = ConsoleLog(pty[0], tmp_path / "console.log")
    os.write(pty[1], b"last")
    os.close(pty[1])
    while not console.at_end:
        console.drain()
    assert (tmp_path / "console.log").read_bytes() == b"last"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_counted_and_the_gap_named(pty: tuple[int, int], tmp_path: Path):
    path = tmp_path / "console.log"
    path.symlink_to("/dev/full")
    console = ConsoleLog(pty[0], path)
    for _ in range(2):
        os.write(pty[1], b"lost!")
        console.drain()
    assert (console.written, console.dropped) == (0, 10)
    assert console.error == "No space left on device"

    # There is space again.
    space = os.open(tmp_path / "space", os.O_WRONLY | os.O_CREAT)
    os.dup2(space, console._file)
    os.write(pty[1], b"kept")
    console.drain()
    note = "[tuimon: 10 bytes of output are missing here: No space left on device]"
    assert (tmp_path / "space").read_text() == f"\n{note}\nkept"
    assert (console.dropped, console.error) == (10, None)
