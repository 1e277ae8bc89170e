"""Raw terminal output as the lines it left standing."""

import pytest

from tuimon.console.folding import LineFolder, fold


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"one\ntwo", ["one", "two"]),
        (b"\r\n\r\nx", ["", "", "x"]),
        (b"10%\r 50%\r100%\r\n", ["100%"]),
        (b"longer line\rshort\r\n", ["shortr line"]),
        (b"longer line\r\x1b[Kshort\r\n", ["short"]),
        (b"abc\x1b[2K\rx", ["x"]),
        (b"abcdef\x1b[3D\x1b[1K!", ["   !ef"]),
        (b"abX\bc\r\n", ["abc"]),
        (b"a\tb\r\n", ["a       b"]),
        (b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07text\r\n", ["red text"]),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", ["link"]),
        (b"\x1bPdevice\x1b\\x\x1b(By\x1b=z", ["xyz"]),
        (b"no bell\x07\x00 here", ["no bell here"]),
        (b"col\x1b[10Gtab", ["col      tab"]),
        (b"up\r\nbar\x1b[A\rUP\r\n\r\ndown", ["UP", "bar", "down"]),
        (b"frame 1\x1b[H\x1b[2Jframe 2", ["frame 1", "frame 2"]),
        ("学習 ✓\r\n".encode(), ["学習 ✓"]),
        (b"caf\xe9\r\n", ["caf\N{REPLACEMENT CHARACTER}"]),
    ],
)
def test_fold(data: bytes, lines: list[str]):
    assert fold(data) == lines


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\x1b", "a"),
        (b"a\x1b[31", "a[31"),
        (b"\x1b]0;never ended " + b"x" * 5000, "]0;never ended " + "x" * 5000),
        (b"\x1b]0;broken by a line\r\nnext", "]0;broken by a line"),
        (b"\x1b[" + b"1;" * 100 + b"m", "[" + "1;" * 100 + "m"),
    ],
)
def test_broken_sequences_lose_their_escape_and_hide_nothing(data: bytes, text: str):
    assert fold(data)[0] == text


def test_cursor_jumps_cannot_blow_up_memory():
    lines = fold(b"\x1b[999999999Cx\r\n" * 100)
    assert max(map(len, lines)) < 1000
    assert max(map(len, fold(b"\t" * 100_000 + b"x\r\n"))) < 20_000


def test_endless_line_is_broken_and_whole():
    lines = fold(b"x" * 100_000)
    assert len(lines) > 1
    assert "".join(lines) == "x" * 100_000


def test_following_gives_lines_at_once():
    folder = LineFolder(reach=0)
    assert folder.feed(b"one\r\ntw") == ["one"]
    assert folder.pending() == ["tw"]
    assert folder.feed(b"o\r\n") == ["two"]
    assert folder.finish() == []


def test_following_holds_back_lines_once_the_cursor_goes_up():
    folder = LineFolder(reach=0)
    for percent in range(3):
        folder.feed(f"\router {percent}\r\n\rinner {percent}\x1b[A".encode())
    assert folder.feed(b"\router 3\r\n\rinner 3\r\n") == ["outer 3"]
    assert folder.pending() == ["inner 3"]
    assert folder.feed(b"done\r\n") == ["inner 3"]


def test_a_finished_folder_starts_afresh():
    folder = LineFolder()
    folder.feed(b"one\r\ntwo")
    assert folder.finish() == ["one", "two"]
    assert folder.finish() == []
