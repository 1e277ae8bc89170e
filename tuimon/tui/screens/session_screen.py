"""What is true of every screen over a session: leaving; stopping, pausing and answering the
training, each only when it is meant; what there is to know about it."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from tuimon.abandoned import answer_within
from tuimon.guardian.client import ControlClient, ControlError, Typist, caller
from tuimon.mirror.upload import can_upload, request_upload
from tuimon.present.facts import alert_rows
from tuimon.runs.activity import activity, leftovers
from tuimon.runs.alerts import AlertLevel, is_event, is_wrong
from tuimon.runs.record import RunState
from tuimon.session.session import Session
from tuimon.text import safe
from tuimon.tui.dialogs.ask import Answer, AskScreen
from tuimon.tui.keys.key_owner import KeyScreen
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings, everywhere
from tuimon.tui.panes.chart_grid import ChartGrid
from tuimon.tui.screens.pages import FactsScreen, HelpScreen
from tuimon.tui.screens.typing import TypingScreen
from tuimon.tui.screens.where_page import WherePage
from tuimon.tui.viewer_app import ViewerApp

_UPLOAD_SECONDS = 1.0
"""That a request for an upload may take to be written."""
_TYPE = "Type into it: input(), pdb"

_STOP = Answer("s", "stop: SIGINT like Ctrl-C; it can save a checkpoint", "stop")
_HARDER = Answer("s", "do not wait: go on to the next signal now", "stop")
_KILL = Answer("k", "kill: SIGKILL to all of it, nothing can be saved", "kill")
_LEAVE = Answer("q", "leave the screen (or Ctrl-C); the training goes on", "leave", "ctrl+c")
_PAUSE = Answer("p", "pause: freeze all of its processes; P lets them go on", "pause")
_FIRST = (_STOP, _KILL)
_AGAIN = (_HARDER, _KILL)
_TAKE = Answer("t", "take it over; the other one is told", "take")

_WHEN_DISTRIBUTED = (
    "It is distributed: ranks that are paused for longer than the timeout of their collectives "
    "may abort when they go on."
)


class SessionScreen(KeyScreen[None]):
    """A screen over a session, with the keys that concern the training itself."""

    TOPICS: ClassVar[Topics] = {
        "Leaving and help": (
            Key("leave", "q", "leave", "Leave", "Leave; the training goes on", "leave", 100),
            Key("help", "question_mark,f1", "help", "Help", "Show this help", "help", 99),
            *everywhere(""),
            Key("interrupt", "ctrl+c", "interrupt", "Leave or stop", "Ask: leave, or stop"),
        ),
        "The training": (
            Key("run", "i", "run_facts", "About this run", "Show all about this run", "info", 42),
            Key("alerts", "a", "alerts", "Alerts", "List the alerts", "alerts", 81),
            Key("where", "W", "where", "Where it is", "Show at which lines it is, by rank"),
            Key("stop", "S", "stop", "Stop the training", "Stop it; asks first", "stop", 80),
            Key("type", "I", "type", "Type into the console", _TYPE, "answer it", 79),
            Key("pause", "P", "pause", "Pause, unpause", "Pause it, or let it go on", "pause", 43),
            Key("upload", "U", "upload", "Upload to W&B", "Upload to W&B now", "upload", 44),
        ),
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(all_of(TOPICS))]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._alerts_told = len(session.alerts)

    def idle_keys(self) -> Collection[str]:
        session, status = self.session, self.session.status
        runs = session.run is not None and not session.ended
        works = {
            "pause": runs,
            "stop": runs or (status is not None and bool(leftovers(status))),
            "type": status is not None and status.record.waiting_for_input,
            "upload": status is not None and can_upload(status),
            "where": (runs or session.process is not None) and not session.ended,
            "alerts": any(map(is_wrong, session.alerts)),
        }
        return {key for key, does in works.items() if not does}

    @property
    def _is_paused(self) -> bool:
        status = self.session.status
        return status is not None and status.is_paused

    def key_labels(self) -> Mapping[str, str]:
        return {"pause": "unpause"} if self._is_paused else {}

    def urgent_keys(self) -> Collection[str]:
        return ("pause",) if self._is_paused else ()

    def tell_alerts(self) -> None:
        """Announce what has come since the last look; what was there before is in the header."""
        new = self.session.alerts[self._alerts_told :]
        self._alerts_told += len(new)
        for alert in filter(is_wrong, new):
            self.app.bell()
            self.notify(
                safe(alert.text),
                title=safe(alert.title),
                severity="error" if alert.level is AlertLevel.ERROR else "warning",
                markup=False,
            )
        status = self.session.status
        asked_for = status is not None and status.state is RunState.STOPPED
        events = [alert for alert in new if is_event(alert, asked_for=asked_for)]
        if events and isinstance(self.app, ViewerApp):
            more = f" (and {len(events) - 1} more)" if events[1:] else ""
            self.app.notify_desktop(f"{events[0].title}{more}", events[0].text)

    # Knowing

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self, self.query(ChartGrid).first().options.marks))

    def action_run_facts(self) -> None:
        from tuimon.tui.screens.run_page import RunPage  # which the first frame can do without

        self.app.push_screen(RunPage(self.session))

    def action_alerts(self) -> None:
        self.app.push_screen(FactsScreen("alerts", self._alerts))

    def _alerts(self) -> tuple[str, list[tuple[str, str]]]:
        rows = alert_rows(self.session)
        return "" if rows else "No alerts: no NaN, no growing loss, no stall.", rows

    def action_where(self) -> None:
        status = self.session.status
        if self.session.ended or (status is None and self.session.process is None):
            self.notify("Only a training that runs can tell where it is.")
        elif status is not None and not status.is_here:
            self.notify(safe(f"It runs on {status.record.host}; ask there: tuimon where"))
        else:
            self.app.push_screen(WherePage(self.session))

    # Leaving, stopping, pausing

    def action_leave(self) -> None:
        self.app.exit()

    @work(exclusive=True, group="ask")
    async def action_stop(self) -> None:
        status = self.session.status
        if status is None:
            self.notify("Only what tuimon launched can be stopped here.")
            return
        left = leftovers(status)
        if status.state.ended and not left:
            self.notify("The training has ended.")
            return
        if status.record.stop_stage != "none":
            ask = AskScreen(f"It is being stopped: {activity(status, time.time())}.", _AGAIN)
        elif status.state.ended:
            ask = AskScreen(f"It has ended; {activity(status, time.time())}. Stop them?", _FIRST)
        else:
            ask = AskScreen(f"Stop {safe(status.name)}?", _FIRST)
        self._carry_out(await self.app.push_screen_wait(ask))

    @work(exclusive=True, group="ask")
    async def action_interrupt(self) -> None:
        stoppable = self.session.run is not None and not self.session.ended
        answers = [_LEAVE, _STOP] if stoppable else [_LEAVE]
        self._carry_out(await self.app.push_screen_wait(AskScreen("Ctrl-C: what next?", answers)))

    @work(exclusive=True, group="ask")
    async def action_pause(self) -> None:
        status = self.session.status
        if status is None or status.state.ended:
            self.notify("Only a training that tuimon launched can be paused, while it runs.")
        elif status.record.paused_at is not None:
            self._ask_guardian(ControlClient.resume)
        else:
            ask = AskScreen(f"Pause {safe(status.name)}?", [_PAUSE])
            if await self.app.push_screen_wait(ask):
                self._ask_guardian(self._pause)

    def _pause(self, control: ControlClient) -> None:
        if control.pause() != "none":
            self.app.call_from_thread(self.notify, _WHEN_DISTRIBUTED, severity="warning")

    def _carry_out(self, choice: str) -> None:
        if choice == "leave":
            self.app.exit()
        elif choice:
            self._ask_guardian(lambda control: control.stop("kill" if choice == "kill" else "next"))

    @work(thread=True, exclusive=True, group="control", exit_on_error=False)
    def _ask_guardian(self, request: Callable[[ControlClient], object]) -> None:
        assert self.session.run is not None
        try:
            request(ControlClient(self.session.run))
        except ControlError as error:
            self.app.call_from_thread(self.notify, safe(str(error)), severity="error")

    # Answering

    @work(exclusive=True, group="ask")
    async def action_type(self) -> None:
        status = self.session.status
        if status is None or status.state.ended:
            self.notify("There is a keyboard only for a training of tuimon's, while it runs.")
            return
        holder = status.record.console_held_by
        if holder is not None:
            question = f"{safe(holder)} types into this training. Take it over?"
            if not await self.app.push_screen_wait(AskScreen(question, [_TAKE])):
                return
        try:
            take = holder is not None
            typist = await asyncio.to_thread(Typist, status.paths, caller(), take=take)
        except ControlError as error:
            self.notify(safe(str(error)), severity="error")
            return
        self.type_with(typist)

    @work(exclusive=True, group="typing")
    async def type_with(self, typist: Typist) -> None:
        """Let all keys go to the training until that is left; closes `typist`."""
        status = self.session.status
        assert status is not None
        screen = TypingScreen(status.paths, status.name, typist)
        if why := await self.app.push_screen_wait(screen):
            self.notify(why, severity="warning")

    # W&B

    def action_upload(self) -> None:
        """Ask the mirror to go online, or start one when the training has ended."""
        status, run = self.session.status, self.session.run
        if status is None or run is None or status.mirror is None or status.mirror.state == "off":
            self.notify("This is not mirrored to W&B; tuimon mirror LOGDIR does that.")
            return
        if status.mirror.state == "own":
            self.notify(safe(f"W&B: {status.mirror.detail}"))
            return
        if not can_upload(status):
            self.notify(f"W&B: {safe(status.mirror.url or status.mirror.state)}")
            return
        try:
            answer_within(_UPLOAD_SECONDS, partial(request_upload, run))
            if status.state.ended:
                # A process of its own: it goes on when this screen is left.
                subprocess.Popen(
                    [sys.executable, "-m", "tuimon", "sync", "--quiet", status.record.id],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=os.environ | {"PYTHONSAFEPATH": "1"},
                    start_new_session=True,
                )
        except OSError as error:
            self.notify(safe(f"The upload cannot be started: {error}"), severity="error")
            return
        self.notify("Uploading to W&B: the header tells how far it is.")
