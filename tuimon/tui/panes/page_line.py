"""A line above the charts: what is true for all of them."""

from collections.abc import Sequence

from tuimon.charts.model import Row
from tuimon.metrics import measure_of
from tuimon.present.chart_state import ChartState
from tuimon.present.look import Look
from tuimon.present.page_status import PageStatus, status_row
from tuimon.present.selection import Selection
from tuimon.store.spread import SPREAD_WORDS
from tuimon.tui.panes.cells import CellView
from tuimon.tui.panes.chart_view import ChartView

_MANY_DECADES = 3
_ORDERS = {"name": "by name", "changed": "newest first"}


class PageLine(CellView):
    """Tells once how the charts of the page are drawn, and which page it is."""

    DEFAULT_CSS = "PageLine { height: 1; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._status: PageStatus | None = None

    def tell(self, status: PageStatus) -> None:
        """Show this status."""
        if status != self._status:
            self._status = status
            self.draw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return [status_row(self._status, width)] if self._status else []


def status_of(
    charts: Sequence[ChartView],
    state: ChartState,
    selection: Selection,
    look: Look,
    pages: tuple[int, int],
) -> PageStatus:
    """What is true for the charts of a page, which were drawn just now."""
    falling = (
        (chart.metric.title, chart.drawing.decades)
        for chart in charts
        if chart.drawing.decades >= _MANY_DECADES
        and measure_of(chart.metric.title).kind in ("loss", "error")
    )
    return PageStatus(
        state.options,
        state.view(""),
        any(chart.drawing.clipped for chart in charts),
        selection.text,
        SPREAD_WORDS[selection.spread] if selection.groups else "",
        _ORDERS.get(look.sort, ""),
        next(falling, None),
        next(filter(None, (chart.chart.curves.references.name for chart in charts)), ""),
        *pages,
    )
