"""The main screen: header, tags, charts, console, keys."""

import time
from threading import Thread
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from tuimon.charts.frame import load_plotext
from tuimon.config import Settings
from tuimon.present.arrangement import arrange, last_values
from tuimon.present.facts import (
    alert_rows,
    header_facts,
    is_wrong,
    run_list_rows,
    run_rows,
    tag_rows,
)
from tuimon.present.pairing import pair_tags, prefix_tags
from tuimon.present.selection import BY_PREFIX
from tuimon.runs.activity import losses
from tuimon.runs.alerts import AlertLevel
from tuimon.runs.record import RunState
from tuimon.session.session import Session
from tuimon.terminal.driver import round_trip
from tuimon.text import safe
from tuimon.tui.actions.arranging import ArrangeActions
from tuimon.tui.actions.comparing import CompareActions
from tuimon.tui.actions.drawing import DrawingActions
from tuimon.tui.actions.filtering import FilterActions
from tuimon.tui.actions.jumping import JumpActions
from tuimon.tui.actions.mirroring import MirrorActions
from tuimon.tui.actions.moving import MoveActions
from tuimon.tui.actions.offering import OfferActions
from tuimon.tui.actions.saving import SaveActions
from tuimon.tui.actions.stopping import StopActions
from tuimon.tui.keys.key import Key, bindings
from tuimon.tui.keys.monitor import KEYS
from tuimon.tui.panes.folded_sections import FoldedSection
from tuimon.tui.panes.notice import MIN_HEIGHT, MIN_WIDTH, why_no_curves, why_too_small
from tuimon.tui.panes.tag_pane import TAGS_FROM_WIDTH
from tuimon.tui.screens.pages import AlertScreen, HelpScreen, RunScreen
from tuimon.tui.viewer_app import keys_of

_TICK = 0.1
_DRAW_EVERY = 0.25
_STATE_EVERY = 1.0
"""While nothing happens: what the header tells is in whole seconds."""
_DRAW_SHARE = 6
"""Drawings that take long, as while much is read, leave most of the time to the keys."""
_PLOTEXT_AFTER = 1.0


class _Version(NamedTuple):
    """What the charts and the lists of the main screen depend on."""

    data: int
    colours: int
    loading: bool


class MonitorScreen(
    MoveActions,
    JumpActions,
    ArrangeActions,
    DrawingActions,
    FilterActions,
    CompareActions,
    SaveActions,
    StopActions,
    OfferActions,
    MirrorActions,
):
    """Watches a session; a timer looks for news, and only what changed is drawn."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, session: Session, settings: Settings, *, ascii_only: bool = False) -> None:
        super().__init__(session, settings, ascii_only=ascii_only)
        self._next_output = self._next_state = 0.0
        self._status = session.status
        self._alerts_told = len(session.alerts)

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._too_small
        with Horizontal(id="body"):
            yield self._tags
            with Vertical(id="centre"):
                yield self._notice
                yield self._charts
                yield self._folded
                yield self._output
            yield self._system
        yield self._filter
        yield self._find
        yield self._limits
        yield self._keys

    def on_mount(self) -> None:
        self._output.display = self._tail is not None and self._console_wanted
        self._restore_groups()
        self.set_interval(_TICK, self._tick)
        self.call_after_refresh(self._tick)
        # plotext takes longer to import than the first frame, or any key, may take.
        loading = Thread(target=load_plotext, name="tuimon-plotext", daemon=True)
        self.set_timer(_PLOTEXT_AFTER, loading.start)

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < MIN_WIDTH or height < MIN_HEIGHT, "-too-small")
        self._too_small.say(why_too_small(width, height))
        wanted = self._tags_wanted
        shown = width >= TAGS_FROM_WIDTH if wanted is None else wanted
        self._tags.set_class(not shown, "-off")

    # What is drawn, and when

    @property
    def version(self) -> _Version:
        """A value that changes whenever something is to be drawn."""
        loading = self._session.follower.loading  # before what is loaded is looked at
        return _Version(self._session.store.version, self._charts.colours.version, loading)

    async def _tick(self) -> None:
        if not self.is_current:
            return
        self._session.poll()
        version, now = self.version, time.monotonic()
        if self._charts.drawing:
            self._next_drawing = now + self._rest_after(self._charts.drawing_seconds)
        elif version != self._drawn_version and now >= self._next_drawing:
            self._drawn_version = version
            await self._show_data(loading=version.loading)
            took = time.monotonic() - now
            self._next_drawing = now + self._rest_after(took)
            self._next_state = now
        if now >= self._next_output:
            self._next_output = now + _DRAW_EVERY
            if self._tail is not None and self._tail.poll():
                self._output.set_lines(self._tail.lines(), self._tail.columns)
            if self._session.follower.loading or self._session.status != self._status:
                self._next_state = now
        if now >= self._next_state:
            self._next_state = now + _STATE_EVERY
            self._show_state()

    def _rest_after(self, took: float) -> float:
        """Seconds until the next drawing, after one that took so long; a slow link sees no more."""
        return max(_DRAW_EVERY, _DRAW_SHARE * took, round_trip(self.app) or 0.0)

    async def _show_data(self, *, loading: bool) -> None:
        store = self._session.store
        selection = self._selection
        colours = self._charts.colours
        overview = self._overview
        colours.meet(overview.trainings, keep=not loading)
        group = prefix_tags if selection.group == BY_PREFIX else pair_tags
        metrics = self._order.sorted(group(overview.charted()))
        self._arrangement = arrange(metrics, self._folded_names)
        charts, folded = self._arrangement
        await self._charts.show(charts, selection)
        self._folded.set_sections(
            [FoldedSection(one.name, len(one.metrics), last_values(one, store)) for one in folded]
        )
        self._tags.set_content(run_list_rows(overview, selection, colours), tag_rows(overview))
        if colours.known != self._saved_runs:
            self._save()
        self._open_wanted_tag()

    def _show_state(self) -> None:
        self._status = self._session.status
        facts = header_facts(self._session)
        self._header.tell(facts)
        self._fit_console()
        self._show_system()
        self._output.warn(losses(self._status.record) if self._status is not None else None)
        self._tell_alerts()
        self.set_class(facts.state in (RunState.FAILED, RunState.KILLED), "-failed")
        empty = facts.step is None
        nothing = not empty and not self._charts.count and not self._folded.display
        self.set_class(empty or nothing, "-empty")
        self.set_class(empty, "-bare")
        if empty:
            self._notice.say(why_no_curves(self._session))
        elif nothing:
            self._notice.say(["No tag matches the filter.", "/ changes it, Esc clears it."])
        self._offer_keys()

    def _tell_alerts(self) -> None:
        """Announce what has come since the last look; what was there before is in the header."""
        for alert in self._session.alerts[self._alerts_told :]:
            if is_wrong(alert):
                self.app.bell()
                self.notify(
                    safe(alert.text),
                    title=safe(alert.title),
                    severity="error" if alert.level is AlertLevel.ERROR else "warning",
                    markup=False,
                )
        self._alerts_told = len(self._session.alerts)

    # Other screens

    @property
    def keys(self) -> tuple[Key, ...]:
        """As the user has them."""
        return keys_of(self.app, KEYS)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.keys, self.focused))

    def action_run_facts(self) -> None:
        self.app.push_screen(RunScreen(run_rows(self._session)))

    def action_alerts(self) -> None:
        self.app.push_screen(AlertScreen(alert_rows(self._session)))

    def action_summaries(self) -> None:
        # All kinds of views take a fifth of the time to the first curve.
        from tuimon.tui.screens.summaries import SummariesScreen

        self.app.push_screen(SummariesScreen(self._session, self._reader))
