"""The script's output as its terminal would show it, newest lines last, and all before it."""

from collections.abc import Iterator

from textual import events

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.console.history import ConsoleHistory
from tuimon.text import fit, width
from tuimon.tui.panes.cells import CellView, line

_FAR = 20


class ConsoleView(CellView, can_focus=True):
    """Follows the end of the output until the user scrolls up; from then on shows the whole log.

    While it follows, a terminal is emulated; what lies further back are the log's lines as they
    were left standing, progress bars folded.
    """

    DEFAULT_CSS = "ConsoleView { height: 25%; }"
    title_line = 0

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._live: list[str] = []
        self._warning = ""
        self._columns = 0
        """Of the training's terminal."""
        self._log: ConsoleHistory | None = None
        """What is shown after scrolling up; None while it follows."""
        self._end = 0
        """Index of the line of the log below the last one that is shown."""
        self.left = 0
        """How many columns it is scrolled to the right."""
        self._wanted = ""
        """What is searched."""
        self._found: int | None = None
        """Index of the line of the log with the match that one is at."""
        self._picked: tuple[int, int] | None = None
        """Indices of the line where marking began and of the one where it is now."""
        self.marking = False
        """Whether keys are marking lines."""

    def set_lines(self, lines: list[str], columns: int = 0) -> None:
        """Show new output, of a terminal of so many columns; a view scrolled up stays there."""
        self._live, self._columns = lines, columns
        if self._log is not None:
            self._log.poll()
        self.draw()

    def warn(self, text: str | None) -> None:
        """Tell in the title what of the output is missing."""
        if (text or "") != self._warning:
            self._warning = text or ""
            self.draw()

    @property
    def follows(self) -> bool:
        """Whether the newest output is shown."""
        return self._log is None

    @property
    def searches(self) -> bool:
        """Whether `find` has something to look for."""
        return bool(self._wanted)

    @property
    def match(self) -> str:
        """The line with the match that one is at; empty without one."""
        return "" if self._log is None or self._found is None else self._log.lines[self._found]

    def follow(self) -> None:
        """Show the newest output from now on."""
        self._close()
        self.left = 0
        self.draw()

    def scroll_lines(self, log: ConsoleHistory | None, count: int) -> bool:
        """Scroll down by so many lines (up when negative); `log` is read to scroll up at first.

        Returns whether there was anything to scroll to.
        """
        before = self.below
        if self._log is None:
            if count >= 0 or log is None:
                return False
            self._open(log)
        assert self._log is not None
        self._end += count
        self._reach_back(self._end - self._room)
        if self._end >= len(self._log.lines):
            self._close()
        self.draw()
        return self.below != before

    @property
    def below(self) -> int:
        """How many lines there are below those that are shown."""
        return 0 if self._log is None else len(self._log.lines) - self._end

    def scroll_columns(self, count: int) -> None:
        """Scroll to the right by so many cells (to the left when negative)."""
        self.left = max(0, self.left + count)
        self.draw()

    def search(self, text: str) -> None:
        """Mark a text wherever it stands; case counts where it has capitals.

        `find` begins at the newest line.
        """
        self._wanted = text
        self._found = None
        self.draw()

    def find(self, log: ConsoleHistory | None, steps: int) -> bool:
        """Go to the match before (-1) or after (1) the one that one is at; whether there is one.

        Reads all of the log if it must; it may be called from a thread.
        """
        if self._log is None:
            if log is None:
                return False
            self._open(log)
        assert self._log is not None
        place = len(self._log.lines) if self._found is None else self._found
        while True:
            lines = self._log.lines
            ahead = range(place + 1, len(lines)) if steps > 0 else range(place - 1, -1, -1)
            found = next((index for index in ahead if any(self._matches(lines[index]))), None)
            if found is not None:
                self._found = found
                self._end = min(len(lines), max(found + self._room // 2, self._room))
                self.left = self._column_of(lines[found])
                return True
            added = self._log.older() if steps < 0 else 0
            if not added:
                return False
            place = added
            self._moved(added)

    def text(self) -> str:
        """The lines that the mouse has marked, else all that are shown."""
        shown = self._shown(self._room)
        if self._picked is not None:
            first, last = sorted(self._picked)
            shown = self._lines[first : last + 1]
        lines = [text.rstrip() for text in shown]
        return "\n".join(lines) + "\n" if lines else ""

    @property
    def picks(self) -> bool:
        """Whether lines are marked."""
        return self._picked is not None

    def mark(self, log: ConsoleHistory | None) -> None:
        """Begin to mark at the last line in view; what is shown stays from now on."""
        if self._log is None and log is not None:
            self._open(log)
        if self._lines:
            last = self._first(self._room) + len(self._shown(self._room)) - 1
            self._picked, self.marking = (last, last), True
        self.draw()

    def mark_more(self, count: int) -> None:
        """Move the end of what is marked down by so many lines (up when negative)."""
        if self._picked is None or self._log is None:
            return
        self._reach_back(self._picked[1] + count)
        start, end = self._picked
        end = min(max(end + count, 0), len(self._lines) - 1)
        self._picked = start, end
        self._end = min(max(self._end, end + 1), end + self._room)
        self.draw()

    def unmark(self) -> None:
        """Mark nothing."""
        self._picked, self.marking = None, False
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        """The title rule and the lines in view."""
        rows = [self._rule(width)]
        first, last = sorted(self._picked) if self._picked else (0, -1)
        margin = " " if width > self._columns else ""  # lines that fill their terminal fit in
        for index, text in enumerate(self._shown(height - 1), self._first(height - 1)):
            if first <= index <= last:
                rows.append((Span(fit(margin + text[self.left :], width), roles.SELECTED),))
            else:
                rows.append(self._marked(text, width, margin))
        return rows

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.unmark()
        if event.y and self._lines:
            self.capture_mouse()
            self._picked = self._at(event.y), self._at(event.y)
        self.draw()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if event.button and self._picked is not None:
            self._picked = self._picked[0], self._at(event.y)
            self.draw()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
        if self._picked is not None and self._picked[0] == self._picked[1]:
            self.unmark()  # a click
        self.draw()

    @property
    def _room(self) -> int:
        return max(1, self.size.height - 1)

    @property
    def _lines(self) -> list[str]:
        return self._live if self._log is None else self._log.lines

    def _first(self, room: int) -> int:
        """Index of the first line in view."""
        end = len(self._live) if self._log is None else min(self._end, len(self._log.lines))
        return max(0, end - room)

    def _at(self, y: int) -> int:
        """Index of the line in a row of the pane, or of the nearest one."""
        first = self._first(self._room)
        return min(first + min(max(y, 1), self._room), len(self._lines)) - 1

    def _open(self, log: ConsoleHistory) -> None:
        self._log = log
        self._picked = None
        self._end = len(log.lines)

    def _close(self) -> None:
        if self._log is not None:
            self._log.close()
        self._log = self._found = self._picked = None
        self.marking = False

    def _reach_back(self, index: int) -> None:
        """Read as much of the log as it takes to show the line of that index (from 0 on)."""
        assert self._log is not None
        while index < 0 and (added := self._log.older()):
            self._moved(added)
            index += added
        self._end = max(self._end, min(self._room, len(self._log.lines)))

    def _moved(self, lines: int) -> None:
        """So many lines have come before all others."""
        self._end += lines
        if self._found is not None:
            self._found += lines
        if self._picked is not None:
            self._picked = self._picked[0] + lines, self._picked[1] + lines

    def _shown(self, room: int) -> list[str]:
        if room < 1:
            return []
        first = self._first(room)
        return self._lines[first : first + room]

    def _matches(self, text: str) -> Iterator[tuple[int, int]]:
        """(start, end) of what is searched in a line."""
        wanted = self._wanted
        if not wanted:
            return
        if wanted == wanted.lower():
            text = text.lower()
        at = text.find(wanted)
        while at >= 0:
            yield at, at + len(wanted)
            at = text.find(wanted, at + len(wanted))

    def _column_of(self, text: str) -> int:
        """How far to scroll to the right for the first match of a line to be in view."""
        _, end = next(self._matches(text))
        return max(0, end - self.size.width + _FAR) if end > self.size.width - 2 else 0

    def _marked(self, text: str, cells: int, margin: str) -> Row:
        if not self._wanted:
            return (Span(fit(margin + text[self.left :], cells), roles.TEXT),)
        spans: list[tuple[str, str]] = [(margin, roles.TEXT)]
        at = self.left
        for start, end in self._matches(text):
            if start >= at:
                spans += [(text[at:start], roles.TEXT), (text[start:end], roles.MATCH)]
                at = end
        spans.append((text[at:], roles.TEXT))
        return _fitted(spans, cells)

    def _rule(self, cells: int) -> Row:
        name = "console"
        found = f' "{fit(self._wanted, 20).rstrip()}" n N ' if self._wanted else ""
        note = ""
        if self._log is not None:
            note = f" {self.below:,} lines below, F follows "
        elif self.left:
            note = f" from column {self.left + 1} "
        free = cells - len(name) - len(note) - 4
        text = f" ! {self._warning} " if self._warning else ""
        lost = fit(text, min(width(text), max(0, free)))
        rest = free - len(found) - width(lost)
        if rest < 0:
            found, rest = "", max(0, free - width(lost))
        return line(
            ("─ ", roles.AXIS),
            (name, roles.TITLE),
            (" " + "─" * max(0, rest), roles.AXIS),
            (lost, roles.WARN),
            (found, roles.ACCENT),
            (note, roles.ACCENT),
            ("─", roles.AXIS),
        )


def _fitted(spans: list[tuple[str, str]], cells: int) -> Row:
    """A row of at most so many cells, wide characters and all."""
    cut: list[tuple[str, str]] = []
    for text, role in spans:
        text = text[:cells]  # no character takes less than a cell, or it joins the one before
        shown = text if width(text) <= cells else fit(text, cells)
        cut.append((shown, role))
        cells -= width(shown)
        if cells <= 0:
            break
    return line(*cut)
