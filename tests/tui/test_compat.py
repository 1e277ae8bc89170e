"""What tuimon replaces in Textual shows the same cells with fewer bytes."""

from itertools import pairwise

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tuimon.text import width
from tuimon.tui.compat import TerminalImage

COLUMNS, ROWS = 24, 4
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


@given(st.lists(full_updates() | partial_updates(), max_size=6))
def test_the_terminal_shows_what_was_drawn_whatever_was_left_out(updates):
    image = TerminalImage()
    ours, plain = pyte.Screen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    our_stream, plain_stream = pyte.Stream(ours), pyte.Stream(plain)
    for update in updates:
        encode = image.full if isinstance(update, LayoutUpdate) else image.partial
        our_stream.feed(encode(update, CONSOLE))
        draw_plainly(plain_stream, update)
        for y in range(ROWS):
            for x in range(COLUMNS):
                if not (is_torn(plain, y, x) or is_torn(ours, y, x)):
                    assert ours.buffer[y][x] == plain.buffer[y][x]


@given(full_updates())
def test_what_is_there_already_costs_nothing(update: LayoutUpdate):
    image = TerminalImage()
    image.full(update, CONSOLE)
    assert image.full(update, CONSOLE) == ""
    image.forget()
    assert image.full(update, CONSOLE) != ""


def test_a_change_in_the_middle_of_a_row_costs_a_few_bytes():
    image = TerminalImage()
    row = [Segment("x" * 40, Style(color="#ff0000")), Segment("y" * 40, Style(bold=True))]
    image.full(LayoutUpdate([[Strip(row)]], Region(0, 0, 80, 1)), CONSOLE)
    row[1] = Segment("y" * 20 + "z" + "y" * 19, Style(bold=True))
    changed = image.full(LayoutUpdate([[Strip(row)]], Region(0, 0, 80, 1)), CONSOLE)
    assert changed == "\x1b[1;61H\x1b[0;1mz\x1b[0m"
