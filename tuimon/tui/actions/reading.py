"""Reading the console: scrolling through all of the log, searching, copying."""

from textual import on, work

from tuimon.console.history import ConsoleHistory
from tuimon.text import safe
from tuimon.tui.actions.base import MonitorBase
from tuimon.tui.panes.cells import CellView
from tuimon.tui.panes.prompt import Prompt


class ReadingActions(MonitorBase):
    """What the console pane does while it has the focus."""

    def action_scroll_console(self, lines: int) -> None:
        """Scroll down by so many lines (up when negative), or mark so many more."""
        if self._output.marking:
            self._output.mark_more(lines)
            return
        self._output.scroll_lines(self._history(back=lines < 0), lines)

    def action_follow(self) -> None:
        """Go to the end of the console, and stay there."""
        self._output.follow()
        if self._output.follows and not self._output.display:
            self.notify("2 shows the console.")

    def mark_lines(self) -> None:
        """Begin to mark lines of the console, or mark none."""
        if self._output.marking:
            self._output.unmark()
        else:
            self._output.mark(self._history(back=True))
        self._offer_keys()

    def search_console(self) -> None:
        """Ask for a text to look for."""
        self._find.open()

    @on(Prompt.Changed, "#find")
    def _search(self, message: Prompt.Changed) -> None:
        self._output.search(message.text)
        if message.text:
            self._look_for(-1, message.text)

    @on(Prompt.Closed, "#find")
    def _searched(self) -> None:
        self.set_focus(self._output)

    def action_match(self, steps: int) -> None:
        """Go to the earlier (-1) or later (1) match."""
        if self._output.searches:
            self._look_for(steps, "")

    @work(thread=True, exclusive=True, group="find", exit_on_error=False)
    def _look_for(self, steps: int, typed: str) -> None:
        found = self._output.find(self._history(back=True), steps)
        self.app.call_from_thread(self._output.draw)
        if not found:
            where = "further up" if steps < 0 else "further down"
            self.app.call_from_thread(self.notify, f"nothing {where}", timeout=2)

    def action_copy(self) -> None:
        """Copy what the focused pane shows: of the console, the lines that are marked."""
        if self.focused is self._output:
            text = self._output.text()
            what = "marked" if self._output.picks else "visible"
            said = f"{text.count(chr(10))} {what} lines"
            self._output.unmark()
            self._offer_keys()
        elif isinstance(self.focused, CellView):
            text, said = self.focused.shown_text(), "what the pane shows"
        else:
            self.notify("Focus a chart, a pane or the console: Y copies what it shows.")
            return
        self.app.copy_to_clipboard(text)
        self.notify(safe(f"copied {said}"))

    def _history(self, *, back: bool) -> ConsoleHistory | None:
        """The whole log, where it is needed and not there yet."""
        if self._session.console is None or not back or not self._output.follows:
            return None
        return ConsoleHistory(self._session.console)
