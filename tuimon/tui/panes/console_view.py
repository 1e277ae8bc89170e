"""The script's output as its terminal would show it, newest lines last, and all before it."""

import time
from collections.abc import Iterable

from textual import events

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.console.levels import LogLevel
from tuimon.present.printed_rows import cut_row, overlaid, printed_spans, wrapped_rows
from tuimon.present.scrollback import Scrollback, matches
from tuimon.text import fit, width
from tuimon.tui.panes.cells import CellView, line

_FAR = 20
_MOST_CHARACTERS = 3
"""In a cell: a letter with two marks."""
_LEFT_OUT = {
    LogLevel.INFO: "no debug",
    LogLevel.WARNING: "warnings, errors",
    LogLevel.ERROR: "errors",
}


def _clock(when: float) -> str:
    """A time of day; of another day, with that."""
    told = time.localtime(when)
    today = time.localtime()[:3] == told[:3]
    return time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", told)


class ConsoleView(CellView, can_focus=True):
    """Follows the end of the output until the user scrolls up; from then on shows the whole log.

    While it follows, a terminal is emulated; what lies further back are the log's lines as they
    were left standing, progress bars folded.
    """

    DEFAULT_CSS = "ConsoleView { height: 25%; }"
    title_line = 0

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = Scrollback()
        """Which lines are shown."""
        self.left = 0
        """How many columns it is scrolled to the right."""
        self.marking = False
        """Whether keys are marking lines."""
        self.printer = ""
        """The process whose lines alone are shown: the number of a rank, or a name."""
        self._warning = ""
        self._columns = 0
        """Of the training's terminal."""
        self._indices: list[int] = []
        """Of the line in each row."""

    def set_lines(self, lines: list[str], columns: int = 0) -> None:
        """Show new output, of a terminal of so many columns; a view scrolled up stays there."""
        self._columns = columns
        self.window.update(lines)
        self.draw()

    def warn(self, text: str | None) -> None:
        """Tell in the title what of the output is missing."""
        if (text or "") != self._warning:
            self._warning = text or ""
            self.draw()

    def follow(self) -> None:
        """Show the newest output from now on."""
        self.window.follow()
        self.left, self.marking = 0, False
        self.draw()

    def scroll_columns(self, count: int) -> None:
        """Scroll to the right by so many cells (to the left when negative)."""
        self.left = max(0, self.left + count)
        self.draw()

    def search(self, text: str) -> None:
        """Mark a text wherever it stands; `window.find` begins at the newest line."""
        self.window.wanted = text
        self.window.at = None
        self.draw()

    def bring_into_view(self) -> None:
        """Scroll to the columns of the match that one is at."""
        _, end = next(matches(self.window.line, self.window.wanted), (0, 0))
        self.left = max(0, end - self.size.width + _FAR) if end > self.size.width - 2 else 0

    def mark(self) -> None:
        """Begin to mark at the line that was gone to, else the last in view."""
        window = self.window
        shown = window.shown()
        if shown:
            begin = window.at if window.at in shown else shown[-1]
            window.pick(begin, begin)
            self.marking = True
        self.draw()

    def unmark(self) -> None:
        """Mark nothing."""
        self.window.picked, self.marking = None, False
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        """The title rule and the lines in view."""
        window = self.window
        margin = " " if width > self._columns else ""  # lines that fill their terminal fit in
        window.size = width - len(margin), max(1, height - 1)
        rows: list[Row] = []
        self._indices = []
        shown = window.shown()
        for index, level in zip(shown, window.levels(shown), strict=True):
            found = self._line_rows(index, level)
            rows += (self._framed(row, index, margin, width) for row in found)
            self._indices += [index] * len(found)
        first = max(0, len(rows) - height + 1)
        del self._indices[:first]
        return [self._rule(width), *rows[first:]]

    def _line_rows(self, index: int, level: int) -> list[Row]:
        window = self.window
        cells = window.size[0]
        begin, end = 0, None
        if not window.wraps:
            begin, end = self.left, self.left + _MOST_CHARACTERS * cells
        text = window.lines[index]
        first, last = sorted(window.picked) if window.picked else (-1, -1)
        if first <= index <= last:
            spans: Iterable[Span] = [Span(text[begin:end], roles.SELECTED)]
        else:
            found = list(matches(text[begin:end], window.wanted))
            spans = overlaid(printed_spans(text, level, begin, end), found, roles.MATCH)
        return wrapped_rows(spans, cells) if window.wraps else [cut_row(spans, cells)]

    def _framed(self, row: Row, index: int, margin: str, cells: int) -> Row:
        """A row of a line with its margin; lit, as wide as the pane, where the line was gone to."""
        spans = line((margin, roles.TEXT), *row) if margin else row
        if not self.window.is_lit(index):
            return spans
        blank = " " * (cells - sum(width(span.text) for span in spans))
        spans = (*spans, Span(blank, roles.BLANK))
        return tuple(
            Span(text, role if role == roles.MATCH else roles.lit(role)) for text, role in spans
        )

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.unmark()
        if event.y and self.window.lines:
            self.capture_mouse()
            self.window.pick(self._at(event.y), self._at(event.y))
        self.draw()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if event.button and self.window.picked is not None:
            self.window.pick(self.window.picked[0], self._at(event.y))
            self.draw()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
        if self.window.picked is not None and self.window.picked[0] == self.window.picked[1]:
            self.unmark()  # a click
        self.draw()

    def _at(self, y: int) -> int:
        """Index of the line in a row of the pane, or of the nearest one."""
        return self._indices[min(max(y, 1), len(self._indices)) - 1] if self._indices else 0

    def _rule(self, cells: int) -> Row:
        name, window = "console", self.window
        wanted = f' "{fit(window.wanted, 20).rstrip()}" n N ' if window.wanted else ""
        only = f" {_LEFT_OUT[window.least]} " if window.least in _LEFT_OUT else ""
        if self.printer:
            only = f" {'rank ' * self.printer.isdigit()}{fit(self.printer, 20).rstrip()} {only}"
        note = ""
        if not window.follows:
            when = "" if window.time is None else f" {_clock(window.time)} "
            note = f"{when} {window.below:,} lines below, F follows "
        elif self.left:
            note = f" from column {self.left + 1} "
        free = cells - len(name) - len(note) - 4
        text = f" ! {self._warning} " if self._warning else ""
        lost = fit(text, min(width(text), max(0, free)))
        rest = free - len(wanted) - len(only) - width(lost)
        if rest < 0:
            wanted = only = ""
            rest = max(0, free - width(lost))
        return line(
            ("─ ", roles.AXIS),
            (name, roles.TITLE),
            (" " + "─" * max(0, rest), roles.AXIS),
            (lost, roles.WARN),
            (only + wanted + note, roles.ACCENT),
            ("─", roles.AXIS),
        )
