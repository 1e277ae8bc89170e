"""What the training's terminal answers, and where it says that its cursor is."""

import os
import termios
import time
from collections.abc import Iterator

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimon.guardian.cursor_position import CursorPosition
from tuimon.guardian.queries import QueryReader


@pytest.fixture(scope="module")
def master() -> Iterator[int]:
    master, slave = os.openpty()
    os.set_blocking(master, False)
    termios.tcsetwinsize(slave, (30, 100))
    yield master
    os.close(master)
    os.close(slave)


ANSWERS = [
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[?6n", b"\x1b[?1;1R"),
    (b"\x1b[5n", b"\x1b[0n"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[0c", b"\x1b[?62;22c"),
    (b"\x1bZ", b"\x1b[?62;22c"),
    (b"\x1b[>c", b"\x1b[>1;95;0c"),
    (b"\x1b[=c", b"\x1bP!|00000000\x1b\\"),
    (b"\x1b[18t", b"\x1b[8;30;100t"),
    (b"\x1b[19t", b"\x1b[9;30;100t"),
    (b"\x1b[14t", b""),
    (b"\x1b]11;?\x07", b"\x1b]11;rgb:0000/0000/0000\x07"),
    (b"\x1b]10;?\x1b\\", b"\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\"),
    (
        b"\x1b]10;?;?\x07",
        b"\x1b]10;rgb:e5e5/e5e5/e5e5\x07\x1b]11;rgb:0000/0000/0000\x07",
    ),
    (b"\x1b]4;1;?\x07", b"\x1b]4;1;rgb:cdcd/0000/0000\x07"),
    (b"\x1b]4;110;?\x07", b"\x1b]4;110;rgb:8787/afaf/d7d7\x07"),
    (b"\x1b]4;255;?\x07", b"\x1b]4;255;rgb:eeee/eeee/eeee\x07"),
    (b"\x1b]4;256;?\x07", b""),
    (b"\x1b[?25$p", b"\x1b[?25;1$y"),
    (b"\x1b[?2004h\x1b[?2004$p", b"\x1b[?2004;1$y"),
    (b"\x1b[?2026$p", b"\x1b[?2026;0$y"),
    (b"\x1b[4$p", b"\x1b[4;2$y"),
    (b"\x1bP$qm\x1b\\", b"\x1bP1$r0m\x1b\\"),
    (b"\x1bP$qr\x1b\\", b"\x1bP1$r1;30r\x1b\\"),
    (b"\x1bP$qz\x1b\\", b"\x1bP0$r\x1b\\"),
    (b"\x1bP+q544e\x1b\\", b"\x1bP0+r544e\x1b\\"),
    (b"\x1b[>q", b"\x1bP>|tuimon\x1b\\"),
    (b"\x1b[?u", b""),
    (b"\x1b[1;31mtext\x1b[0m\x1b]0;a title\x07\x1b[2J\x1b[n\x1b[?1c\x1b[31c", b""),
    (b"12345\r\n\x1b[6n67\x1b[6n", b"\x1b[2;1R\x1b[2;3R"),
]


@pytest.mark.parametrize(("asked", "answered"), ANSWERS)
def test_answers(master: int, asked: bytes, answered: bytes):
    assert QueryReader(master).answers(asked) == answered


@pytest.mark.parametrize(("asked", "answered"), ANSWERS)
def test_reads_may_end_anywhere(master: int, asked: bytes, answered: bytes):
    for first in range(len(asked) + 1):
        for second in range(first, len(asked) + 1):
            reader = QueryReader(master)
            parts = asked[:first], asked[first:second], asked[second:]
            assert b"".join(map(reader.answers, parts)) == answered


@pytest.mark.parametrize(("asked", "answered"), ANSWERS)
def test_no_answer_is_a_query(master: int, asked: bytes, answered: bytes):
    """A terminal that echoes what is typed would ask and answer for ever."""
    assert QueryReader(master).answers(answered) == b""


def test_after_output_that_was_not_kept_the_cursor_is_on_the_last_row(master: int):
    reader = QueryReader(master)
    for _ in range(3000):
        reader.answers(b"\x1b[1mx" * 20 + b"\r\n")
    assert reader.answers(b"abc\x1b[6n") == b"\x1b[30;4R"
    assert QueryReader(master, cleared=False).answers(b"\x1b[6n") == b"\x1b[30;1R"


def test_a_million_queries_take_bounded_time_and_memory(master: int):
    reader = QueryReader(master)
    begin = time.process_time()
    longest = max(len(reader.answers(b"\x1b[6n" * 60_000)) for _ in range(17))
    assert 4096 <= longest < 4200
    assert time.process_time() - begin < 5
    reader.answer(b"\x1b[6n" * 60_000)  # nobody reads them
    assert reader.answers(b"\r\x1b[6n") == b"\x1b[1;1R"


@pytest.mark.parametrize(
    "piece",
    [b"\x1b", b"\x1b[", b"\x1b[1", b"\x1b]11;", b"\x1bP$q", b"\x1b]4;" + b"1;?;" * 20, b"a"],
)
def test_any_output_takes_linear_time(master: int, piece: bytes):
    def seconds(size: int) -> float:
        begin = time.process_time()
        reader = QueryReader(master)
        for _ in range(size // 65536):
            reader.answers(piece * (65536 // len(piece)))
        reader.answers(b"\x1b[6n")
        return time.process_time() - begin

    seconds(65536)
    assert seconds(16 * 65536) < 10 * max(seconds(4 * 65536), 0.02)


def test_wide_characters_take_two_cells_and_marks_none(master: int):
    asked = "a漢\U0001f600\x1b[6n\re\u0301\x1b[6n".encode()
    assert QueryReader(master).answers(asked) == b"\x1b[1;6R\x1b[1;2R"


SIZE = st.tuples(st.integers(2, 40), st.integers(4, 130))
NUMBER = st.integers(0, 140)
PIECE = st.one_of(
    st.text("abé ", min_size=1, max_size=30),
    st.sampled_from(["\r", "\n", "\r\n", "\b", "\t", "\x1bD", "\x1bM", "\x07", "\x1b[0m"]),
    st.builds("\x1b[{}{}".format, NUMBER, st.sampled_from("ABCDEFGd")),
    st.builds("\x1b[{};{}H".format, NUMBER, NUMBER),
)


@settings(max_examples=300)
@given(SIZE, st.lists(PIECE, max_size=30))
def test_the_cursor_is_where_a_terminal_has_it(size: tuple[int, int], pieces: list[str]):
    rows, columns = size
    screen = pyte.Screen(columns, rows)
    stream = pyte.Stream(screen)
    cursor = CursorPosition()
    for piece in pieces:
        if piece[0] == "\x1b" and piece not in ("\x1bD", "\x1b[0m"):
            # Whatever moves the cursor ends a wrap that is due: in xterm, but not always in pyte.
            screen.cursor.x = min(screen.cursor.x, columns - 1)
        stream.feed(piece)
        cursor.follow(piece, rows, columns)
        assert cursor.row == screen.cursor.y
        assert min(cursor.column, columns - 1) == min(screen.cursor.x, columns - 1), pieces
