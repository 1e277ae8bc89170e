"""The grid of charts: which metrics are on this page, in how many columns and rows."""

import math
import time
from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.containers import Container
from textual.message import Message
from textual.widget import AwaitMount

from tuimon.charts.model import ChartOptions, Cursor
from tuimon.charts.viewport import panned, zoomed
from tuimon.present.chart_state import Change, ChartState
from tuimon.present.pairing import Metric
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import Selection
from tuimon.store.store import Store
from tuimon.tui.panes.chart_view import ChartView, MetricChart
from tuimon.tui.themes.styles import palette_of

_MIN_WIDTH, _MIN_HEIGHT = 34, 9
_TURN_SECONDS = 0.005
"""Charts are drawn for so long at a time; in between they are shown, and keys come first."""
_BEST_ASPECT = 3.0
"""Columns per row of a well-shaped chart; a cell is about twice as high as wide."""


def grid_shape(count: int, width: int, height: int) -> tuple[int, int]:
    """Columns and rows that show most of `count` charts in `width` x `height` cells, well shaped.

    At least one chart is shown, however small the room.
    """
    most_columns, most_rows = max(1, width // _MIN_WIDTH), max(1, height // _MIN_HEIGHT)
    wanted = max(1, min(count, most_columns * most_rows))

    def badness(shape: tuple[int, int]) -> float:
        columns, rows = shape
        aspect = max(width, 1) / columns / (max(height, 1) / rows)
        return abs(math.log(aspect / _BEST_ASPECT)) + 0.3 * (columns * rows - wanted)

    shapes = [
        (columns, rows)
        for columns in range(1, most_columns + 1)
        for rows in range(1, most_rows + 1)
        if columns * rows >= wanted > max((columns - 1) * rows, columns * (rows - 1))
    ]
    return min(shapes, key=badness)


class ChartGrid(Container):
    """Pages of charts: a `ChartView` for each place of a page; each page shows other metrics.

    What it costs to lay out and draw does not depend on how many charts there are.
    """

    DEFAULT_CSS = """
    ChartGrid { layout: grid; grid-gutter: 0 2; height: 1fr; }
    """

    class Arranged(Message):
        """The charts or the room for them have changed, and with them the pages."""

    class Viewed(Message):
        """Another part of a chart is shown, or the cursor has moved, by the mouse."""

    def __init__(
        self,
        store: Store,
        options: ChartOptions,
        state: ChartState | None = None,
        colours: RunColours | None = None,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._store = store
        self.state = state or ChartState()
        """How each chart is looked at; call `draw` after a change."""
        self.colours = colours or RunColours()
        self._options = options
        self._metrics: list[Metric] = []
        self._selection = Selection()
        self._kept: dict[Metric, MetricChart] = {}
        """Those that have been on a page so far."""
        self._places = 0
        """How many places of the page have a chart."""
        self._page = 0
        self._zoomed = False
        self._leading = 0
        """The place that fills the grid while it is zoomed."""
        self._columns = self._rows = 1
        self._shape: tuple[int, int] | None = None
        self._to_draw: list[ChartView] = []
        self.drawing_seconds = 0.0
        """What the last drawing took, so far."""

    @property
    def charts(self) -> list[ChartView]:
        """The charts of the page, in order."""
        return list(self.query_children(ChartView))[: self._places]

    @property
    def count(self) -> int:
        """Number of charts on all pages."""
        return len(self._metrics)

    @property
    def focused_chart(self) -> ChartView | None:
        """The chart that has the focus, if any."""
        focused = self.screen.focused
        return focused if isinstance(focused, ChartView) else None

    @property
    def first_of_page(self) -> ChartView | None:
        """The first chart that is shown."""
        return next((chart for chart in self.charts if chart.display), None)

    @property
    def shape(self) -> tuple[int, int] | None:
        """Columns and rows of a page; None: as many as are readable."""
        return self._shape

    @shape.setter
    def shape(self, shape: tuple[int, int] | None) -> None:
        self._shape = shape
        if self.is_mounted:
            self._arrange()
            self.call_after_refresh(self.draw)

    @property
    def pages(self) -> tuple[int, int]:
        """Number of the page that is shown (from 1), and of all pages."""
        return self._page + 1, max(1, math.ceil(len(self._metrics) / self._per_page))

    @property
    def zoomed(self) -> bool:
        """True while one chart fills the grid."""
        return self._zoomed

    async def show(self, metrics: Sequence[Metric], selection: Selection) -> None:
        """Show what is selected of these metrics; charts that stay keep their scales."""
        self._selection = selection
        if list(metrics) != self._metrics:
            self._metrics = list(metrics)
            wanted = set(metrics)
            self._kept = {metric: kept for metric, kept in self._kept.items() if metric in wanted}
            if (mounting := self._arrange()) is not None:
                await mounting
        for chart in self.charts:
            chart.chart.curves.selection = selection
        self.draw()

    @property
    def options(self) -> ChartOptions:
        """How the charts are drawn."""
        return self._options

    @options.setter
    def options(self, options: ChartOptions) -> None:
        self._options = options
        for chart in self.query_children(ChartView):
            chart.options = options
        self.draw()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._count_colours())
        self._count_colours()

    def _count_colours(self) -> None:
        """Tell the charts how many colours the theme has to tell curves apart."""
        palette = palette_of(self.app)
        if palette != self.options.palette:
            self.options = replace(self.options, palette=palette)

    @property
    def superseded(self) -> bool:
        """Whether any chart of this page has superseded points."""
        return any(chart.superseded for chart in self.charts if chart.display)

    @property
    def drawing(self) -> bool:
        """Whether charts wait to be drawn."""
        return bool(self._to_draw)

    def draw(self) -> None:
        """Draw the charts of this page that have changed, in turns: the focused one comes first."""
        begin = not self._to_draw
        self._to_draw = [chart for chart in self.charts if chart.display]
        self._to_draw.sort(key=lambda chart: not chart.has_focus)
        self.drawing_seconds = 0.0
        if begin:
            self._draw_some()

    def _draw_some(self) -> None:
        began = time.monotonic()
        while self._to_draw and time.monotonic() < began + _TURN_SECONDS:
            self._to_draw.pop(0).draw()
        self.drawing_seconds += time.monotonic() - began
        if self._to_draw:
            self.call_after_refresh(self._draw_some)

    @property
    def leading_chart(self) -> ChartView | None:
        """The focused chart, else the first one of the page."""
        focused = self.focused_chart
        if focused is not None and focused.display:
            return focused
        return next((chart for chart in self.charts if chart.display), None)

    def change_view(self, change: Change) -> None:
        """Change what the focused chart shows, or all where none has the focus."""
        leading = self.leading_chart
        if leading is None or leading.area is None:
            return
        if leading is self.focused_chart:
            self.state.change(leading.metric.title, leading.area, change)
        else:
            self.state.change_all(leading.area, change)
        self.draw()

    def put_cursor(self, position: float) -> None:
        """Read the values at a position, in all charts."""
        mark = self.state.cursor.mark if self.state.cursor else None
        self.state.cursor = Cursor(position, mark)
        self.draw()

    @on(ChartView.Zoomed)
    def _wheel(self, message: ChartView.Zoomed) -> None:
        chart = message.chart
        if chart.area is not None:
            self.state.change(
                chart.metric.title,
                chart.area,
                lambda view, area: zoomed(view, area, message.factor, message.around),
            )
            self._viewed()

    @on(ChartView.Panned)
    def _drag(self, message: ChartView.Panned) -> None:
        chart = message.chart
        if chart.area is not None:
            self.state.change(
                chart.metric.title,
                chart.area,
                lambda view, area: panned(view, area, message.share),
            )
            self._viewed()

    @on(ChartView.Pointed)
    def _point(self, message: ChartView.Pointed) -> None:
        if self.state.cursor is not None:
            self.put_cursor(message.position)

    def _viewed(self) -> None:
        self.draw()
        self.post_message(self.Viewed())

    def turn(self, pages: int) -> None:
        """Go on by so many pages, around the end."""
        self._page = (self._page + pages) % self.pages[1]
        self._arrange(0)
        self.draw()
        if self.focused_chart is not None:
            self._focus(self.charts[0])

    def zoom(self, on: bool) -> None:
        """Let the focused chart (else the first one) fill the grid, or show all again."""
        place = self._focused_place
        if on and place is None and self.charts:
            place = 0
            self._focus(self.charts[place])
        self._zoomed = on and place is not None
        self._arrange(place)
        self.call_after_refresh(self.draw)

    def move(self, columns: int, rows: int) -> None:
        """Move the focus by chart columns and rows, onto other pages too."""
        target, place = self._page * self._per_page, self._focused_place
        if place is not None:
            target += place + columns + rows * (1 if self._zoomed else self._columns)
        self.show_chart(min(max(target, 0), self.count - 1))

    def _focus(self, chart: ChartView) -> None:
        # At once, so that keys typed without waiting are meant for this chart.
        self.screen.set_focus(chart)

    @property
    def at_bottom(self) -> bool:
        """Whether no chart is below the focused one, or there are none at all."""
        place = self._focused_place
        if place is None or self._zoomed:
            return not self.count
        return self._page * self._per_page + place + self._columns >= self.count

    def show_chart(self, index: int) -> None:
        """Turn to the page of a chart and focus it."""
        if not 0 <= index < self.count:
            return
        self._page, place = divmod(index, self._per_page)
        self._arrange(place)
        self._focus(self.charts[place])
        self.draw()

    def chart_of(self, tag: str) -> int | None:
        """The index of the chart that holds a tag."""
        for index, metric in enumerate(self._metrics):
            if any(tag == member for _, member in metric.curves):
                return index
        return None

    def on_resize(self) -> None:
        self._arrange()
        self.call_after_refresh(self.draw)

    @property
    def _per_page(self) -> int:
        return self._columns * self._rows

    @property
    def _focused_place(self) -> int | None:
        """Which place of the page has the focus, if any."""
        focused = self.focused_chart
        return self.charts.index(focused) if focused in self.charts else None

    def _arrange(self, leading: int | None = None) -> AwaitMount | None:
        """Put the metrics of the page into its places; `leading` is the one shown while zoomed.

        Returns what new places are waited for with, None without any.
        """
        first = self._page * self._per_page
        self._columns, self._rows = self._shape or grid_shape(
            self.count, self.size.width, self.size.height
        )
        # A new shape keeps the chart in the upper left corner on the page.
        self._page = min(first // self._per_page, self.pages[1] - 1)
        start = self._page * self._per_page
        metrics = self._metrics[start : start + self._per_page]
        self._places = len(metrics)
        self._zoomed &= bool(metrics)
        if leading is not None:
            self._leading = leading
        charts = list(self.query_children(ChartView))
        for chart, metric in zip(charts, metrics, strict=False):
            chart.chart = self._chart_of(metric)
        new = [
            ChartView(self._chart_of(metric), self._options, self.state)
            for metric in metrics[len(charts) :]
        ]
        mounting = self.mount_all(new) if new else None
        columns, rows = (1, 1) if self._zoomed else (self._columns, self._rows)
        for place, chart in enumerate([*charts, *new]):
            chart.display = place == self._leading if self._zoomed else place < self._places
            chart.full = self._zoomed
            # The last chart takes the room that others leave in its row.
            last = place == self._places - 1 and not self._zoomed
            chart.styles.column_span = columns - place % columns if last else 1
        self.styles.grid_size_columns = columns
        self.styles.grid_size_rows = rows
        self.post_message(self.Arranged())
        return mounting

    def _chart_of(self, metric: Metric) -> MetricChart:
        chart = self._kept.get(metric)
        if chart is None:
            chart = self._kept[metric] = MetricChart(self._store, metric, self.colours)
        chart.curves.selection = self._selection
        return chart
