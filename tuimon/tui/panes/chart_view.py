"""One chart: the curves of one metric."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from tuimon.charts import roles
from tuimon.charts.axis import extent_of
from tuimon.charts.chart import draw_chart
from tuimon.charts.content import drawn_tracks
from tuimon.charts.heading import states_of
from tuimon.charts.model import ChartOptions, Curve, Drawing, Row, Scales, Span
from tuimon.charts.scales import Limits
from tuimon.charts.viewport import Area
from tuimon.present.chart_layout import SectionRule
from tuimon.present.chart_state import ChartState
from tuimon.present.curves import MetricCurves
from tuimon.present.pairing import Metric
from tuimon.present.run_colours import RunColours
from tuimon.store.store import Store
from tuimon.text import fit_name, safe
from tuimon.text import width as cells_of
from tuimon.tui.panes.cells import CellView, line, text_of

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
        self.shared: Limits | None = None
        """Limits of x that it has in common with other charts of the page."""
        self._known: tuple[object, list[Curve]] = (None, [])

    def newest(self, options: ChartOptions) -> list[Curve]:
        """Its curves as they are now; made anew only if anything has changed."""
        key = self.curves.versions, self.curves.selection, options.palette
        if self._known[0] != key:
            self._known = key, self.curves.curves(options.palette)
        return self._known[1]

    def extent(self, options: ChartOptions) -> Limits | None:
        """The extremes of x over all points, if there are any."""
        return extent_of(options.x_axis, drawn_tracks(self.newest(options), options))


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

    @dataclass
    class HeadingClicked(Message):
        """The heading of the section that the chart begins was clicked."""

        chart: "ChartView"

    def __init__(self, chart: MetricChart, state: ChartState) -> None:
        super().__init__()
        self.chart = chart
        """What the widget shows from the next drawing on."""
        self.state = state
        self.full = False
        """Whether it has the screen for itself."""
        self.rule = SectionRule()
        """Its section, and what of it stands above the chart."""
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

    @property
    def title_line(self) -> int:
        return 1 if self.rule.shown else 0

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """The chart, below the heading of its section."""
        if not self.rule.shown:
            return self._chart_rows(width, height)
        return [self._rule_row(width), *self._chart_rows(width, height - 1)]

    def _rule_row(self, width: int) -> Row:
        """The heading of a section; where it only goes on, a line."""
        rule = self.rule
        if not rule.section:
            return ()
        if not rule.name:
            return ((Span("─" * width, roles.AXIS)),)
        name = fit_name(safe(rule.name), min(cells_of(safe(rule.name)), width // 2))
        place = f" {rule.place}"
        rest = width - cells_of(name) - len(place) - 3
        return line(
            ("▾ ", roles.AXIS),
            (name, roles.TITLE),
            (" " + "─" * max(0, rest), roles.AXIS),
            (place if rest > 0 else "", roles.DIM),
        )

    def _chart_rows(self, width: int, height: int) -> Sequence[Row]:
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
            chart.shared,
            self.rule.section,
        )
        if state != chart.drawn[0]:
            chart.drawn = (state, self._draw(chart, width, height))
        return chart.drawn[1]

    def on_click(self, event: events.Click) -> None:
        self.focus()
        if self.rule.shown and self.rule.name and event.y == 0:
            self.post_message(self.HeadingClicked(self))
            return
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

    def strips(self) -> list[Strip]:
        """The chart as it is to be saved: without the mark of the focus."""
        return [self.strip_of(row) for row in self.drawing.rows]

    def _draw(self, chart: MetricChart, width: int, height: int) -> Sequence[Row]:
        state = self.state
        title = self.metric.title
        curves, view = chart.newest(state.options), state.view(title)
        own = view != state.view("")
        chart.superseded = any(curve.superseded for curve in curves)
        chart.drawing = draw_chart(
            self.rule.title(title),
            curves,
            width,
            height,
            state.options,
            chart.scales,
            view=view,
            cursor=state.cursor,
            states=states_of(view, state.options) if own else (),
            note=chart.curves.note,
            full=self.full,
            shared=None if own else chart.shared,
        )
        chart.scales = chart.drawing.scales
        return chart.drawing.rows
