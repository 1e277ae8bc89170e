"""Log directories near the working directory, a line each."""

import time
from collections.abc import Sequence
from pathlib import Path

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.events.nearby import NearbyLogdir
from tuimon.text import fit, fit_name, format_age
from tuimon.tui.panes.cells import line
from tuimon.tui.panes.cursor_list import CursorList

_MOST_ROWS = 8
_RUNS_WIDTH, _AGE_WIDTH = 10, 12


class LogdirList(CursorList[NearbyLogdir]):
    """Directories under a heading; hidden while there are none."""

    DEFAULT_CSS = "LogdirList { dock: bottom; height: auto; padding: 0 1; margin-bottom: 1; }"
    HEAD_ROWS = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._place = Path()
        self.display = False

    def set_logdirs(self, place: Path, found: Sequence[NearbyLogdir]) -> None:
        """Show these directories, which were found at and below a place."""
        self._place = place
        self.display = bool(found)
        self.styles.height = min(len(found), _MOST_ROWS) + self.HEAD_ROWS
        self.set_items(found)

    def key_of(self, item: NearbyLogdir) -> Path:
        return item.path

    def head(self, cells: int) -> list[Row]:
        count = len(self.items)
        more = f"  {self.below} more below" if self.below else ""
        return [(Span(fit(f"log directories here ({count}){more}", cells), roles.DIM),)]

    def item_row(self, item: NearbyLogdir, cells: int, *, selected: bool) -> Row:
        path = "." if item.path == self._place else str(item.path.relative_to(self._place))
        more = "" if item.whole else "+"
        runs = f"{item.runs}{more} run" + ("" if item.runs == 1 and item.whole else "s")
        age = format_age(max(0.0, time.time() - item.modified))
        room = max(8, cells - _RUNS_WIDTH - _AGE_WIDTH - 4)
        spans = [
            ("▪ ", roles.ACCENT),
            (fit_name(path, room) + " ", roles.TEXT),
            (fit(runs, _RUNS_WIDTH) + " ", roles.DIM),
            (fit(age, _AGE_WIDTH), roles.DIM),
        ]
        if selected:
            return (Span(fit("".join(text for text, _ in spans), cells), roles.SELECTED),)
        return line(*spans)
