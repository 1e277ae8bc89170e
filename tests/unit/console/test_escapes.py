"""Where escape sequences begin and end, however hostile the output is."""

import time

import pytest

from tuimon.console.escapes import LONGEST, SEQUENCE, TOKEN, OutputDecoder


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a\x1b[1mb", [("text", "a"), ("final", "\x1b[1m"), ("text", "b")]),
        ("\x1b7\r\n", [("simple", "\x1b7"), ("control", "\r"), ("control", "\n")]),
        ("\x1b]0;a\x07\x1b(0\x1bPb\x1b\\", [(None, "\x1b]0;a\x07"), (None, "\x1b(0"),
                                              (None, "\x1bPb\x1b\\")]),
        ("\x1b\x00a\x07\x1b[3\nm", [("text", "a"), ("text", "[3"), ("control", "\n"),
                                     ("text", "m")]),
    ],
)  # fmt: skip
def test_tokens(text: str, tokens: list[tuple[str | None, str]]) -> None:
    assert [(match.lastgroup, match[0]) for match in TOKEN.finditer(text)] == tokens


def test_parameters_are_told() -> None:
    match = SEQUENCE.match("\x1b[?25;1 h")
    assert match is not None
    assert (match["parameters"], match["final"]) == ("?25;1 ", "h")


def test_what_is_cut_waits_but_not_for_ever() -> None:
    decoder = OutputDecoder()
    assert [decoder.feed(piece) for piece in (b"a\x1b", b"[3", b"1mb\xc3", b"\xa9")] == [
        "a",
        "",
        "\x1b[31mb",
        "é",
    ]
    begun = b"\x1b]" + b"x" * LONGEST
    assert decoder.feed(begun) == ""
    assert decoder.feed(b"x") == begun.decode() + "x"
    assert decoder.feed(b"y\x1b[") == "y"
    assert decoder.finish() == "\x1b["


@pytest.mark.parametrize(
    "piece",
    [
        b"\x1b",
        b"\x1b[",
        b"\x1b]",
        b"\x1b]" + b"x" * LONGEST,
        b"\x1b[" + b"1;" * LONGEST,
        b"\x1b" + b" " * LONGEST,
        b"\x1b]x\x1b",
    ],
)
@pytest.mark.parametrize("size", [64, 65536])
def test_hostile_output_takes_linear_time(piece: bytes, size: int) -> None:
    data = piece * (500_000 // len(piece))
    decoder = OutputDecoder()
    started = time.process_time()
    for start in range(0, len(data), size):
        for _ in TOKEN.finditer(decoder.feed(data[start : start + size])):
            pass
    assert time.process_time() - started < 2
