"""Runs with their colours and tags with their last values; one of them is under the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from tuimon.charts.model import Row, Span
from tuimon.present.facts import RunRow, TagRow
from tuimon.present.list_cursor import ListCursor
from tuimon.text import fit, format_value, safe, shorten
from tuimon.tui.panes.cells import CellView, line

TAGS_WIDTH = 30
TAGS_FROM_WIDTH = 100
"""Columns from which on the tags are shown unless the user has hidden them."""
_MARGIN = 1


def console_columns(width: int) -> int:
    """Columns of the console in a terminal of `width`, as the screen opens on a training."""
    return width - _MARGIN - (TAGS_WIDTH if width >= TAGS_FROM_WIDTH else 0)


_VALUE_WIDTH = 9
_HEAD_SHARE = 3
"""Of a name that is too long, its beginning takes one part of so many."""
_RUNS_SHARE, _RUNS_SHARE_FOCUSED = 3, 2
"""Runs take one part of so many of the pane; more while the cursor is among them."""


class TagPane(CellView, can_focus=True):
    """Two lists with one cursor, each scrolled so that the cursor stays in view."""

    topic = "Runs"
    about = (
        "The list of runs and tags has the focus. Enter on a tag shows its chart; on a run, lets "
        "the run stand out. / filters both."
    )
    DEFAULT_CSS = f"TagPane {{ dock: left; width: {TAGS_WIDTH}; background: $surface; }}"

    @dataclass
    class Chosen(Message):
        """Enter or a click on a tag."""

        tag: str

    @dataclass
    class RunChosen(Message):
        """Enter or a click on a run."""

        name: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._runs: list[RunRow] = []
        self._tags: list[TagRow] = []
        self._among_runs = False
        self._run = 0
        self._tag = ListCursor()
        """Where the cursor is, or was, in each list."""
        self._moved = False
        """Whether it was ever moved: before, it stays on top while runs are loaded."""
        self._first_run = self._first_row = 0
        self._run_lines = 0

    @property
    def run(self) -> str | None:
        """The run under the cursor, if it is among the runs."""
        return self._runs[self._run].name if self._among_runs and self._runs else None

    def set_content(self, runs: Sequence[RunRow], tags: Sequence[TagRow]) -> None:
        """Show these runs (only when there are several) and tags; the cursor stays on its run."""
        chosen = self._runs[self._run].name if self._runs and self._moved else ""
        self._runs = list(runs) if len(runs) > 1 else []
        names = [run.name for run in self._runs]
        self._run = names.index(chosen) if chosen in names else 0
        self._among_runs &= bool(self._runs)
        self._tags = list(tags)
        self._tag.limit(len(tags))
        self.draw()

    def move_cursor(self, rows: int) -> None:
        """Move the cursor down by so many rows (up when negative), from list to list."""
        count = len(self._runs)
        place = self._run if self._among_runs else count + self._tag.at
        place = min(max(place + rows, 0), max(0, count + len(self._tags) - 1))
        self._go_to(place)

    def choose(self) -> None:
        """Ask for what is under the cursor: the chart of a tag, or a run to stand out."""
        run = self.run
        if run is not None:
            self.post_message(self.RunChosen(run))
        elif self._tags:
            self.post_message(self.Chosen(self._tags[self._tag.at].tag))

    def rows(self, width: int, height: int) -> list[Row]:
        """Runs, when there are several, and the tags in view."""
        rows = self._run_rows(width, height)
        self._run_lines = len(rows)
        rows.append(self._heading("tags", len(self._tags), width))
        self._first_row = len(rows)
        here = self.has_focus and not self._among_runs
        for index in self._tag.fit(len(self._tags), height - len(rows)):
            rows.append(self._tag_row(self._tags[index], width, here and index == self._tag.at))
        return rows

    def on_click(self, event: events.Click) -> None:
        self.choose_line(event.y)

    @property
    def choices(self) -> list[int]:
        """Rows of the pane that hold a run or tag."""
        return [y for y in range(self.size.height) if self._place_of(y) is not None]

    def choose_line(self, y: int) -> None:
        """Choose what is in a row of the pane."""
        place = self._place_of(y)
        if place is not None:
            self._go_to(place)
            self.choose()

    def _place_of(self, y: int) -> int | None:
        """Where among runs and then tags the one in a row is; None for other rows."""
        tag = self._tag.top + y - self._first_row
        run = self._first_run + y - 1
        if y >= self._first_row:
            return len(self._runs) + tag if tag < len(self._tags) else None
        more = self._run_lines - 1 < len(self._runs) and y == self._run_lines - 1
        return run if 0 < y < self._run_lines and run < len(self._runs) and not more else None

    def _go_to(self, place: int) -> None:
        count = len(self._runs)
        self._moved = True
        self._among_runs = place < count
        if self._among_runs:
            self._run = place
        else:
            self._tag.at = place - count
        self.draw()

    def _run_rows(self, width: int, height: int) -> list[Row]:
        if not self._runs:
            return []
        most = height // (_RUNS_SHARE_FOCUSED if self._among_runs else _RUNS_SHARE)
        most = max(1, most)
        shown = self._runs
        self._first_run = 0
        if len(shown) > most:
            focused = next((i for i, run in enumerate(self._runs) if run.focused), self._run)
            at = self._run if self._among_runs else focused
            self._first_run = min(max(at - most // 2, 0), len(self._runs) - most + 1)
            shown = self._runs[self._first_run : self._first_run + most - 1]
        rows = [self._heading("runs", len(self._runs), width)]
        here = self.has_focus and self._among_runs
        for index, run in enumerate(shown, self._first_run):
            rows.append(self._run_row(run, width, here and index == self._run))
        if len(shown) < len(self._runs):
            rows.append((Span(fit(f" +{len(self._runs) - len(shown)} more", width), "dim"),))
        return rows

    def _run_row(self, run: RunRow, width: int, selected: bool) -> Row:
        mark = "›" if run.focused else "*" if run.pinned else " "
        cue = "━" if run.drawn else "·"
        name = _short(run.name, width - 3)
        if selected:
            return (Span(fit(f"{mark}{cue} {name}", width), "cursor"),)
        role = "focus" if run.focused else "text" if run.drawn else "dim"
        return line(
            (mark, "focus"),
            (cue, f"curve{run.colour}" if run.drawn else "dim"),
            (fit(f" {name}", width - 2), role),
        )

    def _heading(self, name: str, count: int, width: int) -> Row:
        rest = width - len(name) - len(str(count)) - 3
        return line(
            (" ", "axis"),
            (name, "focus" if self.has_focus else "title"),
            (f" {count} ", "dim"),
            ("─" * max(0, rest - 1) + " ", "axis"),
        )

    def _tag_row(self, row: TagRow, width: int, selected: bool) -> Row:
        last = row.value()
        value = "" if last is None else format_value(last)
        cells = width - _VALUE_WIDTH - 4
        name = fit(_short(row.tag, cells), cells)
        if selected:
            text = f" › {name}{fit(value, _VALUE_WIDTH, 'right')} "
            return (Span(fit(text, width), "cursor"),)
        return line(
            (" · ", "dim") if row.colour is None else (" ━ ", f"curve{row.colour}"),
            (name, "text"),
            (fit(value, _VALUE_WIDTH, "right") + " ", "dim"),
        )


def _short(name: str, cells: int) -> str:
    """A name with its beginning and its end, by which long ones differ."""
    return shorten(safe(name), cells, head=cells // _HEAD_SHARE)
