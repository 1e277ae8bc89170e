"""Which lines of a console are shown, found and marked; how they are cut and wrapped."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.charts import roles
from tuimon.charts.model import Span
from tuimon.console.attributes import Attributes
from tuimon.console.folding import fold
from tuimon.console.levels import CONTINUED, LevelReader, LogLevel
from tuimon.console.printing_times import UNKNOWN
from tuimon.present.printed_rows import cut_row, overlaid, printed_spans, wrapped_rows
from tuimon.present.scrollback import Scrollback, matches
from tuimon.text import width

D, I, W, E = LogLevel  # noqa: E741


class Lines:
    """A log in memory, of which so many of the last lines have been read."""

    def __init__(self, lines: list[str], read: int, block: int = 7) -> None:
        reader = LevelReader()
        self._levels = bytes(map(reader.read, lines))
        self._lines, self._block = lines, block
        self.lines, self.levels = lines[-read:], bytearray(self._levels[-read:])
        self._times = array("d", (1000 + n // 3 * 10 for n in range(len(lines))))
        self.times = self._times[-read:]
        self.closed = False

    def add(self, line: str) -> None:
        self.lines.append(line)
        self.levels.append(LevelReader().read(line))

    def poll(self) -> bool:
        return False

    def older(self) -> int:
        left = max(0, len(self._lines) - len(self.lines))
        added = min(left, self._block)
        self.lines[:0] = self._lines[left - added : left]
        self.levels[:0] = self._levels[left - added : left]
        self.times[:0] = self._times[left - added : left]
        return added

    def close(self) -> None:
        self.closed = True


def always() -> bool:
    return True


def window(lines: list[str], read: int = 10, rows: int = 5, cells: int = 80) -> Scrollback:
    found = Scrollback()
    found.size = cells, rows
    found.open(Lines(lines, read))
    return found


def seen(window: Scrollback) -> list[str]:
    return [window.lines[index] for index in window.shown()]


NUMBERS = [f"line {n}" for n in range(100)]
LOG = [
    f"ERROR: {n}th" if n % 20 == 7 else f"WARNING: {n}th" if n % 10 == 2 else f"line {n}"
    for n in range(100)
]


def test_one_scrolls_through_all_of_the_log_and_back() -> None:
    console = window(NUMBERS)
    assert seen(console) == NUMBERS[-5:]
    assert console.scroll(-3)
    assert (seen(console), console.below) == (NUMBERS[92:97], 3)
    assert console.scroll(-1000)
    assert seen(console) == NUMBERS[:5]
    assert not console.scroll(-1)
    assert console.scroll(2)
    assert seen(console) == NUMBERS[2:7]
    assert console.scroll(1000)
    assert console.follows
    assert console.log is None


@given(st.lists(st.integers(-30, 30), max_size=8), st.sampled_from([D, W, E]), st.booleans())
def test_the_window_is_full_wherever_one_scrolls(moves: list[int], least: LogLevel, wraps: bool):
    console = window(LOG, rows=4, cells=5)
    console.live, console.wraps = LOG[-10:], wraps
    console.leave_out(least)
    for count in moves:
        console.open(Lines(LOG, 10))
        console.scroll(count)
        console.fill(always)
        indices = console.shown()
        assert indices == sorted(set(indices))
        at_the_top = LOG[7 if least is E else 2 if least is W else 0]
        assert sum(map(console.height, indices)) >= 4 or console.lines[indices[0]] == at_the_top
        assert all(level & ~CONTINUED >= least for level in console.levels(indices))


def test_lines_of_lower_levels_are_left_out_and_new_ones_follow() -> None:
    console = window(LOG)
    console.leave_out(E)
    console.fill(always)
    assert seen(console) == [f"ERROR: {n}th" for n in (7, 27, 47, 67, 87)]
    assert console.follows
    log = console.log
    assert isinstance(log, Lines)
    log.add("line 100")
    log.add("ERROR: new")
    assert seen(console)[-1] == "ERROR: new"
    console.scroll(-2)
    assert seen(console) == [f"ERROR: {n}th" for n in (7, 27, 47, 67, 87)]
    console.leave_out(D)
    assert seen(console)[-1] == "ERROR: 87th"


def test_lines_of_one_printer_alone_and_their_errors() -> None:
    console = window(LOG)
    console.passes = lambda line: line.endswith(("7", "7th"))
    console.leave_out(D)
    console.fill(always)
    assert seen(console) == [line for line in LOG if line.endswith(("7", "7th"))][-5:]
    assert console.follows
    assert console.log is not None
    console.leave_out(E)
    console.fill(always)
    assert seen(console) == [f"ERROR: {n}th" for n in (7, 27, 47, 67, 87)]
    console.passes = None
    console.leave_out(D)
    assert console.log is None


def test_errors_are_found_in_order_the_first_of_several_that_follow_each_other() -> None:
    trace = ["Traceback (most recent call last):", "  File x", "ValueError: x"]
    console = window([*NUMBERS, *trace, *NUMBERS, "ERROR: one", "ERROR: two", *NUMBERS])
    places = []
    while console.find_error(-1, always):
        places.append(console.line)
    assert places == ["ERROR: one", trace[0]]
    assert console.find_error(1, always)
    assert console.line == "ERROR: one"
    assert console.at in console.shown()
    assert not console.find_error(1, always)
    console.leave_out(E)
    console.fill(always)
    assert seen(console) == [*trace, "ERROR: one", "ERROR: two"]
    console.leave_out(D)
    assert console.line == "ERROR: one"
    assert len(seen(console)) == 5


def test_looking_ends_when_it_is_no_longer_wanted() -> None:
    console = window(NUMBERS)
    console.wanted = "nowhere"
    assert not console.find(-1, lambda: False)
    assert len(console.lines) == 10
    assert not console.find(-1, always)
    assert len(console.lines) == 100


@pytest.mark.parametrize(
    ("when", "lines"),
    [(1329, [96, 97, 98]), (1330, [99]), (9999, [99]), (1105, [30, 31, 32]), (1000, [0, 1, 2])],
)
def test_the_lines_of_a_moment_are_found(when: float, lines: list[int]) -> None:
    console = window(NUMBERS)
    assert console.find_moment(when, always)
    assert [index for index in range(100) if console.is_lit(index)][-3:] == [
        index - 100 + len(console.lines) for index in lines
    ]
    assert console.line == f"line {lines[0]}"
    assert console.at in console.shown()
    assert console.time == 1000 + lines[0] // 3 * 10


def test_what_nobody_has_timed_is_not_found() -> None:
    console = window(NUMBERS)
    assert not console.find_moment(999, always)
    assert isinstance(console.log, Lines)
    console.log.times = array("d", [UNKNOWN] * 100)
    assert not console.find_moment(1e9, always)
    assert console.time is None


def test_the_time_is_that_of_the_line_one_is_at_or_marks_else_of_the_last_in_view() -> None:
    console = window(NUMBERS)
    assert console.time == 1330
    console.scroll(-10)
    assert console.time == 1000 + 89 // 3 * 10
    console.stay()
    assert console.line == "line 89"
    console.pick(9, 2)
    assert console.time == 1000 + int(console.lines[2].split()[1]) // 3 * 10


def test_what_is_marked_is_copied_without_what_is_left_out() -> None:
    console = window(LOG, read=40)
    console.leave_out(W)
    last = console.shown()[-1]
    console.pick(last, last)
    console.pick_more(-2)
    assert console.text() == "WARNING: 82th\nERROR: 87th\nWARNING: 92th\n"


def test_live_lines_have_the_levels_of_those_before_them() -> None:
    console = Scrollback()
    console.size = 80, 2
    console.update(["Traceback (most recent call last):", "  File x", "    raise", "x.Lost", "on"])
    assert console.levels(console.shown()) == [E, I]
    console.size = 80, 4
    assert console.levels(console.shown()) == [E + CONTINUED, E + CONTINUED, E, I]


def test_a_million_lines_are_scrolled_and_filtered_at_once() -> None:
    import time

    console = Scrollback()
    log = Lines([], 1)
    log.lines = ["line"] * 1_000_000
    log.levels = bytearray([I]) * 1_000_000
    log.levels[3] = E
    log.times = array("d", range(1_000_000))
    console.open(log)
    console.size = 80, 20
    began = time.process_time()
    console.leave_out(E)
    console.fill(always)
    assert console.shown() == [3]
    assert console.find_error(-1, always)
    console.scroll(-5)
    assert console.find_moment(77.5, always)
    assert console.at == 77
    assert time.process_time() - began < 0.5


def test_matches_ignore_case_unless_it_is_typed() -> None:
    assert list(matches("Nan nan", "nan")) == [(0, 3), (4, 7)]
    assert list(matches("Nan nan", "Nan")) == [(0, 3)]
    assert list(matches("x", "")) == []


# How they look


def printed(data: bytes, level: int = I) -> list[Span]:
    (line,) = fold(data)
    return printed_spans(line, level)


def test_levels_light_what_has_no_colour() -> None:
    data = b"a \x1b[32mb"
    assert printed(data) == [("a ", roles.TEXT), ("b", Attributes(2))]
    assert printed(data, W) == [("a ", roles.WARN), ("b", Attributes(2))]
    assert printed(data, E)[0].role == roles.ERROR
    assert printed(data, E + CONTINUED)[0].role == roles.TEXT
    assert printed(data, D) == [("a ", roles.DIM), ("b", Attributes(2, dim=True))]


def test_what_is_found_lies_over_the_colours() -> None:
    spans = [Span("abc", "x"), Span("def", "y")]
    assert list(overlaid(spans, [(1, 4)], "m")) == [
        ("a", "x"),
        ("bc", "m"),
        ("d", "m"),
        ("ef", "y"),
    ]
    assert list(overlaid(spans, [], "m")) == spans
    assert list(overlaid(spans, [(0, 3), (3, 6)], "m")) == [("abc", "m"), ("def", "m")]


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=60), st.integers(1, 20))
def test_rows_have_no_more_cells_than_there_are_and_lose_nothing(text: str, cells: int) -> None:
    spans = [Span(text[:7], "x"), Span(text[7:], "y")]
    rows = wrapped_rows(spans, cells)
    assert all(sum(width(span.text) for span in row) <= cells for row in rows)
    if cells > 1:
        assert "".join(span.text for row in rows for span in row) == text
    cut = "".join(span.text for span in cut_row(spans, cells))
    assert width(cut) <= cells
    assert (cut == text) == (width(text) <= cells)


@pytest.mark.parametrize("cells", [1, 79])
def test_a_long_line_is_wrapped_in_time(cells: int) -> None:
    import time

    began = time.process_time()
    assert len(wrapped_rows([Span("学" * 16384, "x")], cells)) >= 16384 * 2 // 80
    assert time.process_time() - began < 1
