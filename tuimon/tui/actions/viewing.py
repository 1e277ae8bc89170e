"""Which part of the charts is shown: zoom, pan, live tail, limits; and the cursor."""

from dataclasses import replace
from functools import partial
from typing import get_args

from textual import on

from tuimon.charts.limits import LimitsError, limits_text, parse_limits
from tuimon.charts.model import Cursor, MarkStyle
from tuimon.charts.viewport import panned, tailed, zoomed
from tuimon.text import safe
from tuimon.tui.actions.base import MonitorBase
from tuimon.tui.panes.chart_grid import ChartGrid
from tuimon.tui.panes.prompt import Prompt

_ZOOM = 0.5
_PAN = 0.25
_MARKS: tuple[MarkStyle, ...] = get_args(MarkStyle)


class ViewActions(MonitorBase):
    """Acts on the focused chart, or on all where none has the focus."""

    def action_zoom_x(self, levels: int) -> None:
        cursor = self._charts.state.cursor
        around = cursor.at if cursor else None
        factor = _ZOOM**levels
        self._charts.change_view(partial(zoomed, factor=factor, around=around))
        self._save()

    def action_pan(self, windows: int) -> None:
        self._charts.change_view(partial(panned, share=windows * _PAN))
        self._save()

    def action_all_x(self) -> None:
        self._charts.change_view(lambda view, area: replace(view, x=None, tail=None))
        self._save()

    def action_tail(self) -> None:
        self._charts.change_view(tailed)
        self._save()

    def action_clip(self) -> None:
        self._change_charts(clip=not self._charts.options.clip)

    def action_marks(self) -> None:
        """Draw with the next kind of marks, as fonts differ; only ASCII where nothing else is."""
        if self.app.has_class("-ascii"):
            self.notify("This terminal's encoding has ASCII only.")
            return
        index = _MARKS.index(self._charts.options.marks) + 1
        self._change_charts(marks=_MARKS[index % len(_MARKS)])

    @on(ChartGrid.Viewed)
    def _keep_view(self) -> None:
        self._save()

    # Limits

    def action_limits(self) -> None:
        chart = self._charts.leading_chart
        if chart is None or chart.area is None:
            return
        alone = chart is self._charts.focused_chart
        self._limited = chart.metric.title if alone else None
        view = self._charts.state.view(chart.metric.title)
        self._limits.open(
            limits_text(view, self._charts.options.x_axis),
            asked=f"limits of {safe(chart.metric.title)}" if alone else "limits of all charts",
        )
        self._limits.say("Enter keeps, Esc clears")

    @on(Prompt.Changed, "#limits")
    def _limit(self, message: Prompt.Changed) -> None:
        chart = self._charts.leading_chart
        if chart is None or chart.area is None:
            return
        try:
            view = parse_limits(message.text, self._charts.options.x_axis, chart.area)
        except LimitsError as error:
            self._limits.say(safe(str(error)), wrong=True)
            return
        self._limits.say("Enter keeps, Esc clears")
        self._charts.state.limit(self._limited, view)
        self._charts.draw()
        self._save()

    @on(Prompt.Closed, "#limits")
    def _end_limits(self) -> None:
        charts = [each for each in self._charts.charts if each.metric.title == self._limited]
        self.set_focus(charts[0] if charts else None)

    # Cursor

    def action_cursor(self) -> None:
        state = self._charts.state
        if state.cursor is not None:
            state.cursor = None
            self._charts.draw()
            self._offer_keys()
            return
        chart = self._charts.leading_chart
        if chart is None or chart.area is None:
            return
        area = chart.area
        self._charts.put_cursor(max(area.x0, min(area.x1, area.last)))
        self._offer_keys()

    def action_mark(self) -> None:
        """Compare with here from now on; no more where the mark is already."""
        state = self._charts.state
        if state.cursor is None:
            self.action_cursor()
        if state.cursor is not None:
            here = state.cursor.at
            state.cursor = Cursor(here, None if state.cursor.mark == here else here)
            self._charts.draw()

    def action_move_cursor(self, columns: int) -> None:
        """Move the cursor by columns of the leading chart, as far as there are points in sight."""
        chart, cursor = self._charts.leading_chart, self._charts.state.cursor
        if cursor is None or chart is None or chart.area is None:
            return
        area = chart.area
        low, high = max(area.x0, area.first), min(area.x1, area.last)
        # It goes to middles of columns, so that it stays on them.
        cell = round((cursor.at - area.x0) / area.column - 0.5) + columns
        self._charts.put_cursor(min(max(area.position(cell), low), high))

    def action_cursor_end(self, side: int) -> None:
        """Move the cursor to the first or the last point in sight."""
        chart = self._charts.leading_chart
        if self._charts.state.cursor is None or chart is None or chart.area is None:
            return
        area = chart.area
        self._charts.put_cursor(max(area.x0, area.first) if side < 0 else min(area.x1, area.last))
