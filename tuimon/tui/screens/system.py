"""All that is measured of a run's machine, as charts over the age of the training."""

import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from tuimon.charts.model import ChartOptions
from tuimon.present.look import Look
from tuimon.present.pairing import Metric
from tuimon.present.selection import Selection
from tuimon.session.session import SystemLog
from tuimon.tui.keys.key_owner import KeyScreen
from tuimon.tui.keys.key_tables import Key, Topics, bindings
from tuimon.tui.panes.chart_grid import ChartGrid
from tuimon.tui.panes.key_bar import KeyBar

SYSTEM_KEYS = (
    Key("system-back", "q,3,ctrl+c", "leave", "Back", "Go back to the training", "back", 100),
    Key("system-zoom", "enter", "zoom", "Zoom", "Zoom the focused chart", "zoom", 70),
    Key("system-all", "escape", "back", "Back", "Go back from a zoom", "all", 75),
    Key("system-left", "left,h", "move(-1, 0)", "Focus left", "Move the focus"),
    Key("system-down", "down,j", "move(0, 1)", "Focus down"),
    Key("system-up", "up,k", "move(0, -1)", "Focus up"),
    Key("system-right", "right,l", "move(1, 0)", "Focus right"),
    Key("system-next", "n,pagedown", "page(1)", "Next page", "Turn pages", "page", 60),
    Key("system-previous", "p,pageup", "page(-1)", "Previous page"),
)

_DRAW_EVERY = 1.0
_TICK = 0.1


class SystemScreen(KeyScreen[None]):
    """A chart for each quantity, those of one device beside each other."""

    AUTO_FOCUS = ""
    TOPICS: ClassVar[Topics] = {"": SYSTEM_KEYS}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SYSTEM_KEYS)]
    DEFAULT_CSS = "SystemScreen ChartGrid { padding: 0 1; }"

    def __init__(self, system: SystemLog, options: ChartOptions) -> None:
        """`options` are those of the charts of the training."""
        super().__init__()
        self._growing = options.growing
        self._system = system
        look = Look(smoothing=0.0, x_axis="relative")
        self._charts = ChartGrid(system.store, look, options.marks)
        self._drawn_version = -1
        self._next_drawing = 0.0

    def compose(self) -> ComposeResult:
        yield self._charts.status
        yield self._charts
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self.set_interval(_TICK, self._tick)
        self.call_after_refresh(self._tick)

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.refresh_bindings)

    async def _tick(self) -> None:
        version, now = self._system.store.version, time.monotonic()
        if version == self._drawn_version or now < self._next_drawing or self._charts.drawing:
            return
        self._drawn_version, self._next_drawing = version, now + _DRAW_EVERY
        metrics = [
            Metric(f"{device} {quantity}", (("", f"{device}/{quantity}"),))
            for device, quantities in self._system.devices().items()
            for quantity in quantities
        ]
        await self._charts.show(metrics, Selection(), growing=self._growing)
        self.refresh_bindings()

    def idle_keys(self) -> set[str]:
        zoomed = self._charts.zoomed
        alone = zoomed or self._charts.pages[1] == 1
        return {"system-zoom" if zoomed else "system-all", *(["system-next"] if alone else [])}

    def action_leave(self) -> None:
        self.dismiss()

    def action_zoom(self) -> None:
        self._charts.zoom(True)
        self.refresh_bindings()

    def action_back(self) -> None:
        if self._charts.zoomed:
            self._charts.zoom(False)
            self.refresh_bindings()
        else:
            self.dismiss()

    def action_move(self, columns: int, rows: int) -> None:
        self._charts.move(columns, rows)

    def action_page(self, pages: int) -> None:
        self._charts.turn(pages)
        self.refresh_bindings()
