"""The terminal shows what Textual wants, for fewer bytes, whatever the link lets through."""

import unicodedata
from itertools import pairwise

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from tuimon.terminal.screen_image import TerminalImage
from tuimon.text import width

COLUMNS, ROWS = 24, 4
SIZE = Size(COLUMNS, ROWS)
CONSOLE = Console(color_system="truecolor", force_terminal=True)

styles = st.builds(
    Style,
    color=st.sampled_from(["#ff0000", "#00ff00", "default", None]),
    bgcolor=st.sampled_from(["#000000", "#333333", None]),
    bold=st.sampled_from([True, False, None]),
    reverse=st.sampled_from([True, None]),
)
texts = st.text("abc漢⣿ ", min_size=1, max_size=5)


@st.composite
def strips(draw, width: int) -> Strip:
    spans = draw(st.lists(st.tuples(texts, styles), max_size=8))
    return Strip([Segment(*span) for span in spans]).adjust_cell_length(width, Style())


@st.composite
def full_updates(draw) -> LayoutUpdate:
    lines = [[draw(strips(10)), draw(strips(COLUMNS - 10))] for _ in range(ROWS)]
    return LayoutUpdate(lines, Region(0, 0, COLUMNS, ROWS))


@st.composite
def partial_updates(draw) -> ChopsUpdate:
    cuts = [sorted({0, COLUMNS, *draw(st.sets(st.integers(1, COLUMNS - 1), max_size=2))})] * ROWS
    chops = [{start: draw(strips(end - start)) for start, end in pairwise(row)} for row in cuts]
    spans = []
    for y in range(ROWS):
        a, b = draw(st.integers(0, COLUMNS - 1)), draw(st.integers(1, COLUMNS))
        if a < b:
            spans.append((y, a, b))
    return ChopsUpdate(chops, spans or [(0, 0, COLUMNS)], [row[1:] for row in cuts])


def draw_plainly(stream: pyte.Stream, update: LayoutUpdate | ChopsUpdate) -> None:
    """What an update asks for, cell by cell, without any economy."""
    if isinstance(update, LayoutUpdate):
        pieces = [(y, 0, Strip.join(line)) for y, line in enumerate(update.strips)]
    else:
        pieces = []
        for y, x1, x2 in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=True):
                start, stop = max(x, x1), min(end, x2)
                if start < stop:
                    pieces.append((y, start, strip.crop(start - x, stop - x)))
    for y, x, strip in pieces:
        stream.feed(f"\x1b[{y + 1};{x + 1}H{strip.render(CONSOLE)}")


def is_torn(screen: pyte.Screen, y: int, x: int) -> bool:
    """Half of a wide character: pyte leaves it there, other terminals blank it."""
    line = screen.buffer[y]
    if line[x].data == "":
        return x == 0 or width(line[x - 1].data) != 2
    return width(line[x].data) == 2 and (x + 1 == COLUMNS or line[x + 1].data != "")


def seen(screen: pyte.Screen, y: int, x: int) -> tuple[object, ...]:
    """What one sees of a cell: the letter of a blank has no colour."""
    cell = screen.buffer[y][x]
    if cell.data == " " and not cell.reverse:
        return " ", cell.bg
    return tuple(cell)


def take_all(
    image: TerminalImage, limit: int = 1 << 20, *, size: Size = SIZE, erases: bool = True
) -> list[str]:
    packets = []
    while image.behind:
        packets.append(image.take(limit, size, ColorSystem.TRUECOLOR, erases=erases))
    return [packet for packet in packets if packet]


@given(st.lists(full_updates() | partial_updates(), max_size=6), st.booleans(), st.data())
@pytest.mark.long
def test_the_terminal_shows_what_was_drawn_whatever_was_left_out(updates, erases, data):
    image = TerminalImage()
    ours, plain = pyte.Screen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    our_stream, plain_stream = pyte.Stream(ours), pyte.Stream(plain)
    for index, update in enumerate(updates):
        draw_plainly(plain_stream, update)
        image.draw(update, SIZE)
        if index + 1 < len(updates):  # the link takes a part of it, or nothing
            limit = data.draw(st.sampled_from([0, 1, 30, 10_000]))
            our_stream.feed(image.take(limit, SIZE, ColorSystem.TRUECOLOR, erases=erases))
    for packet in take_all(image, 40, erases=erases):
        our_stream.feed(packet)
    for y in range(ROWS):
        for x in range(COLUMNS):
            if not is_torn(plain, y, x) and drawn(updates, y, x):
                assert seen(ours, y, x) == seen(plain, y, x)


def drawn(updates: list[LayoutUpdate | ChopsUpdate], y: int, x: int) -> bool:
    """Whether any update says what a cell shows."""
    return any(
        isinstance(update, LayoutUpdate)
        or any(row == y and start <= x < end for row, start, end in update.spans)
        for update in updates
    )


@given(full_updates())
def test_what_is_there_already_costs_nothing(update: LayoutUpdate):
    image = TerminalImage()
    image.draw(update, SIZE)
    first = take_all(image)
    image.draw(update, SIZE)
    assert take_all(image) == []
    image.forget()
    image.draw(update, SIZE)
    assert take_all(image) == first


@given(full_updates(), st.integers(1, 200))
def test_a_packet_ends_with_the_row_that_fills_it(update: LayoutUpdate, limit: int):
    image = TerminalImage()
    image.draw(update, SIZE)
    whole = image.take(1 << 20, SIZE, ColorSystem.TRUECOLOR, erases=False)
    image.forget()
    image.draw(update, SIZE)
    packets = take_all(image, limit, erases=False)
    assert "".join(packets) == whole
    assert all(len(packet.encode()) < limit + 800 for packet in packets)


def test_what_was_replaced_before_it_was_sent_is_never_sent():
    image = TerminalImage()
    for char in "abc":
        image.draw(LayoutUpdate([[Strip([Segment(char * 80)])]], Region(0, 0, 80, 1)), Size(80, 1))
    assert "a" not in (text := "".join(take_all(image)))
    assert "c" * 80 in text


def test_a_change_in_the_middle_of_a_row_costs_a_few_bytes():
    image = TerminalImage()
    row = [Segment("x" * 40, Style(color="#ff0000")), Segment("y" * 40, Style(bold=True))]
    image.draw(LayoutUpdate([[Strip(row)]], Region(0, 0, 80, 1)), Size(80, 1))
    take_all(image)
    row[1] = Segment("y" * 20 + "z" + "y" * 19, Style(bold=True))
    image.draw(LayoutUpdate([[Strip(row)]], Region(0, 0, 80, 1)), Size(80, 1))
    assert take_all(image) == ["\x1b[61Gz"]


def test_blanks_are_erased_where_the_terminal_can():
    image = TerminalImage()
    style = Style(bgcolor="#112233")
    lines = [[Strip([Segment(" " * COLUMNS, style)])] for _ in range(ROWS)]
    image.draw(LayoutUpdate(lines, Region(0, 0, COLUMNS, ROWS)), SIZE)
    [text] = take_all(image)
    assert " " not in text
    image.forget()
    image.draw(LayoutUpdate(lines, Region(0, 0, COLUMNS, ROWS)), SIZE)
    [text] = take_all(image, erases=False)
    assert text.count(" ") == ROWS * COLUMNS


@pytest.mark.parametrize("text", ["e\u0301\u0308 and more", "漢字 e\u0301 and more"])
def test_marks_take_no_cell_of_their_own(text: str):
    image = TerminalImage()
    screen = pyte.Screen(COLUMNS, 1)
    image.draw(LayoutUpdate([[Strip([Segment(text)])]], Region(0, 0, width(text), 1)), SIZE)
    pyte.Stream(screen).feed("".join(take_all(image)))
    assert unicodedata.normalize("NFC", text) in screen.display[0]
    assert screen.cursor.x == width(text)


def test_what_is_drawn_for_a_larger_terminal_is_cut():
    image = TerminalImage()
    lines = [[Strip([Segment("漢" * COLUMNS)])] for _ in range(ROWS)]
    image.draw(LayoutUpdate(lines, Region(0, 0, 2 * COLUMNS, ROWS)), Size(5, 2))
    [text] = take_all(image, size=Size(5, 2), erases=False)
    assert text.count("漢") == 4
    assert f"\x1b[{ROWS};" not in text
