"""Saving the focused chart to a file, and copying it or the values at the cursor."""

import re
import time
from pathlib import Path

from textual import work

from tuimon.charts.cursor import values_text
from tuimon.terminal.png import screen_png
from tuimon.terminal.svg import screen_svg
from tuimon.text import safe
from tuimon.tui.actions.base import MonitorBase
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.screens.ask import Answer, AskScreen

_ANSWERS = (
    Answer("t", "save it as text, here", "txt"),
    Answer("s", "save it as SVG, here", "svg"),
    Answer("p", "save it as PNG, here", "png"),
    Answer("c", "copy it as text", "copy"),
)
_COPY_VALUES = Answer("v", "copy the values at the cursor", "values")
_MOST_NAME = 60


class SaveActions(MonitorBase):
    """Taking a chart along."""

    @work(exclusive=True, group="ask")
    async def action_save_chart(self) -> None:
        """Ask how to save or copy the focused chart, else the first one of the page."""
        chart = self._charts.leading_chart
        if chart is None:
            self.notify("There is no chart here.")
            return
        answers = [*_ANSWERS, *([_COPY_VALUES] if chart.drawing.readings else [])]
        title = safe(chart.metric.title)
        answer = await self.app.push_screen_wait(AskScreen(f"What of {title}?", answers))
        if answer == "copy":
            self.app.copy_to_clipboard(chart.shown_text())
            self.notify(f"copied {title}", markup=False)
        elif answer == "values":
            self.app.copy_to_clipboard(values_text(chart.drawing.readings))
            self.notify("copied the values at the cursor")
        elif answer:
            self._save_chart(chart, answer)

    def _save_chart(self, chart: ChartView, kind: str) -> None:
        words = re.sub(r"[^\w.-]+", "-", chart.metric.title).strip("-.")[:_MOST_NAME] or "chart"
        path = Path(f"tuimon-{words}-{time.strftime('%Y%m%d-%H%M%S')}.{kind}")
        if kind == "txt":
            content = chart.shown_text().encode()
        elif kind == "svg":
            content = screen_svg(chart.strips(), safe(chart.metric.title)).encode()
        else:
            content = screen_png(chart.strips())
        try:
            path.write_bytes(content)
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", severity="error", markup=False)
        else:
            self.notify(f"saved {path}", markup=False)
