"""One chart: the curves of one metric."""

from textual import events

from tuimon.charts.chart import draw_chart
from tuimon.charts.model import ChartOptions, Scales, Span
from tuimon.charts.pairing import Metric
from tuimon.store.store import Store
from tuimon.tui.curves import MetricCurves
from tuimon.tui.widgets.cells import CellView


class ChartView(CellView, can_focus=True):
    """Draws a metric from the store; asks nothing of the terminal when nothing changed."""

    def __init__(self, store: Store, metric: Metric) -> None:
        super().__init__()
        self._store = store
        self.set_metric(metric)

    @property
    def metric(self) -> Metric:
        """What the chart shows."""
        return self._curves.metric

    def set_metric(self, metric: Metric) -> None:
        """Show another metric from the next drawing on."""
        self._curves = MetricCurves(self._store, metric)
        self._scales: Scales | None = None
        self._drawn: object = None

    def redraw(self, options: ChartOptions) -> None:
        """Draw, if data, size, options or focus have changed since the last time."""
        width, height = self.content_size
        state = (self._curves.versions, width, height, options, self.has_focus)
        if state == self._drawn or not width or not height:
            return
        self._drawn = state
        curves = self._curves.draw_with(options.smoothing)
        drawing = draw_chart(self.metric.title, curves, width, height, options, self._scales)
        self._scales = drawing.scales
        title, *rows = drawing.rows
        if self.has_focus:
            title = tuple(Span(text, "focus" if role == "title" else role) for text, role in title)
        self.show([title, *rows])

    def on_click(self, event: events.Click) -> None:
        self.focus()
