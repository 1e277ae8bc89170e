"""What a script may do to the terminal that `tuimon run --foreground` prints to."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.console.harmless import HarmlessStream

HARMLESS = re.compile(r"\x1b\[[0-9;:]*[mKJABCDEFG]")


def shown(*chunks: bytes) -> str:
    stream = HarmlessStream()
    return "".join(map(stream.feed, chunks))


@pytest.mark.parametrize(
    ("printed", "passes"),
    [
        ("plain\ttext\r\n", "plain\ttext\r\n"),
        (
            "\x1b[1;31mred\x1b[0m \x1b[38:2::1:2:3mtrue",
            "\x1b[1;31mred\x1b[0m \x1b[38:2::1:2:3mtrue",
        ),
        ("50%\r\x1b[K100%\x1b[2A\x1b[1G", "50%\r\x1b[K100%\x1b[2A\x1b[1G"),
        ("\x1b]0;title\x07a\x1b]52;c;AAAA\x1b\\b", "ab"),
        ("\x1b[?1049h\x1b[2;5Ha\x1b[6n\x1b[>c\x1b[4hb", "ab"),
        ("\x1bP$qm\x1b\\a\x1b^x\x9cb\x1bc\x1b(0", "ab"),
        ("a\x00\x07\x0e\x7f\x9b\x85b", "ab"),
        ("bell\b\b", "bell\b\b"),
    ],
)
def test_what_passes(printed: str, passes: str) -> None:
    data = printed.encode()
    assert shown(data) == passes
    assert shown(*(bytes([byte]) for byte in data)) == passes


def test_a_sequence_without_end_is_not_waited_for() -> None:
    stream = HarmlessStream()
    assert stream.feed(b"\x1b]0;" + b"x" * 4000) == ""
    assert stream.feed(b"y" * 100) == "]0;" + "x" * 4000 + "y" * 100
    assert stream.feed(b"\x1b]0;still going on\n") == "]0;still going on\n"


def test_what_is_cut_short_at_the_end_is_shown() -> None:
    stream = HarmlessStream()
    assert stream.feed("done \x1b]0;title é".encode()[:-1]) == "done "
    assert stream.finish() == "]0;title \N{REPLACEMENT CHARACTER}"


PIECES = st.sampled_from(
    ["\x1b", "[", "]", "0;", "2", "J", "h", "m", "\x07", "\\", "P", "\x9c", "\n", "é"]
)


@given(st.lists(PIECES, max_size=20), st.integers(0, 30))
def test_nothing_but_harmless_sequences_passes_wherever_it_is_cut(
    pieces: list[str], cut: int
) -> None:
    data = "".join(pieces).encode()
    whole = shown(data)
    assert "\x1b" not in HARMLESS.sub("", whole)
    assert not re.search(r"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]", whole)
    assert shown(data[:cut], data[cut:]) == whole
