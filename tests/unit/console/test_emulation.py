"""The console for the screen: emulated, followed, never raw."""

import logging
import os
import subprocess
import sys
import termios
import time
from pathlib import Path

import pyte
import pytest

from tuimon.console import emulation
from tuimon.console.emulation import NEWEST, ConsoleScreen, ConsoleTail
from tuimon.console.folding import fold
from tuimon.console.history import read_tail
from tuimon.console.rotation import part_path

GOLDEN = [
    "start",
    "epoch 0 done",
    "epoch 1 done",
    "epoch 2 done",
    "epochs 100%|██████████| 3/3",
    "upload ━━━━━━━━━━ 5",
    "verify ━━━━━━━━━━ 5",
    "end",
]


@pytest.fixture(scope="module")
def progress_bars() -> bytes:
    """What the real tqdm and rich write to a terminal."""
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (40, 120))
    script = Path(__file__).parents[2] / "support/progress_bars.py"
    environment = os.environ | {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen([sys.executable, script], stdout=slave, stderr=slave, env=environment):
        os.close(slave)
        output = b""
        while data := _read(master):
            output += data
    os.close(master)
    assert output.count(b"\x1b[A") > 50
    return output


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:
        return b""


def test_progress_bars_look_as_in_a_terminal(progress_bars: bytes):
    screen = ConsoleScreen(120, 40)
    screen.feed(progress_bars)
    assert screen.lines() == GOLDEN


def test_progress_bars_fold_to_the_same_lines(progress_bars: bytes):
    assert [line for line in fold(progress_bars) if line] == GOLDEN


def test_faster_drawing_draws_what_pyte_draws(progress_bars: bytes):
    wide = "学習 é — ok ".encode()
    for columns in (10, 33, 80):
        plain = pyte.Screen(columns, 12)
        pyte.ByteStream(plain).feed(progress_bars + wide * 9 + b"x" * 95)
        ours = ConsoleScreen(columns, 12, scrollback=0)
        ours.feed(progress_bars + wide * 9 + b"x" * 95)
        shown = "\n".join(line.rstrip() for line in plain.display)
        assert ours.lines() == shown.rstrip("\n").split("\n")


def test_what_scrolls_off_is_kept_up_to_the_scrollback():
    screen = ConsoleScreen(20, 3, scrollback=5)
    screen.feed(b"".join(b"line %d\r\n" % number for number in range(10)))
    assert screen.lines() == [f"line {number}" for number in range(3, 10)]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"\x1b[>4;2mA\x1b[<uB\x1b[38:2::1:2:3mC\x1b[2 qD", ["ABCD"]),
        (b"\x1bPdevice\x1b\\E\x1b]0;title\x07F\x1b(0G\x1b_app\x1b\\H", ["EFGH"]),
        (b"\x1b[1;2;3;4AJ\x1b[JK", ["JK"]),
        (b"\x1b[?3h wide", [" wide"]),
        (b"\x1b[?1049h\x1b[?25lalternate", ["alternate"]),
        ("a⚠\ufe0fb\u200bc".encode(), ["a⚠bc"]),
        ("\x9b31mred \u202eevil".encode(), ["31mred evil"]),
        (b"\x1b]0;endless", []),
    ],
)
def test_sequences_act_or_vanish(data: bytes, lines: list[str]):
    screen = ConsoleScreen(40, 5)
    screen.feed(data)
    assert screen.lines() == lines


def test_hostile_output_is_bounded_in_memory_and_time():
    screen = ConsoleScreen(120, 40)
    started = time.monotonic()
    for attack in (
        b"\x1b7",
        b"\x1b]0;x",
        b"\x1b[9999L",
        b"\x1b[9999999999999A",
        b"\x1b[48;2;1;2;3m",
    ):
        screen.feed(attack * 2000 + b"\r\n")
    screen.feed(b"".join(b"\x1b[38;2;%d;%d;0mx" % divmod(number, 256) for number in range(4000)))
    assert len(screen._screen.savepoints) <= 16
    assert len(screen._screen._cells) <= 256
    assert all(line.isprintable() for line in screen.lines())
    assert time.monotonic() - started < 5


class TestFailures:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "console.log"

    def test_what_pyte_fails_at_is_left_out_and_logged_once(self, caplog: pytest.LogCaptureFixture):
        screen = ConsoleScreen(20, 3)
        screen.feed(b"one\x1b[7J two\x1b[7K three\r\n")
        assert screen.lines() == ["one two three"]
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert record.exc_info is not None
        assert record.exc_info[0] is UnboundLocalError

    def test_a_bug_of_ours_is_logged_once_a_console_and_ends_nothing(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        def fail(_screen: pyte.Screen) -> None:
            raise TypeError("a bug")

        path.write_bytes(b"\x1b[7Jone\x1b7 two\x1b7\r\n")
        tail = ConsoleTail(path)
        monkeypatch.setattr(emulation._Screen, "save_cursor", fail)
        assert tail.poll()
        assert tail.lines() == ["one two"]
        assert tail.resize(30, 5)
        assert tail.poll()
        assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.ERROR]
        assert "a bug" in caplog.text

    def test_a_bug_in_drawing_is_logged_too(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        def fail(_screen: pyte.Screen, _text: str) -> None:
            raise IndexError("a bug")

        monkeypatch.setattr(emulation._Screen, "draw", fail)
        screen = ConsoleScreen(20, 3)
        screen.feed(b"one\r\ntwo\r\n")
        assert screen.cursor == (2, 0)
        assert [record.levelno for record in caplog.records] == [logging.ERROR]

    def test_sequences_with_parameters_that_pyte_does_not_take_are_no_failure(
        self, caplog: pytest.LogCaptureFixture
    ):
        screen = ConsoleScreen(20, 3)
        screen.feed(b"one\x1b[1;2A\x1b[?3B\x1b[?1;2;3;4r two")
        assert screen.lines() == ["one two"]
        assert not caplog.records


class TestTail:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "console.log"

    def test_file_may_not_exist_yet(self, path: Path):
        tail = ConsoleTail(path)
        assert not tail.poll()
        path.write_bytes(b"hello\r\n")
        assert tail.poll()
        assert tail.lines() == ["hello"]
        assert not tail.poll()

    def test_follows_what_is_appended(self, path: Path):
        tail = ConsoleTail(path)
        with path.open("wb", buffering=0) as file:
            file.write("10%|█".encode()[:-1])
            tail.poll()
            file.write("█".encode()[-1:] + b"\r100%|\xe2\x96\x88\r\n")
            assert tail.poll()
        assert tail.lines() == ["100%|█"]

    def test_backlog_is_skipped_to_a_line_boundary(self, path: Path):
        path.write_bytes(b"".join(b"line %06d\r\n" % number for number in range(20_000)))
        tail = ConsoleTail(path, scrollback=10_000)
        assert tail.poll()
        lines = tail.lines()
        assert lines[-1] == "line 019999"
        assert NEWEST // 13 - 1 <= len(lines) <= NEWEST // 13 + 1
        assert all(len(line) == 11 for line in lines)

    def test_backlog_that_grows_between_polls_is_skipped_too(self, path: Path):
        path.write_bytes(b"first\r\n")
        tail = ConsoleTail(path)
        tail.poll()
        with path.open("ab") as file:
            file.write(b"x" * 70 * 2000 + b"\nlast\r\n")
        assert tail.poll()
        assert tail.lines() == ["last"]

    def test_one_endless_bar_starts_at_a_carriage_return(self, path: Path):
        path.write_bytes(b"".join(b"\rstep %07d" % number for number in range(20_000)))
        tail = ConsoleTail(path)
        tail.poll()
        assert tail.lines() == ["step 0019999"]

    def test_rotation_is_followed_to_the_new_file(self, path: Path):
        path.write_bytes(b"one\r\n")
        tail = ConsoleTail(path)
        tail.poll()
        with path.open("ab") as file:
            file.write(b"two\r\n")
        path.rename(path.with_suffix(".1"))
        path.write_bytes(b"three\r\n")
        assert tail.poll()
        assert tail.lines() == ["one", "two", "three"]

    def test_truncation_starts_afresh(self, path: Path):
        path.write_bytes(b"one\r\ntwo\r\n")
        tail = ConsoleTail(path)
        tail.poll()
        path.write_bytes(b"new\r\n")
        assert tail.poll()
        assert tail.lines() == ["new"]

    def test_files_beside_a_plain_file_are_not_its_parts(self, path: Path):
        part_path(path, 1).write_bytes(b"of last week\n")
        path.write_bytes(b"one\ntwo\n")
        tail = ConsoleTail(path, plain_file=True)
        assert tail.poll()
        assert tail.lines() == ["one", "two"]
        path.rename(part_path(path, 1))  # as logrotate does
        path.write_bytes(b"three\n")
        assert tail.poll()
        assert tail.lines() == ["one", "two", "three"]

    def test_log_that_cannot_be_read_is_tried_again(self, path: Path):
        path.symlink_to(path)
        tail = ConsoleTail(path)
        assert not tail.poll()
        path.unlink()
        path.write_bytes(b"one\r\n")
        assert tail.poll()
        assert tail.lines() == ["one"]

    def test_deleted_file_keeps_its_lines(self, path: Path):
        path.write_bytes(b"one\r\n")
        tail = ConsoleTail(path)
        tail.poll()
        path.unlink()
        assert not tail.poll()
        assert tail.lines() == ["one"]
        tail.close()


def test_read_tail(tmp_path: Path):
    path = tmp_path / "console.log"
    assert read_tail(path, 3) == []
    path.write_bytes(
        b"\x1b[2Jhead\r\n" + b"pad\r\n" * 30_000 + b"10%\r100%\r\nError: \x1b[31mx\r\n"
    )
    assert read_tail(path, 3) == ["pad", "100%", "Error: x"]


class TestTerminal:
    def test_screen_and_cursor(self):
        screen = ConsoleScreen(cols=10, rows=3)
        screen.feed(b"one\r\nname? ")
        assert screen.screen == ["one", "name?", ""]
        assert screen.cursor == (1, 6)
        screen.feed(b"\x1b[?25l")
        assert screen.cursor is None
        screen.feed(b"\x1b[?25h" + b"x" * 4)
        assert screen.cursor == (1, 9)  # beyond the last column, it waits on it

    def test_terminal_of_another_size_is_emulated_anew(self, tmp_path: Path):
        path = tmp_path / "console.log"
        path.write_bytes(b"abcdef\r\n")
        tail = ConsoleTail(path, cols=10, rows=4)
        tail.poll()
        assert not tail.resize(10, 4)
        assert tail.resize(3, 4)
        assert tail.poll()
        assert tail.terminal.screen == ["abc", "def", "", ""]
        with path.open("ab") as file:
            file.write(b"xyzw")
        assert tail.poll()
        assert tail.lines() == ["abc", "def", "xyz", "w"]
