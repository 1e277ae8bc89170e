"""Console output may be anything and come in any chunks; what is shown is printable lines."""

from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from tuimon.console.emulation import ConsoleScreen
from tuimon.console.escapes import TOKEN, OutputDecoder
from tuimon.console.folding import LineFolder, fold
from tuimon.console.harmless import HarmlessStream
from tuimon.text import safe

pieces = st.sampled_from(
    [
        *(b"\r", b"\n", b"\r\n", b"\b", b"\t", b"\x07", b"\x00", b"\x0e", b"\x1b", b"\x9b"),
        *(b"\x1b[A", b"\x1b[2A", b"\x1b[B", b"\x1b[K", b"\x1b[1K", b"\x1b[2K", b"\x1b[3C"),
        *(b"\x1b[2D", b"\x1b[5G", b"\x1b[H", b"\x1b[2J", b"\x1b[3;4H", b"\x1b[31m", b"\x1b[0m"),
        *(b"\x1b[?25l", b"\x1b[?3h", b"\x1b[4h", b"\x1b[20h", b"\x1b[2;4r", b"\x1b[L", b"\x1b[2M"),
        *(b"\x1b[7J", b"\x1b[7K", b"\x1b[?A"),
        *(b"\x1b[@", b"\x1b[P", b"\x1b[X", b"\x1b[>4;2m", b"\x1b[38:2:1:2:3m", b"\x1b[1;2;3A"),
        *(b"\x1b]0;t\x07", b"\x1b]0;t\x1b\\", b"\x1b]0;", b"\x1bP1\x1b\\", b"\x1b7", b"\x1b8"),
        *(b"\x1bM", b"\x1bD", b"\x1bE", b"\x1bc", b"\x1b(0", b"\x1b#8", b"\x1b%@", b"\x1b[99999L"),
        *(
            "█▌".encode(),
            "学習".encode(),
            "e\u0301".encode(),
            "\u202e".encode(),
            "⚠\ufe0f".encode(),
        ),
    ]
)
streams = st.lists(pieces | st.binary(max_size=8) | st.text(max_size=8).map(str.encode)).map(
    b"".join
)


@st.composite
def chunked(draw: st.DrawFn) -> list[bytes]:
    """A stream, cut anywhere: within characters and escape sequences too."""
    data = draw(streams)
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def is_clean(lines: list[str]) -> bool:
    return all(line.isprintable() and line == line.rstrip() for line in lines)


def plain(text: str) -> str:
    return "".join(token["text"] or token["control"] or "" for token in TOKEN.finditer(text))


@given(chunks=chunked())
def test_chunks_do_not_matter_to_where_escapes_end(chunks: list[bytes]):
    whole, parts = OutputDecoder(), OutputDecoder()
    expected = plain(whole.feed(b"".join(chunks))) + plain(whole.finish())
    pieces = [plain(parts.feed(chunk)) for chunk in chunks]
    assert "".join(pieces) + plain(parts.finish()) == expected


@given(chunks=chunked())
def test_chunks_do_not_matter_to_what_is_harmless(chunks: list[bytes]):
    whole, parts = HarmlessStream(), HarmlessStream()
    expected = whole.feed(b"".join(chunks)) + whole.finish()
    assert "".join(map(parts.feed, chunks)) + parts.finish() == expected


@given(data=streams)
def test_folded_lines_are_printable(data: bytes):
    assert is_clean(fold(data))


@given(chunks=chunked(), reach=st.sampled_from([0, 1, 64]))
def test_chunks_do_not_matter_to_folding(chunks: list[bytes], reach: int):
    whole, parts = LineFolder(reach), LineFolder(reach)
    expected = whole.feed(b"".join(chunks)) + whole.finish()
    lines = [line for chunk in chunks for line in parts.feed(chunk)] + parts.finish()
    assert lines == expected


@given(lines=st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1)))
def test_plain_text_is_folded_to_itself(lines: list[str]):
    shown = [safe(line) for line in lines]  # letters without a width, such as fillers, vanish
    assert fold("".join(f"{line}\r\n" for line in lines).encode()) == shown


@given(chunks=chunked())
def test_screen_shows_printable_lines_whatever_the_chunks(chunks: list[bytes]):
    whole, parts = ConsoleScreen(12, 5, 10), ConsoleScreen(12, 5, 10)
    with TestCase().assertNoLogs("tuimon.console.emulation", "ERROR"):  # a bug of ours
        whole.feed(b"".join(chunks))
        for chunk in chunks:
            parts.feed(chunk)
    assert parts.lines() == whole.lines()
    assert is_clean(whole.lines())
    assert len(whole.lines()) <= 15
