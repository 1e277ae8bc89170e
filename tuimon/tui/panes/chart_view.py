"""One chart: the curves of one metric."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.model import ChartOptions, Drawing, Row, Scales, Span
from tuimon.charts.viewport import Area
from tuimon.present.chart_state import ChartState
from tuimon.present.curves import MetricCurves
from tuimon.present.pairing import Metric
from tuimon.present.run_colours import RunColours
from tuimon.store.store import Store
from tuimon.tui.panes.cells import CellView

_WHEEL = 0.8
"""What is left of x after a notch of the wheel."""


class MetricChart:
    """A metric as it was drawn last, which is kept while another one is in its place."""

    def __init__(self, store: Store, metric: Metric, colours: RunColours) -> None:
        self.curves = MetricCurves(store, metric, colours)
        self.scales: Scales | None = None
        self.drawing = Drawing((), None)
        self.superseded = False
        """Whether any of the points are superseded."""
        self.drawn: tuple[object, Sequence[Row]] = (None, ())
        """What the rows depend on, and the rows."""


class ChartView(CellView, can_focus=True):
    """Draws a metric from the store; asks nothing of the terminal when nothing changed."""

    @dataclass
    class Zoomed(Message):
        """The wheel was turned over the chart: zoom by `factor` around a position."""

        chart: "ChartView"
        factor: float
        around: float

    @dataclass
    class Panned(Message):
        """The chart was dragged by a share of its width, to later points where positive."""

        chart: "ChartView"
        share: float

    @dataclass
    class Pointed(Message):
        """A position of x was clicked."""

        chart: "ChartView"
        position: float

    topic = "Charts"
    about = (
        "A chart has the focus: Enter lets it fill the screen, z and Z zoom its x axis, c puts a "
        "cursor on it, f folds the section it belongs to, Y copies it as text."
    )

    def __init__(self, chart: MetricChart, options: ChartOptions, state: ChartState) -> None:
        super().__init__()
        self.chart = chart
        """What the widget shows from the next drawing on."""
        self._state = state
        self.options = options
        self.full = False
        """Whether it has the screen for itself."""
        self._dragged_from: int | None = None
        self._dragged = False

    @property
    def metric(self) -> Metric:
        """What the chart shows."""
        return self.chart.curves.metric

    @property
    def drawing(self) -> Drawing:
        """The last one."""
        return self.chart.drawing

    @property
    def superseded(self) -> bool:
        """Whether any of the points are superseded."""
        return self.chart.superseded

    @property
    def area(self) -> Area | None:
        """Where the plot is, and what it shows of x, as it was drawn last."""
        return self.drawing.area

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """The chart; made anew only if data, size, options or focus have changed."""
        chart = self.chart
        state = (
            chart.curves.versions,
            width,
            height,
            self.options,
            chart.curves.selection,
            self._state.view(self.metric.title),
            self._state.cursor,
            self.full,
            self.has_focus,
        )
        if state != chart.drawn[0]:
            chart.drawn = (state, self._draw(chart, width, height))
        return chart.drawn[1]

    def on_click(self, event: events.Click) -> None:
        self.focus()
        area = self.area
        if area is not None and not self._dragged and self._inside(event.x, area):
            self.post_message(self.Pointed(self, area.position(event.x - area.left)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, _WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1 / _WHEEL)

    def _wheel(self, event: events.MouseEvent, factor: float) -> None:
        area = self.area
        if area is not None and self._inside(event.x, area):
            event.stop()
            around = area.position(event.x - area.left)
            self.post_message(self.Zoomed(self, factor, around))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._dragged = False
        if self.area is not None and event.button == 1:
            self._dragged_from = event.x
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        area = self.area
        if self._dragged_from is None or area is None or event.x == self._dragged_from:
            return
        self._dragged = True
        share = (self._dragged_from - event.x) / area.columns
        self._dragged_from = event.x
        self.post_message(self.Panned(self, share))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._dragged_from = None
        self.release_mouse()

    def _inside(self, x: int, area: Area) -> bool:
        return area.left <= x < area.left + area.columns

    def _draw(self, chart: MetricChart, width: int, height: int) -> Sequence[Row]:
        curves = chart.curves.curves(self.options.palette)
        chart.superseded = any(curve.superseded for curve in curves)
        chart.drawing = draw_chart(
            self.metric.title,
            curves,
            width,
            height,
            self.options,
            chart.scales,
            view=self._state.view(self.metric.title),
            cursor=self._state.cursor,
            note=chart.curves.note,
            full=self.full,
        )
        chart.scales = chart.drawing.scales
        if not self.has_focus:
            return chart.drawing.rows
        title, *rest = chart.drawing.rows
        focused = [Span(text, roles.FOCUS if role == roles.TITLE else role) for text, role in title]
        return [tuple(focused), *rest]
