"""One chart: the curves of one metric."""

from collections.abc import Sequence

from textual import events

from tuimon.charts.chart import draw_chart
from tuimon.charts.model import ChartOptions, Row, Scales, Span
from tuimon.charts.pairing import Metric
from tuimon.store.store import Store
from tuimon.tui.curves import MetricCurves
from tuimon.tui.selection import Selection
from tuimon.tui.widgets.cells import CellView


class ChartView(CellView, can_focus=True):
    """Draws a metric from the store; asks nothing of the terminal when nothing changed."""

    def __init__(self, store: Store, metric: Metric, options: ChartOptions) -> None:
        super().__init__()
        self._store = store
        self.options = options
        self.set_metric(metric)

    @property
    def metric(self) -> Metric:
        """What the chart shows."""
        return self._curves.metric

    def select(self, selection: Selection) -> None:
        """Show these runs from the next drawing on."""
        self._curves.selection = selection

    def set_metric(self, metric: Metric) -> None:
        """Show another metric from the next drawing on."""
        self._curves = MetricCurves(self._store, metric)
        self._scales: Scales | None = None
        self.superseded = False
        """Whether any of the points are superseded."""
        self._drawn: tuple[object, Sequence[Row]] = (None, ())

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """The chart; made anew only if data, size, options or focus have changed."""
        state = (
            self._curves.versions,
            width,
            height,
            self.options,
            self._curves.selection,
            self.has_focus,
        )
        if state != self._drawn[0]:
            self._drawn = (state, self._chart(width, height))
        return self._drawn[1]

    def on_click(self, event: events.Click) -> None:
        self.focus()

    def _chart(self, width: int, height: int) -> Sequence[Row]:
        curves = self._curves.curves()
        self.superseded = any(curve.superseded for curve in curves)
        drawing = draw_chart(self.metric.title, curves, width, height, self.options, self._scales)
        self._scales = drawing.scales
        if not self.has_focus:
            return drawing.rows
        title, *rest = drawing.rows
        focused = [Span(text, "focus" if role == "title" else role) for text, role in title]
        return [tuple(focused), *rest]
