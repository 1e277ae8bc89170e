"""The main screen: header, tags, charts, console, keys."""

import time
from dataclasses import replace
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from tuimon.charts.model import ChartOptions, XAxis
from tuimon.charts.pairing import Metric, pair_tags
from tuimon.guardian.client import Control, ControlError, StopStage
from tuimon.runs.console import ConsoleTail
from tuimon.runs.record import RunState
from tuimon.store.follower import Progress
from tuimon.store.session import Session
from tuimon.text import safe
from tuimon.tui.keymap import bindings
from tuimon.tui.screens.ask import Answer, AskScreen
from tuimon.tui.screens.help import HelpScreen
from tuimon.tui.widgets.chart_grid import ChartGrid
from tuimon.tui.widgets.console_pane import ConsolePane
from tuimon.tui.widgets.key_bar import KeyBar
from tuimon.tui.widgets.notice import MIN_HEIGHT, MIN_WIDTH, Notice, why_no_curves, why_too_small
from tuimon.tui.widgets.run_header import HeaderFacts, RunHeader
from tuimon.tui.widgets.tag_pane import TagPane, TagRow

_TICK = 0.1
_DRAW_EVERY = 0.25
_TAGS_FROM_WIDTH = 100
_X_AXES: tuple[XAxis, ...] = ("step", "relative", "wall")
_SMOOTHING_STEPS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
_STOP = Answer("s", "stop: SIGINT as from Ctrl-C, so that it can save a checkpoint", "stop")
_KILL = Answer("k", "kill now: SIGKILL, nothing can be saved", "kill")
_LEAVE = Answer("q", "leave the screen, the training goes on", "leave")


class MonitorScreen(Screen[None]):
    """Watches a session; a timer looks for news, and only what changed is drawn."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    def __init__(self, session: Session, options: ChartOptions) -> None:
        super().__init__()
        self._session = session
        self._options = options
        self._console_tail = None if session.run is None else ConsoleTail(session.run.console_log)
        self._drawn_version = -1
        self._draw_at = 0.0
        self._tags_wanted: bool | None = None

    def compose(self) -> ComposeResult:
        yield RunHeader(id="header")
        yield Notice(id="too-small")
        with Horizontal(id="body"):
            yield TagPane(id="tags")
            with Vertical(id="centre"):
                yield Notice(id="notice")
                yield ChartGrid(self._session.store, id="charts")
                yield ConsolePane(id="console")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self._tags = self.query_one(TagPane)
        self._charts = self.query_one(ChartGrid)
        self._output = self.query_one(ConsolePane)
        self._output.display = self._console_tail is not None
        self._session.start()
        self.set_interval(_TICK, self._tick)

    def on_unmount(self) -> None:
        self._session.stop()

    # What is drawn, and when

    async def _tick(self) -> None:
        if not self.is_current:
            return
        self._session.poll()
        now = time.monotonic()
        if now < self._draw_at:
            return
        version = self._session.store.version
        if version != self._drawn_version:
            self._drawn_version = version
            self._draw_at = now + _DRAW_EVERY
            await self._draw_data()
        self._draw_state()

    async def _draw_data(self) -> None:
        runs = self._session.store.runs
        metrics = pair_tags(tag for run in runs.values() for tag in run.series)
        await self._charts.set_metrics(metrics)
        self._charts.redraw(self._options)
        self._tags.set_content(list(runs), self._tag_rows(metrics))

    def _draw_state(self) -> None:
        facts = self._facts()
        self.query_one(RunHeader).update(facts)
        empty = not self._session.store.runs
        if self._console_tail is not None and self._console_tail.poll():
            self._output.set_lines(self._console_tail.lines())
        self.set_class(empty, "-empty")
        self.set_class(facts.state in (RunState.FAILED, RunState.KILLED), "-failed")
        self._say()
        self._show_keys()

    def _say(self) -> None:
        self.query_one("#notice", Notice).say(why_no_curves(self._session))
        self.query_one("#too-small", Notice).say(why_too_small(*self.size))

    def _show_keys(self) -> None:
        page, pages = self._charts.pages
        hidden = set()
        if pages == 1:
            hidden |= {"next-page"}
        if self._session.run is None:
            hidden |= {"stop", "console"}
        elif self._session.ended:
            hidden |= {"stop"}
        zoomed = self.has_class("-zoomed") or self._charts.zoomed
        hidden |= {"zoom"} if zoomed else {"back"}
        self.query_one(KeyBar).update(hidden, {"next-page": f"page {page}/{pages}"})

    def _facts(self) -> HeaderFacts:
        session, now = self._session, time.time()
        progress = session.progress()
        follower = session.follower
        facts = HeaderFacts(
            name="log directories",
            step=progress.step if progress else None,
            damaged=sum(run.damaged_records for run in session.store.runs.values()),
            loading=_fraction(follower.progress) if follower.loading else None,
        )
        status = session.status
        if status is None:
            return replace(facts, name=" ".join(source.path for source in session.sources))
        record = status.record
        live = not status.state.ended
        return replace(
            facts,
            name=record.name,
            state=status.state,
            reason=status.reason or record.cause,
            rate=progress.rate if progress and live else None,
            elapsed=(now if live else record.ended_at or record.started_at) - record.started_at,
            age=max(0.0, now - progress.wall_time) if progress and live else None,
            mirror=status.mirror,
        )

    def _tag_rows(self, metrics: list[Metric]) -> list[TagRow]:
        rows = []
        for metric in metrics:
            for colour, (_, tag) in enumerate(metric.curves):
                lasts = [
                    last
                    for run in self._session.store.runs.values()
                    if tag in run.series and (last := run.series[tag].last) is not None
                ]
                newest = max(lasts, key=lambda last: last.wall_time, default=None)
                rows.append(TagRow(tag, newest.value if newest else None, colour))
        return rows

    # Room

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < MIN_WIDTH or height < MIN_HEIGHT, "-too-small")
        shown = width >= _TAGS_FROM_WIDTH if self._tags_wanted is None else self._tags_wanted
        self.query_one(TagPane).display = shown
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        self._charts.redraw(self._options)
        self._tags.draw()
        self._draw_state()

    # Keys

    def action_leave(self) -> None:
        self.app.exit()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen())

    def action_zoom(self) -> None:
        if self.focused is self._tags:
            self._tags.choose()
        elif self.focused is self._output:
            self._zoom_console(True)
        else:
            self._charts.zoom(True)
            self.call_after_refresh(self._redraw)

    def action_back(self) -> None:
        if self.has_class("-zoomed"):
            self._zoom_console(False)
        elif self._charts.zoomed:
            self._charts.zoom(False)
            self.call_after_refresh(self._redraw)
        else:
            self.set_focus(None)
            self._charts.redraw(self._options)

    def action_move(self, columns: int, rows: int) -> None:
        if self.focused is self._tags:
            self._tags.move_cursor(rows)
        elif self.focused is self._output:
            self._output.scroll_lines(rows)
        else:
            self._charts.move(columns, rows)
            self.call_after_refresh(self._redraw)

    def action_page(self, pages: int) -> None:
        if self.focused is self._output:
            self._output.scroll_lines(pages * (self._output.size.height - 2))
        elif self.focused is self._tags:
            self._tags.move_cursor(pages * (self._tags.size.height - 2))
        else:
            self._charts.turn(pages)
            self.call_after_refresh(self._redraw)

    def action_toggle_pane(self, pane: str) -> None:
        widget = self.query_one(f"#{pane}")
        if pane == "console" and self._console_tail is None:
            return
        widget.display = not widget.display
        if pane == "tags":
            self._tags_wanted = widget.display
        self.call_after_refresh(self._redraw)

    def action_smooth(self, steps: int) -> None:
        now = min(_SMOOTHING_STEPS, key=lambda value: abs(value - self._options.smoothing))
        index = _SMOOTHING_STEPS.index(now) + steps
        index = min(max(index, 0), len(_SMOOTHING_STEPS) - 1)
        self._set_options(replace(self._options, smoothing=_SMOOTHING_STEPS[index]))

    def action_log_y(self) -> None:
        self._set_options(replace(self._options, log_y=not self._options.log_y))

    def action_x_axis(self) -> None:
        index = (_X_AXES.index(self._options.x_axis) + 1) % len(_X_AXES)
        self._set_options(replace(self._options, x_axis=_X_AXES[index]))

    @work(exclusive=True, group="stop")
    async def action_stop(self) -> None:
        status = self._session.status
        if status is None or status.state.ended:
            self.notify("The training has ended.")
            return
        name = safe(status.record.name)
        choice = await self.app.push_screen_wait(AskScreen(f"Stop {name}?", [_STOP, _KILL]))
        self._carry_out(choice)

    @work(exclusive=True, group="stop")
    async def action_interrupt(self) -> None:
        answers = [_LEAVE] if self._session.run is None or self._session.ended else [_LEAVE, _STOP]
        self._carry_out(await self.app.push_screen_wait(AskScreen("Ctrl-C: what next?", answers)))

    def _carry_out(self, choice: str) -> None:
        if choice == "leave":
            self.app.exit()
        elif choice:
            self._send_stop("kill" if choice == "kill" else "next")

    @work(thread=True, group="control", exit_on_error=False)
    def _send_stop(self, stage: StopStage) -> None:
        assert self._session.run is not None
        try:
            Control(self._session.run).stop(stage)
        except ControlError as error:
            self.app.call_from_thread(self.notify, safe(str(error)), severity="error")

    @on(TagPane.Chosen)
    def _show_tag(self, message: TagPane.Chosen) -> None:
        index = self._charts.chart_of(message.tag)
        if index is not None:
            self._charts.show_chart(index)
            self.call_after_refresh(self._redraw)

    def _set_options(self, options: ChartOptions) -> None:
        self._options = options
        self._charts.redraw(options)

    def _zoom_console(self, on: bool) -> None:
        self.set_class(on, "-zoomed")
        self.call_after_refresh(self._redraw)


def _fraction(progress: Progress) -> float:
    return progress.bytes_read / max(1, progress.bytes_total)
