"""Leaving the screen; stopping, pausing and answering the training, each only when it is meant."""

import time
from collections.abc import Callable

from textual import work

from tuimon.guardian.client import ControlClient, ControlError, Typist, caller
from tuimon.runs.activity import activity, leftovers
from tuimon.text import safe
from tuimon.tui.actions.base import MonitorBase
from tuimon.tui.screens.ask import Answer, AskScreen
from tuimon.tui.screens.typing import TypingScreen

_STOP = Answer("s", "stop: SIGINT like Ctrl-C; it can save a checkpoint", "stop")
_HARDER = Answer("s", "do not wait: go on to the next signal now", "stop")
_KILL = Answer("k", "kill: SIGKILL to all of it, nothing can be saved", "kill")
_LEAVE = Answer("q", "leave the screen (or Ctrl-C); the training goes on", "leave", "ctrl+c")
_PAUSE = Answer("p", "pause: freeze all of its processes; P lets them go on", "pause")

_TAKE = Answer("t", "take it over; the other one is told", "take")

_WHEN_DISTRIBUTED = (
    "It is distributed: ranks that are paused for longer than the timeout of their collectives "
    "may abort when they go on."
)


class StopActions(MonitorBase):
    """What ends something, or holds it up."""

    def action_leave(self) -> None:
        self.app.exit()

    @work(exclusive=True, group="ask")
    async def action_stop(self) -> None:
        status = self._session.status
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
            ask = AskScreen(f"Stop {safe(status.record.name)}?", _FIRST)
        self._carry_out(await self.app.push_screen_wait(ask))

    @work(exclusive=True, group="ask")
    async def action_interrupt(self) -> None:
        stoppable = self._session.run is not None and not self._session.ended
        answers = [_LEAVE, _STOP] if stoppable else [_LEAVE]
        self._carry_out(await self.app.push_screen_wait(AskScreen("Ctrl-C: what next?", answers)))

    @work(exclusive=True, group="ask")
    async def action_pause(self) -> None:
        status = self._session.status
        if status is None or status.state.ended:
            self.notify("Only a training that tuimon launched can be paused, while it runs.")
        elif status.record.paused_at is not None:
            self._ask_guardian(ControlClient.resume)
        else:
            ask = AskScreen(f"Pause {safe(status.record.name)}?", [_PAUSE])
            if await self.app.push_screen_wait(ask):
                self._ask_guardian(self._pause)

    @work(exclusive=True, group="ask")
    async def action_type(self) -> None:
        status = self._session.status
        if status is None or status.state.ended:
            self.notify("There is a keyboard only for a training of tuimon's, while it runs.")
            return
        holder = status.record.console_held_by
        if holder is not None:
            question = f"{safe(holder)} types into this training. Take it over?"
            if not await self.app.push_screen_wait(AskScreen(question, [_TAKE])):
                return
        try:
            typist = Typist(status.paths, caller(), take=holder is not None)
        except ControlError as error:
            self.notify(safe(str(error)), severity="error")
            return
        self.type_with(typist)

    @work(exclusive=True, group="typing")
    async def type_with(self, typist: Typist) -> None:
        """Let all keys go to the training until that is left; closes `typist`."""
        status = self._session.status
        assert status is not None
        screen = TypingScreen(status.paths, status.record.name, typist)
        if why := await self.app.push_screen_wait(screen):
            self.notify(why, severity="warning")

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
        assert self._session.run is not None
        try:
            request(ControlClient(self._session.run))
        except ControlError as error:
            self.app.call_from_thread(self.notify, safe(str(error)), severity="error")


_FIRST = (_STOP, _KILL)
_AGAIN = (_HARDER, _KILL)
