"""Jumping to a chart, pane, run or tag by the letter that appears on it."""

from functools import partial

from tuimon.tui.actions.base import MonitorBase
from tuimon.tui.screens.jump import JumpScreen, JumpTarget


class JumpActions(MonitorBase):
    """One key, one letter, and the focus is there."""

    def action_jump(self) -> None:
        # Shown at once, so that a letter typed without waiting is meant for it.
        self.app.push_screen(JumpScreen(self._targets()), self._jump)

    def _jump(self, target: JumpTarget | None) -> None:
        if target is not None:
            target.jump()

    def _targets(self) -> list[JumpTarget]:
        found = [
            JumpTarget(chart.region.x, chart.region.y, chart.focus)
            for chart in self._charts.charts
            if chart.display
        ]
        found += [
            JumpTarget(pane.region.x, pane.region.y, pane.focus)
            for pane in (self._folded, self._system, self._output)
            if pane.display and pane.region
        ]
        if self._tags.display and (region := self._tags.region):
            found += [
                JumpTarget(region.x, region.y + y, partial(self._choose_line, y))
                for y in self._tags.choices
            ]
        return found

    def _choose_line(self, y: int) -> None:
        self.set_focus(self._tags)
        self._tags.choose_line(y)
