"""A row that stands at the bottom for a while."""

from collections.abc import Callable
from typing import Any, TypeVar

from textual.screen import Screen
from textual.timer import Timer

from tuimon.charts.model import Row
from tuimon.tui.panes.cells import CellView

L = TypeVar("L", bound="PassingLine")


class PassingLine(CellView):
    """In the place of the footer, so that it covers nothing else and moves nothing."""

    DEFAULT_CSS = """
    PassingLine { dock: bottom; height: 1; layer: _toastrack; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._make: Callable[[int], Row] = lambda cells: ()
        self._ends: Timer | None = None

    def show(self, make: Callable[[int], Row], seconds: float) -> None:
        """Show what `make` gives for a number of cells, in the place of what stands there."""
        self.end()
        self._make = make
        self._ends = self.set_timer(seconds, self.end)
        self.display = True
        self.draw()

    def end(self) -> None:
        """Let the footer be seen again."""
        if self._ends is not None:
            self._ends.stop()
        self.display = False

    def rows(self, width: int, height: int) -> list[Row]:
        return [self._make(width)]


def line_of(screen: Screen[Any], kind: type[L]) -> L:
    """The line of a kind that a screen has; from now on, if it had none."""
    found = screen.query(kind)
    if found:
        return found.first()
    line = kind()
    screen.mount(line)
    return line
