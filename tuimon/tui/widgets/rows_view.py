"""Rows that someone else has laid out."""

from collections.abc import Sequence

from tuimon.charts.model import Row
from tuimon.tui.widgets.cells import CellView


class RowsView(CellView):
    """Shows rows; what is longer or wider than the widget is cut off."""

    DEFAULT_CSS = "RowsView { width: 1fr; height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: Sequence[Row] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        self._shown = rows
        self.draw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """As many rows as there is room for."""
        return self._shown[:height]
