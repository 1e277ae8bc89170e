"""The runs in a few rows above the charts, where there is no room for their list."""

from collections.abc import Sequence

from textual import events

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.present.run_table import RunRow, RunTable
from tuimon.text import fit_name, safe, width
from tuimon.tui.panes.cells import Cell, CellView, line

_GAP = 2
_LEAST_LABEL = 3
_ENOUGH = 24
"""Cells of a name that is long."""
_SHARE = 4
"""Of the rows of a terminal it takes one in so many at most."""


class RunStrip(CellView):
    """Names the runs that stand out with their colours, and tells how many others there are."""

    DEFAULT_CSS = "RunStrip { height: 1; display: none; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._table = RunTable()

    def tell(self, table: RunTable, *, wanted: bool) -> None:
        """Show these runs, where there are several and they are wanted here."""
        self._table = table
        self.display = wanted and len(table.names) > 1
        self._take_height()
        self.draw()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._take_height()

    def _take_height(self) -> None:
        if self.display and self.is_attached:
            most = max(1, self.screen.size.height // _SHARE)
            self.styles.height = max(1, len(strip_rows(self._table, self._cells, most)))

    @property
    def _cells(self) -> int:
        return self.content_size.width or self.screen.size.width - 2

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return strip_rows(self._table, width, height)


def strip_rows(table: RunTable, cells: int, most: int) -> list[Row]:
    """The runs that stand out in as few rows as hold their names, at most so many."""
    entries = list(dict.fromkeys((row.cue, row.role, _label(row)) for row in table.legend))
    if table.others:
        entries.append(("━", roles.FADED, f"{table.others} others"))
    if not entries:
        return []
    for count in range(1, most + 1):
        columns = -(-len(entries) // count)
        room = cells // columns - _GAP - 1 - max(len(cue) for cue, _, _ in entries)
        if room >= min(max(width(label) for _, _, label in entries), _ENOUGH):
            break
    rows = []
    for start in range(0, len(entries), columns):
        spans: list[Cell] = []
        for cue, role, label in entries[start : start + columns]:
            # Names stand in columns, in one row beside each other.
            kept = max(_LEAST_LABEL, room if count > 1 else min(room, width(label)))
            spans += [(cue, role), (f" {fit_name(label, kept)}{' ' * _GAP}", roles.LEGEND)]
        rows.append(line(*spans))
    return rows


def _label(row: RunRow) -> str:
    return ("› " if row.focused else "* " if row.pinned else "") + safe(row.label)
