"""Runs and tags with their last values; Enter shows the chart of a tag."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from tuimon.charts.model import Row, Span
from tuimon.text import fit, format_value
from tuimon.tui.widgets.cells import CellView, line

_VALUE_WIDTH = 9


@dataclass(frozen=True, slots=True)
class TagRow:
    """One line: a tag, the last value of its newest series, the colour of its first curve."""

    tag: str
    value: float | None
    colour: int


class TagPane(CellView, can_focus=True):
    """A list with a cursor; scrolls so that the cursor stays in view."""

    DEFAULT_CSS = "TagPane { dock: left; width: 30; background: $surface; }"

    @dataclass
    class Chosen(Message):
        """Enter or a click on a tag."""

        tag: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._runs: list[str] = []
        self._focus = ""
        self._tags: list[TagRow] = []
        self._cursor = 0
        self._top = 0
        self._first_row = 0

    def set_content(self, runs: Sequence[str], tags: Sequence[TagRow], focus: str = "") -> None:
        """Show these runs (only when there are several; `focus` is the one that stands out)
        and tags."""
        self._runs = list(runs) if len(runs) > 1 else []
        self._focus = focus
        self._tags = list(tags)
        self.draw()

    def move_cursor(self, rows: int) -> None:
        """Move the cursor down by so many rows (up when negative)."""
        self._cursor = min(max(self._cursor + rows, 0), max(0, len(self._tags) - 1))
        self.draw()

    def choose(self) -> None:
        """Ask for the chart of the tag under the cursor."""
        if self._tags:
            self.post_message(self.Chosen(self._tags[self._cursor].tag))

    def rows(self, width: int, height: int) -> list[Row]:
        """Runs, when there are several, and the tags in view."""
        rows = self._run_rows(width, height // 3)
        rows.append(self._heading("tags", len(self._tags), width))
        self._first_row = len(rows)
        room = max(1, height - len(rows))
        self._top = min(max(self._top, self._cursor - room + 1), self._cursor)
        for index, row in enumerate(self._tags[self._top : self._top + room], self._top):
            rows.append(self._tag_row(row, width, self.has_focus and index == self._cursor))
        return rows

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y - self._first_row
        if 0 <= index < len(self._tags):
            self._cursor = index
            self.choose()

    def _run_rows(self, width: int, most: int) -> list[Row]:
        if not self._runs:
            return []
        shown = self._runs
        if len(shown) > most:
            first = self._runs.index(self._focus) if self._focus in self._runs else 0
            first = min(max(first - most // 2, 0), len(self._runs) - most + 1)
            shown = self._runs[first : first + most - 1]
        rows = [self._heading("runs", len(self._runs), width)]
        for name in shown:
            mark, role = ("›", "focus") if name == self._focus else (" ", "text")
            rows.append((Span(fit(mark + name, width), role),))
        if len(shown) < len(self._runs):
            rows.append((Span(fit(f" +{len(self._runs) - len(shown)} more", width), "dim"),))
        return rows

    def _heading(self, name: str, count: int, width: int) -> Row:
        rest = width - len(name) - len(str(count)) - 3
        return line(
            (" ", "axis"),
            (name, "focus" if self.has_focus else "title"),
            (f" {count} ", "dim"),
            ("─" * max(0, rest - 1) + " ", "axis"),
        )

    def _tag_row(self, row: TagRow, width: int, selected: bool) -> Row:
        value = "" if row.value is None else format_value(row.value)
        name = width - _VALUE_WIDTH - 4
        if selected:
            text = f" › {fit(row.tag, name)}{fit(value, _VALUE_WIDTH, 'right')} "
            return (Span(fit(text, width), "cursor"),)
        return line(
            (" ━ ", f"curve{row.colour}"),
            (fit(row.tag, name), "text"),
            (fit(value, _VALUE_WIDTH, "right") + " ", "dim"),
        )
