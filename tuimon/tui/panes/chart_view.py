"""One chart: the curves of one metric."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from tuimon.charts.chart import draw_chart
from tuimon.charts.cursor import moment_at, position_at
from tuimon.charts.model import Curve, Drawing, Row, Scales
from tuimon.charts.viewport import Area
from tuimon.present.chart_state import ChartState
from tuimon.present.curves import MetricCurves
from tuimon.present.pairing import Metric
from tuimon.present.run_colours import RunColours
from tuimon.store.store import Store
from tuimon.tui.panes.cells import CellView, text_of

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

    title_line = 0

    def __init__(self, chart: MetricChart, state: ChartState) -> None:
        super().__init__()
        self.chart = chart
        """What the widget shows from the next drawing on."""
        self.state = state
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
    def area(self) -> Area | None:
        """Where the plot is, and what it shows of x, as it was drawn last."""
        return self.drawing.area

    def moment_at(self, position: float) -> float | None:
        """When what a cursor reads there was logged, in unix seconds."""
        scales = self.drawing.scales
        return None if scales is None else moment_at(self._curves, position, scales)

    def position_at(self, when: float) -> float | None:
        """Where a cursor reads what was logged last at a time, in unix seconds."""
        scales = self.drawing.scales
        return None if scales is None else position_at(self._curves, when, scales)

    @property
    def _curves(self) -> list[Curve]:
        return self.chart.curves.curves(self.state.options.palette)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """The chart; made anew only if data, size or options have changed."""
        chart = self.chart
        state = (
            chart.curves.versions,
            width,
            height,
            self.state.options,
            chart.curves.selection,
            self.state.view(self.metric.title),
            self.state.cursor,
            self.full,
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

    def shown_text(self) -> str:
        return text_of(self.drawing.rows)

    def _draw(self, chart: MetricChart, width: int, height: int) -> Sequence[Row]:
        state = self.state
        curves = chart.curves.curves(state.options.palette)
        chart.superseded = any(curve.superseded for curve in curves)
        chart.drawing = draw_chart(
            self.metric.title,
            curves,
            width,
            height,
            state.options,
            chart.scales,
            view=state.view(self.metric.title),
            cursor=state.cursor,
            note=chart.curves.note,
            full=self.full,
        )
        chart.scales = chart.drawing.scales
        return chart.drawing.rows
