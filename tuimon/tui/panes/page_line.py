"""A line above the charts: what is true for all of them."""

from collections.abc import Sequence

from tuimon.charts.model import Row
from tuimon.present.page_status import PageStatus, status_row
from tuimon.tui.panes.cells import CellView


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
