"""Moving the focus, turning pages, zooming; showing and hiding panes."""

from textual import on

from tuimon.present.selection import Selection
from tuimon.tui.actions.reading import ReadingActions
from tuimon.tui.actions.viewing import ViewActions
from tuimon.tui.panes.tag_pane import TagPane
from tuimon.tui.screens.system import SystemScreen

_COLUMNS = 16
"""Of the console, at a key."""


class MoveActions(ViewActions, ReadingActions):
    """Which part of the screen is looked at."""

    def action_zoom(self) -> None:
        if self.focused is self._tags:
            self._tags.choose()
        elif self.focused is self._folded:
            self._folded.choose()
        elif self.focused is self._output:
            self.add_class("-zoomed")
        elif self.focused is self._system and self._session.system is not None:
            self.app.push_screen(SystemScreen(self._session.system, self._charts.options.marks))
        else:
            self._charts.zoom(True)

    def action_back(self) -> None:
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        elif self.focused is self._output and self._output.picks:
            self._output.unmark()
            self._offer_keys()
        elif self.focused is self._output and self._output.searches:
            self._output.search("")
        elif self._charts.state.cursor is not None:
            self._charts.state.cursor = None
            self._charts.draw()
        elif self._charts.zoomed:
            self._charts.zoom(False)
        elif self.focused is not None:
            self.set_focus(None)
        elif self._selection != Selection(pinned=self._selection.pinned):
            self._select(Selection(pinned=self._selection.pinned))

    def action_move(self, columns: int, rows: int) -> None:
        if self.focused is self._tags:
            self._tags.move_cursor(rows)
        elif self.focused is self._output:
            self.action_scroll_console(rows)
            self._output.scroll_columns(_COLUMNS * columns)
        elif self.focused is self._system:
            self._system.scroll_lines(rows)
        elif self.focused is self._folded:
            if not self._folded.move_cursor(rows) and rows < 0:
                self._charts.show_chart(self._charts.count - 1)
        elif rows > 0 and self._folded.display and self._charts.at_bottom:
            self.set_focus(self._folded)
        elif columns and self._charts.state.cursor is not None:
            self.action_move_cursor(columns)
        else:
            self._charts.move(columns, rows)

    def action_page(self, pages: int) -> None:
        if self.focused is self._output:
            if pages > 0 and self._output.searches and not self._output.marking:
                self.action_match(-1)
            else:
                self.action_scroll_console(pages * (self._output.size.height - 2))
        elif self.focused is self._tags:
            self._tags.move_cursor(pages * (self._tags.size.height - 2))
        elif self.focused is self._system:
            self._system.scroll_lines(pages * self._system.size.height)
        else:
            self._charts.turn(pages)

    def action_toggle_tags(self) -> None:
        self._tags_wanted = self._tags.has_class("-off")
        self._tags.set_class(not self._tags_wanted, "-off")
        self._save()

    def action_toggle_console(self) -> None:
        self._console_wanted = not self._console_wanted
        self._output.display = self._tail is not None and self._console_wanted
        self._save()

    def action_toggle_system(self) -> None:
        if self._session.system is None:
            self.notify("Only the machine of what tuimon launched is measured.")
            return
        self._system_wanted = not self._system_wanted
        self._show_system()
        self._save()

    def _show_system(self) -> None:
        """Show what is measured of the machine as it is now, if that is wanted."""
        system = self._session.system
        self._system.display = self._system_wanted and system is not None
        if system is not None and self._system_wanted:
            system.start()
            self._system.set_devices(system.devices())

    @on(TagPane.Chosen)
    def _show_tag(self, message: TagPane.Chosen) -> None:
        self._open_tag(message.tag)
