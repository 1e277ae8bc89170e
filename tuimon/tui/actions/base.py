"""What all actions of the main screen share: its session, its widgets, how it is looked at."""

from dataclasses import replace
from typing import Any, Literal

from textual.screen import Screen

from tuimon.charts.model import ChartOptions, MarkStyle
from tuimon.charts.viewport import Viewport
from tuimon.config import Settings
from tuimon.console.emulation import ConsoleTail
from tuimon.present.arrangement import Arrangement, ChartOrder
from tuimon.present.chart_state import ChartState
from tuimon.present.look import Look, LookFile, first_look
from tuimon.present.overview import Overview, OverviewCache
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import Selection, filter_or_everything
from tuimon.session.session import Session
from tuimon.summaries.reader import SummaryReader
from tuimon.tui.panes.chart_grid import ChartGrid
from tuimon.tui.panes.console_pane import ConsolePane
from tuimon.tui.panes.folded_sections import FoldedSections
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import Notice
from tuimon.tui.panes.prompt import Prompt, filter_prompt
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.system_pane import SystemPane
from tuimon.tui.panes.tag_pane import TagPane

_LIMITS = "x=0:5000    y=2:13    y=:1e-3    x=10k:"


class MonitorBase(Screen[None]):
    """The parts of the main screen."""

    def __init__(self, session: Session, settings: Settings, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._session = session
        self._settings = settings
        self._states = LookFile(session, first_look(settings))
        state = self._states.load()
        options = ChartOptions(
            smoothing=state.smoothing,
            log_y=state.log_y,
            x_axis=state.x_axis,
            superseded=state.superseded,
            clip=state.clip,
            marks=marks_of(state.marks or settings.charts.marks, ascii_only=ascii_only),
        )
        views = {title: view for title, view in state.views.items() if title}
        looked_at = ChartState(state.views.get("", Viewport()), views)
        self._first_marks = marks_of(settings.charts.marks, ascii_only=ascii_only)
        self._header = RunHeader(id="header")
        self._too_small = Notice(id="too-small")
        self._tags = TagPane(id="tags")
        self._notice = Notice(id="notice")
        self._charts = ChartGrid(
            session.store, options, looked_at, RunColours(state.runs), id="charts"
        )
        self._limits = Prompt(examples=_LIMITS, id="limits")
        self._limited: str | None = None
        """Title of the chart whose limits are typed; None for all."""
        self._output = ConsolePane(id="output")
        self._system = SystemPane(id="system")
        self._filters = list(state.filters)
        """Those of before, the newest last."""
        self._filter = filter_prompt(self._filters)
        self._find = Prompt("find", history=[], id="find")
        self._keys = KeyBar(id="keys")
        self._selection = Selection(
            text=state.filter,
            shows=filter_or_everything(state.filter),
            focus=state.focus,
            pinned=frozenset(state.pinned),
            hidden=frozenset(state.hidden),
            isolated=state.isolated,
            group=state.group,
        )
        self._reader = SummaryReader()
        self._folded_names = state.folded
        self._arrangement = Arrangement((), ())
        """Of what was drawn last."""
        self._saved_runs = state.runs
        self._tag_to_open: str | None = None
        """Its chart is shown as soon as there is one."""
        self._order = ChartOrder(session.store, state.sort)
        self._overviews = OverviewCache(session.store)
        self._charts.shape = state.shape
        self._folded = FoldedSections(id="folded")
        self._tail = _console(session)
        self._drawn_version: tuple[object, ...] | None = None
        self._next_drawing = 0.0
        self._tags_wanted = state.tags
        self._console_wanted = state.console
        self._system_wanted = state.system

    @property
    def _overview(self) -> Overview:
        """What is shown now."""
        return self._overviews.of(self._selection)

    async def _tick(self) -> None:
        raise NotImplementedError

    def _offer_keys(self) -> None:
        """Tell in the footer which keys do something here."""
        raise NotImplementedError

    def _select(self, selection: Selection) -> None:
        """Show these runs and tags from now on."""
        self._selection = selection
        self._save()
        self._redraw()

    def _redraw(self) -> None:
        """Draw all anew at the next tick, whether there is news or not."""
        self._drawn_version = None
        self._next_drawing = 0.0
        self.call_later(self._tick)

    def _open_tag(self, tag: str) -> None:
        """Show the chart of a tag, at once if it is there already."""
        self._tag_to_open = tag
        folded = [
            section.name
            for section in self._arrangement.folded
            if any(tag == member for metric in section.metrics for _, member in metric.curves)
        ]
        if folded:
            self._folded_names = tuple(name for name in self._folded_names if name not in folded)
            self._save()
            self._redraw()
        elif self._drawn_version is None or not self._open_wanted_tag():
            self._redraw()  # and then open it, where the charts are about to change

    def _open_wanted_tag(self) -> bool:
        tag = self._tag_to_open
        index = None if tag is None else self._charts.chart_of(tag)
        if index is not None:
            self._tag_to_open = None
            self._charts.show_chart(index)
        return index is not None

    def _change_charts(self, **changes: Any) -> None:
        """Draw the charts with other `ChartOptions` from now on."""
        self._charts.options = replace(self._charts.options, **changes)
        self._save()

    def _fit_console(self) -> None:
        """Emulate a terminal of the training's size, which whoever types into it may change."""
        status = self._session.status
        if self._tail is not None and status is not None:
            self._tail.resize(status.record.pty_cols, status.record.pty_rows)

    def _save(self) -> None:
        """Keep how the session is looked at for the next viewer."""
        options, selection = self._charts.options, self._selection
        self._saved_runs = self._charts.colours.known
        self._states.save(
            Look(
                smoothing=options.smoothing,
                log_y=options.log_y,
                x_axis=options.x_axis,
                superseded=options.superseded,
                clip=options.clip,
                marks=None if options.marks == self._first_marks else options.marks,
                filter=selection.text,
                filters=tuple(self._filters),
                focus=selection.focus,
                pinned=tuple(sorted(selection.pinned)),
                hidden=tuple(sorted(selection.hidden)),
                isolated=selection.isolated,
                group=selection.group,
                runs=self._saved_runs,
                views=dict(self._charts.state.views()),
                tags=self._tags_wanted,
                console=self._console_wanted,
                sort=self._order.sort,
                shape=self._charts.shape,
                folded=self._folded_names,
                system=self._system_wanted,
            )
        )


def _console(session: Session) -> ConsoleTail | None:
    if session.console is None:
        return None
    return ConsoleTail(session.console, plain_file=session.run is None)


def marks_of(wanted: Literal["auto", "braille", "hd", "ascii"], *, ascii_only: bool) -> MarkStyle:
    """What curves are drawn with; what the terminal cannot show is never taken."""
    if ascii_only:
        return "ascii"
    return "braille" if wanted == "auto" else wanted
