"""The line above the runs: how many there are, and how they are looked at."""

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.present.facts import count
from tuimon.present.home_memory import HomeMemory
from tuimon.text import fit, safe, width
from tuimon.tui.panes.cells import CellView, line

_ORDERS = {
    "started": "",
    "best": "best first",
    "name": "by name",
    "state": "by state",
    "took": "longest first",
}


class HomeTitle(CellView):
    """Docked at the top."""

    DEFAULT_CSS = "HomeTitle { dock: top; height: 1; background: $panel; }"

    def __init__(self, memory: HomeMemory) -> None:
        super().__init__()
        self._memory = memory
        self._shown = 0

    def tell(self, shown: int) -> None:
        """Tell of the runs, of which so many are shown."""
        self._shown = shown
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        return [title_row(self._memory, self._shown, width)]


def title_row(memory: HomeMemory, shown: int, cells: int) -> Row:
    """The line in so many cells."""
    runs = [line.run for line in memory.lines]
    going = sum(not run.state.ended and not run.is_paused for run in runs)
    paused = sum(run.is_paused for run in runs)
    wrong = sum(line.alert is not None for line in memory.lines)
    unreadable = len(memory.index.unreadable)
    total = count(len(runs), "run")
    parts = [
        (f"{shown} of {total}" if shown < len(runs) else total if runs else "", roles.DIM),
        (f"reading {memory.index.unread} more" if memory.index.unread else "", roles.DIM),
        (f"{going} running" if going else "", roles.OK),
        (f"{paused} paused" if paused else "", roles.WARN),
        (f"! {wrong} with alerts" if wrong else "", roles.ERROR),
        (f"{memory.marks} marked" if memory.marks else "", roles.ACCENT),
        (f"filter {safe(memory.filter)}" if memory.filter else "", roles.ACCENT),
        (_ORDERS[memory.sort], roles.DIM),
        (f"{unreadable} unreadable: tuimon ls says why" if unreadable else "", roles.WARN),
    ]
    spans, left = [(" tuimon", roles.TITLE)], cells - width(" tuimon")
    for text, role in parts:
        if text and left > 2:
            shown_text = fit(f"  {text}", min(left, width(text) + 2))
            spans.append((shown_text, role))
            left -= width(shown_text)
    return line(*spans)
