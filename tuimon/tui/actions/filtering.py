"""Which runs and tags are shown: the filter line, and the run that stands out."""

from dataclasses import replace

from textual import on

from tuimon.store.filters import FilterError, parse_filter
from tuimon.text import safe
from tuimon.tui.actions.reading import ReadingActions
from tuimon.tui.panes.prompt import Prompt
from tuimon.tui.screens.value_screen import TableResult, TableScreen


class FilterActions(ReadingActions):
    """Selecting among many runs and tags."""

    def action_filter(self) -> None:
        if self.focused is self._output:
            self.search_console()
            return
        self._filter.open(self._selection.text)
        self._tell_filter()

    def action_focus_run(self, steps: int) -> None:
        shown = self._overview.shown
        names = ["", *(name for name in shown if name not in self._selection.hidden)]
        index = names.index(self._selection.focus) if self._selection.focus in names else 0
        self._select(replace(self._selection, focus=names[(index + steps) % len(names)]))

    def action_table(self) -> None:
        table = TableScreen(self._session, self._selection, self._filters, self._reader)
        self.app.push_screen(table, self._leave_table)

    def _leave_table(self, left: TableResult | None) -> None:
        if left is None:
            return
        if left.selection != self._selection:
            self._select(left.selection)
        if left.tag is not None:
            self._open_tag(left.tag)

    @on(Prompt.Changed, "#filter")
    def _apply_filter(self, message: Prompt.Changed) -> None:
        try:
            shows = parse_filter(message.text)
        except FilterError as error:
            self._filter.say(safe(str(error)), wrong=True)
            return
        self._select(replace(self._selection, text=message.text.strip(), shows=shows))
        self._tell_filter()

    @on(Prompt.Closed, "#filter")
    def _end_filter(self) -> None:
        self.set_focus(None)
        self._save()
        self._offer_keys()

    def _tell_filter(self) -> None:
        overview = self._overview
        self._filter.say(
            f"{len(overview.series)} of {overview.tags} tags   Enter keeps, Esc clears"
        )
