"""One chart: the curves of one metric."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.axis import extent_of, shared_limits
from tuimon.charts.chart import draw_chart
from tuimon.charts.content import drawn_tracks
from tuimon.charts.cursor import Readings, moment_at, position_at
from tuimon.charts.heading import states_of
from tuimon.charts.model import ChartOptions, Curve, Drawing, Row, Scales, Span
from tuimon.charts.pointing import pointed_row, read_at
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
from tuimon.tui.panes.message_line import MessageLine
from tuimon.tui.panes.passing_line import PassingLine, line_of

_HOVER_SECONDS = 3.0
"""After which a pointer that rests lets the footer be seen again."""
_WHEEL = 0.8
"""What is left of x after a notch of the wheel."""


class Readout(PassingLine):
    """What a chart holds under the pointer."""


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
        self.curves.x = options.x_formula
        # A baseline was at another time, and knows no axis but steps.
        compared = options.x_axis != "wall" and not options.x_formula
        key = self.curves.versions, self.curves.selection, options.palette, compared
        if self._known[0] != key:
            self._known = key, self.curves.curves(options.palette, references=compared)
        return self._known[1]

    def extent(self, options: ChartOptions) -> Limits | None:
        """The extremes of x over all points, if there are any."""
        return extent_of(options.x_axis, drawn_tracks(self.newest(options), options))


def share_x(charts: Sequence[MetricChart], state: ChartState) -> None:
    """Give the charts of a page the same limits of x."""
    options = state.options
    extents = [chart.extent(options) for chart in charts]
    limits = shared_limits(options.x_axis, extents, state.view(""), growing=options.growing)
    for chart, shared in zip(charts, limits, strict=True):
        chart.shared = shared


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
        """A position of x was clicked, or dragged to from where the drag began."""

        position: float
        begin: float | None = None

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
        self._dragged = self._pans = False
        self._hovered: float | None = None

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
        return self.chart.newest(self.state.options)

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
            self.state.events,
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
        position = self._position(event.x)
        if position is not None and not self._dragged:
            self.post_message(self.Pointed(position))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, _WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1 / _WHEEL)

    def _wheel(self, event: events.MouseEvent, factor: float) -> None:
        around = self._position(event.x)
        if around is not None:
            event.stop()
            self.post_message(self.Zoomed(self, factor, around))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The left button marks a range of x; any other, or Ctrl, moves the window over x."""
        self._dragged = False
        if self._position(event.x) is not None:
            self._dragged_from, self._pans = event.x, event.button != 1 or event.ctrl
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        area, begin = self.area, self._dragged_from
        if begin is None or area is None:
            self._hover(self._position(event.x))
        elif event.x != begin or self._dragged:
            self._dragged = True
            if self._pans:
                self._dragged_from = event.x
                self.post_message(self.Panned(self, (begin - event.x) / area.columns))
            else:
                x = min(max(event.x, area.left), area.left + area.columns - 1)
                here, there = area.position(begin - area.left), area.position(x - area.left)
                self.post_message(self.Pointed(there, here))

    def on_leave(self) -> None:
        self._hover(None)

    def _hover(self, position: float | None) -> None:
        """Tell what is under the pointer for as long as it moves, where nothing else is told."""
        if position == self._hovered:
            return
        self._hovered = position
        line = line_of(self.screen, Readout)
        if position is None:
            line.end()
        elif not any(said.display for said in self.screen.query(MessageLine)):
            readings, title = self.readings_at(position), self.metric.title
            line.show(partial(pointed_row, title, readings, self.state.options), _HOVER_SECONDS)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._dragged_from = None
        self.release_mouse()

    def _position(self, x: int) -> float | None:
        """The position of x in a column of the widget, if that is one of the plot."""
        area = self.area
        if area is None or not area.left <= x < area.left + area.columns:
            return None
        return area.position(x - area.left)

    def readings_at(self, position: float) -> Readings:
        """What the curves hold at a position of x."""
        state, view = self.state, self.state.view(self.metric.title)
        return read_at(self._curves, position, state.options, view, self.chart.scales)

    def shown_text(self) -> str:
        return text_of(self.drawing.rows)

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
            events=state.events,
        )
        chart.scales = chart.drawing.scales
        return chart.drawing.rows
