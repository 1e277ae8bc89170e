"""The grid of charts: which metrics are on this page, in how many columns and rows."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from textual import on
from textual.containers import Container
from textual.reactive import var
from textual.widget import AwaitMount

from tuimon.charts.event_marks import ChartEvent
from tuimon.charts.model import ChartOptions, Cursor, MarkStyle
from tuimon.charts.viewport import panned, zoomed
from tuimon.present.chart_layout import (
    ChartPaging,
    SectionRule,
    grid_shape,
    section_rules,
    weight_of,
)
from tuimon.present.chart_state import Change, ChartState, changed
from tuimon.present.look import Look
from tuimon.present.pairing import Metric
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import Selection
from tuimon.store.store import Store
from tuimon.tui.panes.chart_view import ChartView, MetricChart, share_x
from tuimon.tui.panes.page_line import PageLine, status_of
from tuimon.tui.themes.styles import palette_of

_TURN_SECONDS = 0.005
"""Charts are drawn for so long at a time; in between they are shown, and keys come first."""


class ChartGrid(Container):
    """Pages of charts: a `ChartView` for each place of a page; each page shows other metrics.

    What it costs to lay out and draw does not depend on how many charts there are.
    """

    DEFAULT_CSS = """
    ChartGrid { layout: grid; grid-gutter: 0 2; height: 1fr; }
    """
    look: var[Look] = var(Look(), init=False)
    """How the charts are looked at."""
    cursor: var[Cursor | None] = var(None, init=False)
    """Where values are read, in all charts."""
    events: var[tuple[ChartEvent, ...]] = var((), init=False)
    """What happened in the training, for all charts."""

    def __init__(
        self,
        store: Store,
        look: Look,
        marks: MarkStyle,
        colours: RunColours | None = None,
        *,
        id: str | None = None,
    ) -> None:
        """`marks` are what is drawn with where the look says nothing."""
        super().__init__(id=id)
        self.set_reactive(ChartGrid.look, look)
        self._store = store
        self._marks = marks
        self.colours = colours or RunColours()
        self._state = ChartState()
        self._metrics: list[Metric] = []
        self._selection = Selection()
        self._growing = False
        """Whether points are still to come."""
        self._kept: dict[Metric, MetricChart] = {}
        """Those that have been on a page so far."""
        self._paging = ChartPaging()
        self.zoomed = False
        """True while one chart fills the grid."""
        self._leading = 0
        """The place that fills the grid while it is zoomed."""
        self._to_draw: list[ChartView] = []
        self.drawing_seconds = 0.0
        """What the last drawing took, so far."""
        self.status = PageLine(id="page")
        """For the screen to place."""

    @property
    def charts(self) -> list[ChartView]:
        """The charts of the page, in order."""
        return list(self.query_children(ChartView))[: self._paging.layout.charts]

    @property
    def count(self) -> int:
        """Number of charts on all pages."""
        return len(self._metrics)

    @property
    def focused_chart(self) -> ChartView | None:
        """The chart of the page that has the focus, if any."""
        focused = self.screen.focused
        # One that has just been taken off the page may have it until Textual looks.
        return focused if isinstance(focused, ChartView) and focused in self.charts else None

    @property
    def first_of_page(self) -> ChartView | None:
        """The first chart that is shown."""
        return next((chart for chart in self.charts if chart.display), None)

    @property
    def pages(self) -> tuple[int, int]:
        """Number of the page that is shown (from 1), and of all pages."""
        return self._paging.page + 1, self._paging.pages

    async def show(self, metrics: Sequence[Metric], selection: Selection, *, growing: bool) -> None:
        """Show what is selected of these metrics; charts that stay keep their scales."""
        self._selection = selection
        if growing != self._growing:
            self._growing = growing
            self._restate()
        if list(metrics) != self._metrics:
            self._metrics = list(metrics)
            wanted = set(metrics)
            self._kept = {metric: kept for metric, kept in self._kept.items() if metric in wanted}
            if (mounting := self._arrange()) is not None:
                await mounting
        for chart in self.charts:
            chart.chart.curves.selection = selection
        self.draw()

    # How they are looked at

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._restate())
        self._restate()

    def change_look(self, **changes: Any) -> None:
        """Look at the charts in another way from now on."""
        self.look = replace(self.look, **changes)

    def watch_look(self, before: Look, look: Look) -> None:
        if before.shape != look.shape:
            self._arrange()
            self.call_after_refresh(self.draw)
        self._restate()

    def watch_cursor(self) -> None:
        self._restate()
        self.refresh_bindings()

    def watch_events(self) -> None:
        self._restate()

    @property
    def options(self) -> ChartOptions:
        """How the charts are drawn."""
        return self._state.options

    @property
    def default_marks(self) -> MarkStyle:
        """What is drawn with where the look says nothing."""
        return "ascii" if self.app.has_class("-ascii") else self._marks

    def _restate(self) -> None:
        """Tell the charts how they are looked at now, in how many colours of the theme."""
        marks = self.default_marks
        if marks != "ascii":
            marks = self.look.marks or marks
        options = replace(self.look.options(marks, palette_of(self.app)), growing=self._growing)
        self._state = ChartState(options, self.look.views, self.cursor, self.events)
        for chart in self.query_children(ChartView):
            chart.state = self._state
        self.draw()

    @property
    def superseded(self) -> bool:
        """Whether any chart of this page has superseded points."""
        return any(chart.chart.superseded for chart in self.charts if chart.display)

    @property
    def drawing(self) -> bool:
        """Whether charts wait to be drawn."""
        return bool(self._to_draw)

    def draw(self) -> None:
        """Draw the charts of this page that have changed, in turns: the focused one comes first."""
        begin = not self._to_draw
        self._to_draw = [chart for chart in self.charts if chart.display]
        self._to_draw.sort(key=lambda chart: not chart.has_focus)
        share_x([view.chart for view in self.charts], self._state)
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
        else:
            shown = [chart for chart in self.charts if chart.display]
            self.status.tell(status_of(shown, self._state, self._selection, self.look, self.pages))

    @property
    def leading_chart(self) -> ChartView | None:
        """The focused chart, else the first one of the page."""
        focused = self.focused_chart
        return focused if focused is not None and focused.display else self.first_of_page

    def change_view(self, change: Change) -> None:
        """Change what the focused chart shows, or all where none has the focus."""
        leading = self.leading_chart
        if leading is not None:
            alone = leading is self.focused_chart
            self._change_view(leading, leading.metric.title if alone else "", change)

    def _change_view(self, chart: ChartView, title: str, change: Change) -> None:
        if chart.area is not None:
            self.change_look(views=changed(self.look.views, title, chart.area, change))

    def put_cursor(self, position: float) -> None:
        """Read the values at a position, in all charts."""
        self.cursor = Cursor(position, self.cursor.mark if self.cursor else None)

    @on(ChartView.Zoomed)
    def _wheel(self, message: ChartView.Zoomed) -> None:
        zoom = partial(zoomed, factor=message.factor, around=message.around)
        self._change_view(message.chart, message.chart.metric.title, zoom)

    @on(ChartView.Panned)
    def _drag(self, message: ChartView.Panned) -> None:
        pan = partial(panned, share=message.share)
        self._change_view(message.chart, message.chart.metric.title, pan)

    @on(ChartView.Pointed)
    def _point(self, message: ChartView.Pointed) -> None:
        if message.begin is not None:
            self.cursor = Cursor(message.position, message.begin)
        elif self.cursor is not None:
            self.put_cursor(message.position)

    # Where the focus is

    def turn(self, pages: int) -> None:
        """Go on by so many pages, around the end."""
        paging = self._paging
        self._paging = paging._replace(page=(paging.page + pages) % paging.pages)
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
        self.zoomed = on and place is not None
        self._arrange(place)
        self.call_after_refresh(self.draw)

    def move(self, columns: int, rows: int) -> None:
        """Move the focus by chart columns and rows, onto other pages too."""
        place, paging = self._focused_place, self._paging
        target = paging.first
        if place is not None:
            step = target + place + columns + rows
            target = step if self.zoomed else paging.beside(place, columns, rows)
        self.show_chart(min(max(target, 0), self.count - 1))

    def _focus(self, chart: ChartView) -> None:
        # At once, so that keys typed without waiting are meant for this chart.
        self.screen.set_focus(chart)

    def is_edge(self, columns: int, rows: int) -> bool:
        """Whether the focused chart has none beside it in a direction, or there are none at all.

        To the left and the right that counts on the page, up and down on all pages. A chart that
        fills the grid has all others before and behind it.
        """
        place = self._focused_place
        if place is None or self.zoomed:
            return not self.count
        return self._paging.is_edge(place, columns, rows)

    def enter(self, columns: int = 0, rows: int = 0) -> None:
        """Focus the chart that is met first when coming into the grid in a direction."""
        shown = [chart for chart in self.charts if chart.display]
        if not shown:
            return
        if rows < 0:
            self._focus(shown[-1])
        else:
            self._focus(
                shown[min(self._paging.layout.columns, len(shown)) - 1 if columns < 0 else 0]
            )

    def show_chart(self, index: int) -> None:
        """Turn to the page of a chart and focus it."""
        if not 0 <= index < self.count:
            return
        self._arrange()  # into the shape that the size asks for by now
        page, place = divmod(index, self._paging.per_page)
        self._paging = self._paging._replace(page=page)
        self._arrange(place)
        self._focus(self.charts[place])
        self.draw()

    def chart_of(self, tag: str) -> int | None:
        """The index of the chart that holds a tag; of one's own where no other does."""
        found = [
            (metric.own, index)
            for index, metric in enumerate(self._metrics)
            if any(tag == member for _, member in metric.curves)
        ]
        return min(found)[1] if found else None

    def on_resize(self) -> None:
        self._arrange()
        self.call_after_refresh(self.draw)

    @property
    def _focused_place(self) -> int | None:
        """Which place of the page has the focus, if any."""
        focused = self.focused_chart
        return None if focused is None else self.charts.index(focused)

    def _arrange(self, leading: int | None = None) -> AwaitMount | None:
        """Put the metrics of the page into its places; `leading` is the one shown while zoomed.

        Returns what new places are waited for with, None without any.
        """
        shape = self.look.shape or grid_shape(self.count, *self.size)
        self._paging = paging = self._paging.shaped(self.count, *shape)
        metrics = self._metrics[paging.first : paging.first + paging.per_page]
        self.zoomed &= bool(metrics)
        if leading is not None:
            self._leading = leading
        charts = list(self.query_children(ChartView))
        for chart, metric in zip(charts, metrics, strict=False):
            chart.chart = self._chart_of(metric)
        new = [ChartView(self._chart_of(metric), self._state) for metric in metrics[len(charts) :]]
        mounting = self.mount_all(new) if new else None
        layout, rules = paging.layout, section_rules(self._metrics, paging)
        for place, chart in enumerate([*charts, *new]):
            chart.display = place == self._leading if self.zoomed else place < layout.charts
            chart.full = self.zoomed
            alone = self.zoomed or place >= layout.charts
            chart.rule = SectionRule() if alone else rules[place]
            chart.styles.row_span = 1 if self.zoomed else layout.span(place)
        self.styles.grid_size_columns = 1 if self.zoomed else layout.columns
        ruled = {layout.cell(place)[0] for place, rule in enumerate(rules) if rule.shown}
        weights = [weight_of(metric) for metric in metrics]
        heights = layout.heights(weights, self.size.height, ruled)
        self.styles.grid_size_rows = 1 if self.zoomed else layout.rows
        self.styles.grid_rows = "1fr" if self.zoomed else " ".join(map(str, heights))
        self.refresh_bindings()
        return mounting

    def _chart_of(self, metric: Metric) -> MetricChart:
        chart = self._kept.get(metric)
        if chart is None:
            chart = self._kept[metric] = MetricChart(self._store, metric, self.colours)
        chart.curves.selection = self._selection
        return chart
