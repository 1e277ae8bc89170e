"""The script's output as its terminal would show it, newest lines last."""

from tuimon.charts.model import Row, Span
from tuimon.text import fit
from tuimon.tui.widgets.cells import CellView, line


class ConsolePane(CellView, can_focus=True):
    """Follows the end of the output until the user scrolls up."""

    DEFAULT_CSS = "ConsolePane { height: 25%; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[str] = []
        self._above = 0
        """Lines between the last one shown and the end of the output."""

    def set_lines(self, lines: list[str]) -> None:
        """Show new output; a view that was scrolled up stays where it is."""
        if self._above and len(lines) > len(self._lines):
            self._above += len(lines) - len(self._lines)
        self._lines = lines
        self.draw()

    def scroll_lines(self, count: int) -> None:
        """Scroll down by so many lines (up when negative)."""
        room = max(0, len(self._lines) - (self.size.height - 1))
        self._above = min(max(self._above - count, 0), room)
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        """The title rule and the lines in view."""
        end = len(self._lines) - self._above
        seen = self._lines[max(0, end - height + 1) : end] if height > 1 else []
        return [self._rule(width), *((Span(fit(f" {text}", width), "text"),) for text in seen)]

    def on_mouse_scroll_up(self) -> None:
        self.scroll_lines(-3)

    def on_mouse_scroll_down(self) -> None:
        self.scroll_lines(3)

    def _rule(self, width: int) -> Row:
        name = "console"
        note = f" {self._above} lines below, ↓ returns " if self._above else ""
        rest = width - len(name) - len(note) - 4
        return line(
            ("─ ", "axis"),
            (name, "focus" if self.has_focus else "title"),
            (" " + "─" * max(0, rest), "axis"),
            (note, "accent"),
            ("─", "axis"),
        )
