"""Log directories near the working directory, a line each."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.events.nearby import NearbyLogdir
from tuimon.text import fit, format_age, safe, shorten, width
from tuimon.tui.panes.cells import CellView, line

_MOST_ROWS = 8
_RUNS_WIDTH, _AGE_WIDTH = 10, 12


class LogdirList(CellView, can_focus=True):
    """A list with a cursor; hidden while there are none."""

    DEFAULT_CSS = "LogdirList { dock: bottom; height: auto; padding: 0 1; margin-bottom: 1; }"

    @dataclass
    class Opened(Message):
        """A click on the directory that the cursor is on."""

        path: Path

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._place = Path()
        self._found: list[NearbyLogdir] = []
        self._cursor = self._top = 0
        self.display = False

    @property
    def chosen(self) -> Path | None:
        """The directory under the cursor."""
        return self._found[self._cursor].path if self._found else None

    def set_logdirs(self, place: Path, found: Sequence[NearbyLogdir]) -> None:
        """Show these directories, which were found at and below a place."""
        chosen = self.chosen
        self._place, self._found = place, list(found)
        paths = [one.path for one in found]
        self._cursor = paths.index(chosen) if chosen in paths else 0
        self.display = bool(found)
        self.styles.height = min(len(found), _MOST_ROWS) + 1
        self.draw()

    def move_cursor(self, rows: int) -> bool:
        """Move the cursor down by so many rows (up when negative); whether there is such a row."""
        wanted = self._cursor + rows
        if not 0 <= wanted < len(self._found):
            return False
        self._cursor = wanted
        self.draw()
        return True

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y - 1
        if event.y and index < len(self._found):
            if index == self._cursor and self.has_focus:
                self.post_message(self.Opened(self._found[index].path))
            self._cursor = index
            self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        """A heading and the directories in view."""
        room = max(1, height - 1)
        self._top = min(max(self._top, self._cursor - room + 1), self._cursor)
        shown = list(enumerate(self._found[self._top : self._top + room], self._top))
        return [self._heading(width), *(self._row(index, one, width) for index, one in shown)]

    def _heading(self, cells: int) -> Row:
        text = f"log directories here ({len(self._found)})"
        more = len(self._found) - self._top - _MOST_ROWS
        return (Span(fit(text + (f"  {more} more below" if more > 0 else ""), cells), roles.DIM),)

    def _row(self, index: int, one: NearbyLogdir, cells: int) -> Row:
        path = "." if one.path == self._place else str(one.path.relative_to(self._place))
        runs = f"{one.runs} run" + ("" if one.runs == 1 else "s")
        age = format_age(max(0.0, time.time() - one.modified))
        room = max(8, cells - _RUNS_WIDTH - _AGE_WIDTH - 4)
        name = safe(path) if width(safe(path)) <= room else shorten(path, room, head=room // 3)
        spans = [
            ("▪ ", roles.ACCENT),
            (fit(name, room) + " ", roles.TEXT),
            (fit(runs, _RUNS_WIDTH) + " ", roles.DIM),
            (fit(age, _AGE_WIDTH), roles.DIM),
        ]
        if self.has_focus and index == self._cursor:
            return (Span(fit("".join(text for text, _ in spans), cells), roles.SELECTED),)
        return line(*spans)
