"""Where the panes of the main screen stand: which one is beside which, and which comes next."""

from collections.abc import Iterator
from functools import partial

from textual.widget import Widget

from tuimon.tui.dialogs.jump import JumpTarget
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.console_pane import ConsolePane
from tuimon.tui.panes.folded_sections import FoldedSections
from tuimon.tui.panes.system_pane import SystemPane
from tuimon.tui.panes.tag_pane import TagPane


class PaneMap:
    """Tags on the left, the system on the right; charts, folded sections, console between them.

    It goes by what is shown at the moment, not by what is laid out: keys may come before that.
    """

    def __init__(
        self,
        tags: TagPane,
        charts: ChartPane,
        folded: FoldedSections,
        console: ConsolePane,
        system: SystemPane,
    ) -> None:
        self._tags, self._charts, self._system = tags, charts, system
        self._folded, self._console = folded, console

    @property
    def _centre(self) -> list[Widget]:
        """From top to bottom."""
        charts = [self._charts] if self._charts.count else []
        return [pane for pane in (*charts, self._folded, self._console) if pane.display]

    @property
    def _here(self) -> Widget | None:
        """The pane that has the focus."""
        return self._charts if self._charts.focused_chart else self._charts.screen.focused

    @property
    def panes(self) -> list[Widget]:
        """Those that can be entered, in the order in which Tab goes through them."""
        return [pane for pane in (self._tags, *self._centre, self._system) if pane.display]

    def enter_next(self, steps: int) -> None:
        """Go to the next pane (1) or the one before (-1), around the end."""
        panes, here = self.panes, self._here
        if here in panes:
            self._enter(panes[(panes.index(here) + steps) % len(panes)])
        elif panes:
            self._enter(panes[0 if steps > 0 else -1])

    def cross(self, columns: int, rows: int) -> None:
        """Go into the pane beside the one that has the focus, from the charts else to the next."""
        here, pane = self._here, self._beside(columns, rows)
        if pane is not None:
            self._enter(pane, columns, rows)
        elif here is self._charts:
            self._charts.move(columns, rows)

    def _beside(self, columns: int, rows: int) -> Widget | None:
        here, centre = self._here, self._centre
        inwards = {self._tags: 1, self._system: -1}
        if here in inwards:
            found = centre if columns == inwards[here] else []
        elif columns:
            found = [pane for pane, way in inwards.items() if way == -columns and pane.display]
        elif here in centre:
            place = centre.index(here) + rows
            found = centre[place:] if place >= 0 else []
        else:
            found = centre
        return found[0] if found else None

    def _enter(self, pane: Widget, columns: int = 0, rows: int = 0) -> None:
        if pane is self._charts:
            self._charts.enter(columns, rows)
        else:
            # At once, so that keys typed without waiting are meant for it.
            pane.screen.set_focus(pane)

    def jump_targets(self) -> list[JumpTarget]:
        """All that can have the focus, and each run and tag."""
        return [
            *(
                JumpTarget(one.region.x, one.region.y, one.focus, isinstance(one, ChartView))
                for one in self._widgets()
            ),
            *(
                JumpTarget(self._tags.region.x, self._tags.region.y + y, partial(self._choose, y))
                for y in self._tags.choices
                if self._tags.display and self._tags.region
            ),
        ]

    def _widgets(self) -> Iterator[Widget]:
        charts = [chart for chart in self._charts.charts if chart.display]
        panes = [pane for pane in (self._folded, self._system, self._console) if pane.display]
        return (widget for widget in (*charts, *panes) if widget.region)

    def _choose(self, y: int) -> None:
        self._enter(self._tags)
        self._tags.choose_line(y)
