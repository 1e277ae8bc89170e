"""SGR sequences, what they change, and how lines keep them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.console.attributes import PLAIN, Attributes, changed, sequence
from tuimon.console.emulation import ConsoleScreen
from tuimon.console.folding import LineFolder, fold
from tuimon.console.printed_line import ColouredLine, pieces, with_sequences

RED, BOLD = Attributes(1), Attributes(bold=True)


@pytest.mark.parametrize(
    ("parameters", "look"),
    [
        ("", PLAIN),
        ("0", PLAIN),
        ("31", RED),
        ("1;31", Attributes(1, bold=True)),
        ("97;104", Attributes(15, 12)),
        ("38;5;208", Attributes(208)),
        ("38;5;208;1", Attributes(208, bold=True)),
        ("38;2;1;2;255", Attributes("#0102ff")),
        ("48:2::1:2:255", Attributes(None, "#0102ff")),
        ("38:5:7;4", Attributes(7, underline=True)),
        ("58;2;1;2;3;31", RED),
        ("4:3", Attributes(underline=True)),
        ("4;4:0", PLAIN),
        ("2;3;7;9", Attributes(dim=True, italic=True, reverse=True, strike=True)),
        ("1;2;22;31;39;7;27", PLAIN),
        ("5;8", PLAIN),  # nothing blinks or hides
        ("31;0;1", BOLD),
        ("38;5", PLAIN),
        ("38;5;999;31", RED),
        ("38;2;300;0;0;31", RED),
        ("38;9;31", RED),
        (">4;2", PLAIN),
        ("?31", PLAIN),
        ("31!", PLAIN),
    ],
)
def test_what_a_sequence_changes(parameters: str, look: Attributes) -> None:
    assert changed(PLAIN, parameters) == look


colours = st.none() | st.integers(0, 255) | st.integers(0, 0xFFFFFF).map("#{:06x}".format)
looks = st.builds(Attributes, colours, colours, *[st.booleans()] * 6)


@given(before=looks, look=looks)
def test_a_sequence_sets_all_attributes(before: Attributes, look: Attributes) -> None:
    assert changed(before, sequence(look)[2:-1]) == look


@given(look=looks, parameters=st.text("0123456789;:?", max_size=64))
def test_any_parameters_are_understood_or_ignored(look: Attributes, parameters: str) -> None:
    assert isinstance(changed(look, parameters), Attributes)


def parts(line: str) -> list[tuple[str, Attributes]]:
    return list(pieces(line))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\x1b[31mb\x1b[0mc", [("a", PLAIN), ("b", RED), ("c", PLAIN)]),
        (b"\x1b[31mab\rX\x1b[m", [("Xb", RED)]),
        (b"\x1b[31mabc\x1b[m\rX", [("X", PLAIN), ("bc", RED)]),
        (b"\x1b[31mabc\x1b[2D\x1b[K", [("a", RED)]),
        (b"\x1b[31mabc\x1b[2D\x1b[m\x1b[1K", [("  ", PLAIN), ("c", RED)]),
        (b"ab\x1b[6G\x1b[31mc\x1b[m", [("ab   ", PLAIN), ("c", RED)]),
        ("\x1b[31m学\u202e\x1b[0;1m习\x1b[m.".encode(), [("学", RED), ("习", BOLD), (".", PLAIN)]),
        (b"\x1b[31m\x1b[ma", [("a", PLAIN)]),
    ],
)  # fmt: skip
def test_parts_of_a_line_keep_their_attributes(data: bytes, expected: object) -> None:
    (line,) = fold(data)
    assert parts(line) == expected
    screen = ConsoleScreen(40, 3)
    screen.feed(data)
    assert parts(screen.lines()[0]) == expected


def test_attributes_go_on_in_the_next_lines() -> None:
    first, second, third = fold(b"\x1b[31mone\r\ntwo\x1b[m\r\nthree\r\n")
    assert parts(first) == [("one", RED)]
    assert parts(second) == [("two", RED)]
    assert type(third) is str


def test_chunks_make_no_difference() -> None:
    data = b"\x1b[31mone\r\n\x1b[38;5;9mtwo\x1b[m x\r\n" * 3
    whole, cut = fold(data), LineFolder()
    lines = [line for n in range(len(data)) for line in cut.feed(data[n : n + 1])] + cut.finish()
    assert list(map(parts, lines)) == list(map(parts, whole))


def test_lines_of_one_format_share_where_their_colours_are() -> None:
    one, other = fold(b"\x1b[31mone\x1b[m 1\r\n\x1b[31mtwo\x1b[m 2\r\n")
    assert isinstance(one, ColouredLine)
    assert isinstance(other, ColouredLine)
    assert one.runs is other.runs


def test_a_part_of_a_line() -> None:
    (line,) = fold(b"ab\x1b[31mcd\x1b[mef")
    assert list(pieces(line, 1, 5)) == [("b", PLAIN), ("cd", RED), ("e", PLAIN)]
    assert list(pieces(line, 9)) == []
    assert list(pieces("plain", 1, 3)) == [("la", PLAIN)]


def test_a_line_with_its_sequences_leaves_no_colour_behind() -> None:
    (line,) = fold(b"a\x1b[1;31mb\x1b[m c\x1b]0;t\x07\x1b[2Jd")
    assert with_sequences(line) == "a\x1b[0;1;31mb\x1b[m cd"


@pytest.mark.parametrize(
    "unit", [b"\x1b[31mx\x1b[m", b"\x1b[38;2;1;2;3m", b"\r\x1b[31mx\x1b[32my", b"\x1b[1;31m\x1b[K"]
)
def test_a_line_of_escapes_alone_is_bounded_in_time_and_length(unit: bytes) -> None:
    began = time.process_time()
    lines = fold(unit * (300_000 // len(unit)))
    assert max(map(len, lines), default=0) <= 16384
    assert time.process_time() - began < 3
