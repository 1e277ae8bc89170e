"""Keys of the main screen that lead to pages of their own: table, sparklines, media."""

from typing import Any, ClassVar

from textual.binding import BindingType
from textual.reactive import var

from tuimon.charts.model import ChartOptions
from tuimon.present.look import Look, selected
from tuimon.present.run_colours import RunColours
from tuimon.present.screen_content import ContentMaker, Judging, ScreenContent
from tuimon.present.selection import Selection
from tuimon.session.session import Session
from tuimon.summaries.reader import SummaryReader
from tuimon.tui.keys.key_tables import Key, Topics, bindings
from tuimon.tui.panes.cells import CellView
from tuimon.tui.panes.tag_pane import TagPane
from tuimon.tui.screens.session_screen import SessionScreen
from tuimon.tui.screens.sparklines import SparklineScreen
from tuimon.tui.screens.value_screen import TableResult, TableScreen

_MEDIA = "Show media: histograms, images …"
_SPARKLINES = "Show all tags as sparklines"


class DataKeys(SessionScreen):
    """A screen of which the data can be looked at in other ways; filters go with them."""

    TOPICS: ClassVar[Topics] = {
        **SessionScreen.TOPICS,
        "Data": (
            Key("table", "T", "table", "Table", "Show all values in a table", "table", 39),
            Key("sparklines", "O", "sparklines", "All tags", _SPARKLINES, "all tags", 38),
            Key("copy", "Y", "copy", "Copy", "Copy what is focused: chart, pane, console lines"),
            Key("summaries", "v", "summaries", "Media", _MEDIA, "media", 46),
        ),
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TOPICS["Data"])]
    look: var[Look] = var(Look(), init=False)
    """How the session is looked at, now and by the next viewer."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._reader = SummaryReader()
        self._maker = ContentMaker(session.store)
        self._opened_media = False

    # What the screen says of its own

    @property
    def selection(self) -> Selection:
        """Which runs and tags are shown."""
        return self.look.selection()

    @property
    def filters(self) -> list[str]:
        """Those of before, the newest last."""
        raise NotImplementedError

    @property
    def options(self) -> ChartOptions:
        """How charts are drawn."""
        raise NotImplementedError

    @property
    def colours(self) -> RunColours:
        """Of the runs."""
        raise NotImplementedError

    def change_look(self, **changes: Any) -> None:
        """Look at it in another way from now on."""
        raise NotImplementedError

    # Keys

    def action_table(self) -> None:
        table = TableScreen(self.session, self.selection, self.filters, self._reader)
        self.app.push_screen(table, self._come_back)

    def action_sparklines(self) -> None:
        series_of, marks = self._maker.newest_series, self.options.marks
        page = SparklineScreen(
            self.session, self.selection, self.filters, self._make, series_of, marks
        )
        self.app.push_screen(page, self._come_back)

    def _make(self, selection: Selection) -> ScreenContent:
        judging = Judging()
        return self._maker.make(
            self.look, selection, self.colours, self.options, judging, loading=True
        )

    def _come_back(self, left: TableResult | None) -> None:
        if left is not None:
            self.change_look(**selected(left.selection), filters=tuple(self.filters))
            if left.tag is not None:
                self.post_message(TagPane.Chosen(left.tag))

    def action_copy(self) -> None:
        """Copy what the focused pane shows."""
        if isinstance(self.focused, CellView):
            self.app.copy_to_clipboard(self.focused.shown_text())
            self.notify("copied what the pane shows")
        else:
            self.notify("Focus a chart, a pane or the console: Y copies what it shows.")

    def show_media_alone(self) -> None:
        """Show what lies in log directories without event files, once."""
        store = self.session.store
        if not self._opened_media and store.beside and not store.runs:
            self._opened_media = True
            self.action_summaries()

    def action_summaries(self) -> None:
        # All kinds of views take a fifth of the time to the first curve.
        from tuimon.tui.screens.summaries import SummariesScreen

        self.app.push_screen(SummariesScreen(self.session, self._reader, self.options))
