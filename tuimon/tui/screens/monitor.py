"""The main screen: header, tags, charts, console, keys."""

import time
from dataclasses import replace
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.worker import get_current_worker

from tuimon.charts.frame import load_plotext
from tuimon.charts.model import ChartOptions, XAxis
from tuimon.charts.pairing import pair_tags
from tuimon.guardian.client import Control, ControlError, StopStage
from tuimon.runs.console import ConsoleTail
from tuimon.runs.record import RunState
from tuimon.store.filters import FilterError, parse_filter
from tuimon.store.session import Session
from tuimon.summaries.reader import SummaryReader
from tuimon.text import fit, format_duration, safe
from tuimon.tui.curves import charted_tags
from tuimon.tui.facts import header_facts, run_rows, tag_rows
from tuimon.tui.keymap import bindings
from tuimon.tui.screens.ask import Answer, AskScreen
from tuimon.tui.screens.summaries import SummariesScreen
from tuimon.tui.screens.text import HelpScreen, RunScreen
from tuimon.tui.selection import Selection, count_tags, filter_or_everything, shown_runs
from tuimon.tui.view_state import ViewState, ViewStates
from tuimon.tui.widgets.chart_grid import ChartGrid
from tuimon.tui.widgets.console_pane import ConsolePane
from tuimon.tui.widgets.filter_bar import FilterBar
from tuimon.tui.widgets.key_bar import KeyBar
from tuimon.tui.widgets.notice import MIN_HEIGHT, MIN_WIDTH, Notice, why_no_curves, why_too_small
from tuimon.tui.widgets.run_header import RunHeader
from tuimon.tui.widgets.tag_pane import TagPane

_TICK = 0.1
_DRAW_EVERY = 0.25
_STATE_EVERY = 1.0
"""While nothing happens: what the header tells is in whole seconds."""
_DRAW_SHARE = 6
"""Drawings that take long, as while much is read, leave most of the time to the keys."""
_PLOTEXT_AFTER = 1.0
_TAGS_FROM_WIDTH = 100
_MOST_LABEL = 20
_ASK_GUARDIAN_EVERY = 0.5
_X_AXES: tuple[XAxis, ...] = ("step", "relative", "wall")
_SMOOTHINGS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)

_STOP = Answer("s", "stop: SIGINT, as Ctrl-C sends it (it can save a checkpoint)", "stop")
_HARDER = Answer("s", "do not wait: go on to the next signal now", "stop")
_KILL = Answer("k", "kill: SIGKILL to all of it, nothing can be saved", "kill")
_LEAVE = Answer("q", "leave the screen; the training goes on", "leave")


class MonitorScreen(Screen[None]):
    """Watches a session; a timer looks for news, and only what changed is drawn."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    def __init__(self, session: Session, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._session = session
        self._states = ViewStates(session)
        state = self._states.load()
        options = ChartOptions(
            smoothing=state.smoothing,
            log_y=state.log_y,
            x_axis=state.x_axis,
            superseded=state.superseded,
            marks="ascii" if ascii_only else "braille",
        )
        self._header = RunHeader(id="header")
        self._too_small = Notice(id="too-small")
        self._tags = TagPane(id="tags")
        self._notice = Notice(id="notice")
        self._charts = ChartGrid(session.store, options, id="charts")
        self._output = ConsolePane(id="output")
        self._filter = FilterBar(id="filter")
        self._keys = KeyBar(id="keys")
        self._selection = Selection(
            text=state.filter, shows=filter_or_everything(state.filter), focus=state.focus
        )
        self._tail = _console(session)
        self._drawn_version = -1
        self._next_drawing = 0.0
        self._next_output = self._next_state = 0.0
        self._status = session.status
        self._tags_wanted = state.tags
        self._console_wanted = state.console
        self._stopping: str | None = None
        self._reader = SummaryReader()

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._too_small
        with Horizontal(id="body"):
            yield self._tags
            with Vertical(id="centre"):
                yield self._notice
                yield self._charts
                yield self._output
        yield self._filter
        yield self._keys

    def on_mount(self) -> None:
        self._output.display = self._tail is not None and self._console_wanted
        self._filter.text = self._selection.text
        self.set_interval(_TICK, self._tick)
        self.call_after_refresh(self._tick)
        # plotext takes longer to import than the first frame may take without it.
        self.set_timer(_PLOTEXT_AFTER, load_plotext)

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < MIN_WIDTH or height < MIN_HEIGHT, "-too-small")
        self._too_small.say(why_too_small(width, height))
        wanted = self._tags_wanted
        self._tags.display = width >= _TAGS_FROM_WIDTH if wanted is None else wanted

    # What is drawn, and when

    async def _tick(self) -> None:
        if not self.is_current:
            return
        self._session.poll()
        version, now = self._session.store.version, time.monotonic()
        if self._charts.drawing:
            self._next_drawing = now + max(_DRAW_EVERY, _DRAW_SHARE * self._charts.drawing_seconds)
        elif version != self._drawn_version and now >= self._next_drawing:
            self._drawn_version = version
            await self._show_data()
            took = time.monotonic() - now
            self._next_drawing = now + max(_DRAW_EVERY, _DRAW_SHARE * took)
            self._next_state = now
        if now >= self._next_output:
            self._next_output = now + _DRAW_EVERY
            if self._tail is not None and self._tail.poll():
                self._output.set_lines(self._tail.lines())
            if self._session.follower.loading or self._session.status != self._status:
                self._next_state = now
        if now >= self._next_state:
            self._next_state = now + _STATE_EVERY
            self._show_state()

    async def _show_data(self) -> None:
        store = self._session.store
        selection = self._selection
        await self._charts.show(pair_tags(charted_tags(store, selection)), selection)
        runs = shown_runs(store, selection)
        self._tags.set_content(runs, tag_rows(store, selection), selection.focus)

    def _show_state(self) -> None:
        self._status = self._session.status
        facts = header_facts(self._session, self._stopping)
        self._header.tell(facts)
        self.set_class(facts.state in (RunState.FAILED, RunState.KILLED), "-failed")
        empty = facts.step is None
        nothing = not empty and not self._charts.charts
        self.set_class(empty or nothing, "-empty")
        if empty:
            self._notice.say(why_no_curves(self._session))
        elif nothing:
            self._notice.say(["No tag matches the filter.", "/ changes it, Esc clears it."])
        self._offer_keys()

    @on(ChartGrid.Arranged)
    def _offer_keys(self) -> None:
        page, pages = self._charts.pages
        zoomed = self.has_class("-zoomed") or self._charts.zoomed
        hidden = {"zoom" if zoomed else "back"}
        if pages == 1 or zoomed:
            hidden |= {"next-page"}
        if not self._charts.superseded:
            hidden |= {"superseded"}
        if len(self._session.store.runs) < 2:
            hidden |= {"next-run"}
        if self._tail is None:
            hidden |= {"console"}
        if self._session.run is None or self._session.ended:
            hidden |= {"stop"}
        if not any(run.refs for run in self._session.store.runs.values()):
            hidden |= {"summaries"}
        labels = {"next-page": f"page {page}/{pages}"}
        if self._selection.text:
            labels["filter"] = f"filter: {fit(self._selection.text, _MOST_LABEL).rstrip()}"
        if self._selection.focus:
            labels["next-run"] = fit(self._selection.focus, _MOST_LABEL).rstrip()
        self._keys.offer(hidden, labels)

    # Keys

    def action_leave(self) -> None:
        self.app.exit()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen())

    def action_run_facts(self) -> None:
        self.app.push_screen(RunScreen(run_rows(self._session)))

    def action_summaries(self) -> None:
        self.app.push_screen(SummariesScreen(self._session, self._reader))

    def action_zoom(self) -> None:
        if self.focused is self._tags:
            self._tags.choose()
        elif self.focused is self._output:
            self.add_class("-zoomed")
        else:
            self._charts.zoom(True)

    def action_back(self) -> None:
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        elif self._charts.zoomed:
            self._charts.zoom(False)
        elif self.focused is not None:
            self.set_focus(None)
        elif self._selection != Selection():
            self._filter.text = ""
            self._select(Selection())

    def action_move(self, columns: int, rows: int) -> None:
        if self.focused is self._tags:
            self._tags.move_cursor(rows)
        elif self.focused is self._output:
            self._output.scroll_lines(rows)
        else:
            self._charts.move(columns, rows)

    def action_page(self, pages: int) -> None:
        if self.focused is self._output:
            self._output.scroll_lines(pages * (self._output.size.height - 2))
        elif self.focused is self._tags:
            self._tags.move_cursor(pages * (self._tags.size.height - 2))
        else:
            self._charts.turn(pages)

    def action_filter(self) -> None:
        self._filter.open()
        self._tell_filter()

    def action_focus_run(self, steps: int) -> None:
        names = ["", *shown_runs(self._session.store, self._selection)]
        index = names.index(self._selection.focus) if self._selection.focus in names else 0
        self._select(replace(self._selection, focus=names[(index + steps) % len(names)]))

    @on(FilterBar.Changed)
    def _apply_filter(self, message: FilterBar.Changed) -> None:
        try:
            shows = parse_filter(message.text)
        except FilterError as error:
            self._filter.say(safe(str(error)), wrong=True)
            return
        self._select(replace(self._selection, text=message.text.strip(), shows=shows))
        self._tell_filter()

    @on(FilterBar.Closed)
    def _end_filter(self) -> None:
        self.set_focus(None)
        self._offer_keys()

    def _tell_filter(self) -> None:
        shown, total = count_tags(self._session.store, self._selection)
        self._filter.say(f"{shown} of {total} tags   Enter keeps, Esc clears")

    def _select(self, selection: Selection) -> None:
        self._selection = selection
        self._save()
        self._drawn_version = -1
        self._next_drawing = 0.0
        self.call_later(self._tick)

    def action_toggle_tags(self) -> None:
        self._tags_wanted = self._tags.display = not self._tags.display
        self._save()

    def action_toggle_console(self) -> None:
        self._console_wanted = not self._console_wanted
        self._output.display = self._tail is not None and self._console_wanted
        self._save()

    def action_smooth(self, steps: int) -> None:
        smoothing = self._charts.options.smoothing
        nearest = min(_SMOOTHINGS, key=lambda value: abs(value - smoothing))
        index = _SMOOTHINGS.index(nearest) + steps
        self._change_charts(smoothing=_SMOOTHINGS[min(max(index, 0), len(_SMOOTHINGS) - 1)])

    def action_log_y(self) -> None:
        self._change_charts(log_y=not self._charts.options.log_y)

    def action_x_axis(self) -> None:
        index = _X_AXES.index(self._charts.options.x_axis) + 1
        self._change_charts(x_axis=_X_AXES[index % len(_X_AXES)])

    def action_superseded(self) -> None:
        self._change_charts(superseded=not self._charts.options.superseded)
        if not self._charts.superseded:
            self.notify("No point here is superseded.")

    def _change_charts(self, **changes: Any) -> None:
        self._charts.options = replace(self._charts.options, **changes)
        self._save()

    def _save(self) -> None:
        options = self._charts.options
        self._states.save(
            ViewState(
                smoothing=options.smoothing,
                log_y=options.log_y,
                x_axis=options.x_axis,
                superseded=options.superseded,
                filter=self._selection.text,
                focus=self._selection.focus,
                tags=self._tags_wanted,
                console=self._console_wanted,
            )
        )

    @on(TagPane.Chosen)
    def _show_tag(self, message: TagPane.Chosen) -> None:
        index = self._charts.chart_of(message.tag)
        if index is not None:
            self._charts.show_chart(index)

    # Stopping

    @work(exclusive=True, group="ask")
    async def action_stop(self) -> None:
        status = self._session.status
        if status is None:
            self.notify("Only what tuimon launched can be stopped here.")
            return
        if status.state.ended:
            self.notify("The training has ended.")
            return
        if self._stopping is None:
            ask = AskScreen(f"Stop {safe(status.record.name)}?", [_STOP, _KILL])
        else:
            ask = AskScreen(f"It is being stopped: {self._stopping}.", [_HARDER, _KILL])
        self._carry_out(await self.app.push_screen_wait(ask))

    @work(exclusive=True, group="ask")
    async def action_interrupt(self) -> None:
        stoppable = self._session.run is not None and not self._session.ended
        answers = [_LEAVE, _STOP] if stoppable else [_LEAVE]
        self._carry_out(await self.app.push_screen_wait(AskScreen("Ctrl-C: what next?", answers)))

    def _carry_out(self, choice: str) -> None:
        if choice == "leave":
            self.app.exit()
        elif choice:
            self._stop_training("kill" if choice == "kill" else "next")

    @work(thread=True, exclusive=True, group="control", exit_on_error=False)
    def _stop_training(self, stage: StopStage) -> None:
        """Ask the guardian to stop, then how long it waits before it goes harder."""
        assert self._session.run is not None
        control = Control(self._session.run)
        worker = get_current_worker()
        try:
            control.stop(stage)
            while not (worker.is_cancelled or self._session.ended):
                status = control.status()
                self._stopping = describe_stop(status.stop_stage, status.next_stage_in)
                time.sleep(_ASK_GUARDIAN_EVERY)
        except ControlError as error:
            # Once it is stopping, no answer means that it has ended.
            if self._stopping is None:
                self.app.call_from_thread(self.notify, safe(str(error)), severity="error")


def _console(session: Session) -> ConsoleTail | None:
    if session.console is None:
        return None
    return ConsoleTail(session.console, plain_file=session.run is None)


_SIGNALS = {"int": "SIGINT", "term": "SIGTERM", "kill": "SIGKILL"}
_NEXT_SIGNALS = {"int": "SIGTERM", "term": "SIGKILL"}


def describe_stop(stage: str, seconds: float | None) -> str:
    """How far the guardian's stop ladder is: `SIGINT sent, SIGTERM in 42s`."""
    sent = f"{_SIGNALS.get(stage, 'stop')} sent"
    if seconds is None or stage not in _NEXT_SIGNALS:
        return sent
    return f"{sent}, {_NEXT_SIGNALS[stage]} in {format_duration(seconds)}"
