"""What the training takes from its machine: a line for each quantity, with its newest course."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.sparkline import sparkline
from tuimon.present.resource_use import resource_rows
from tuimon.store.series import Series
from tuimon.text import fit, format_value
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings
from tuimon.tui.panes.cells import CellView, line

_NAME_WIDTH, _VALUE_WIDTH = 16, 11
_SCARCE = 90.0
"""Percent from which that is told in another colour."""
_FULL = {("memory", "host"), ("memory", "dev shm"), ("disk", "used")}
"""What must not be full; so must the memory of a GPU."""
_WITH_COURSE = ("%", "MB/s")
"""What changes too slowly, or on no scale of its own, is a number only."""
_CPU_OF_TRAINING = ("CPU", "training")
"""100 % is one core."""


class SystemPane(KeyOwner, CellView, can_focus=True):
    """Devices one below the other; scrolls."""

    TOPICS: ClassVar[Topics] = {
        "System": (
            Key("zoom", "enter", "open", "All of the system", "Show all as charts", "charts", 70),
            Key("down", "down,j", "scroll(1)", "Scroll down", "Scroll"),
            Key("up", "up,k", "scroll(-1)", "Scroll up"),
            Key("next-page", "n,pagedown", "page(1)", "Next page", "Turn pages"),
            Key("previous-page", "p,pageup", "page(-1)", "Previous page"),
        )
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(all_of(TOPICS))]
    about = "What is measured of the system has the focus: Enter shows all of it as charts."
    title_line = 0

    class Opened(Message):
        """Enter: all that is measured is to be shown."""

    DEFAULT_CSS = """
    SystemPane { dock: right; width: 42; max-width: 45%; background: $surface; display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._devices: Mapping[str, Mapping[str, Series]] = {}
        self._top = 0
        self._count = 0

    def set_devices(self, devices: Mapping[str, Mapping[str, Series]]) -> None:
        """Show these series, by device and quantity."""
        self._devices = devices
        self.draw()

    def action_scroll(self, lines: int) -> None:
        """Scroll down by so many lines (up when negative)."""
        self._top = min(max(self._top + lines, 0), max(0, self._count - self.size.height + 1))
        self.draw()

    def action_open(self) -> None:
        self.post_message(self.Opened())

    def action_page(self, pages: int) -> None:
        self.action_scroll(pages * (self.size.height - 1))

    def on_click(self) -> None:
        self.focus()

    def rows(self, width: int, height: int) -> list[Row]:
        """The title, and the devices in view."""
        title = self._heading("system", width)
        if not self._devices:
            return [title, (Span(fit(" measuring …", width), roles.DIM),)]
        rows: list[Row] = []
        if used := list(resource_rows(self._devices)):
            rows.append(self._heading("used by the training", width))
            rows += [_used_row(*one, width) for one in used]
        for device, quantities in self._devices.items():
            rows.append(self._heading(device, width))
            rows += [
                self._row(device, quantity, series, width)
                for quantity, series in quantities.items()
            ]
        self._count = len(rows)
        self._top = min(self._top, max(0, self._count - height + 1))
        return [title, *rows[self._top : self._top + height - 1]]

    def _heading(self, name: str, width: int) -> Row:
        shown = fit(name, width - 4).rstrip()
        return line(
            (" ", roles.AXIS),
            (shown, roles.TITLE),
            (" " + "─" * max(0, width - len(shown) - 3) + " ", roles.AXIS),
        )

    def _row(self, device: str, quantity: str, series: Series, width: int) -> Row:
        name, unit = split_unit(quantity)
        room = max(0, width - _NAME_WIDTH - _VALUE_WIDTH - 3)
        values = series.snapshot().values
        last, newest = values[-1], values[-2 * room :] if room else values[:0]
        share = unit == "%" and (device, name) != _CPU_OF_TRAINING
        most = 100.0 if share else max(float(newest.max(initial=0.0)), 1e-9)
        fills = name == "memory" or (device, name) in _FULL
        scarce = share and fills and last >= _SCARCE
        course = " " * room
        if unit in _WITH_COURSE:
            course = sparkline(newest, room, self.app.has_class("-ascii"), (0.0, most))
        return line(
            (f"  {fit(name, _NAME_WIDTH)}", roles.TEXT),
            (course, roles.WARN if scarce else roles.past(0)),
            (fit(f"{format_value(round(last, 1))} {unit}", _VALUE_WIDTH, "right"), roles.VALUE),
            (" ", roles.BLANK),
        )


def _used_row(name: str, value: str, width: int) -> Row:
    room = max(0, width - _NAME_WIDTH - 3)
    return line(
        (f"  {fit(name, _NAME_WIDTH)}", roles.TEXT),
        (fit(value, room), roles.VALUE),
        (" ", roles.BLANK),
    )


def split_unit(quantity: str) -> tuple[str, str]:
    """``utilization [%]`` is (utilization, %); a quantity without unit has an empty one."""
    name, found, unit = quantity.rpartition(" [")
    return (name, unit.removesuffix("]")) if found and unit.endswith("]") else (quantity, "")
