"""Leaving the screen and stopping the training, each only when it is meant."""

import time

from textual import work
from textual.worker import get_current_worker

from tuimon.guardian.client import Control, ControlError, StopStage
from tuimon.text import format_duration, safe
from tuimon.tui.actions.base import MonitorBase
from tuimon.tui.screens.ask import Answer, AskScreen

_ASK_GUARDIAN_EVERY = 0.5

_STOP = Answer("s", "stop: SIGINT, as Ctrl-C sends it (it can save a checkpoint)", "stop")
_HARDER = Answer("s", "do not wait: go on to the next signal now", "stop")
_KILL = Answer("k", "kill: SIGKILL to all of it, nothing can be saved", "kill")
_LEAVE = Answer("q", "leave the screen; the training goes on", "leave")


class StopActions(MonitorBase):
    """What ends something."""

    def action_leave(self) -> None:
        self.app.exit()

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


_SIGNALS = {"int": "SIGINT", "term": "SIGTERM", "kill": "SIGKILL"}
_NEXT_SIGNALS = {"int": "SIGTERM", "term": "SIGKILL"}


def describe_stop(stage: str, seconds: float | None) -> str:
    """How far the guardian's stop ladder is: `SIGINT sent, SIGTERM in 42s`."""
    sent = f"{_SIGNALS.get(stage, 'stop')} sent"
    if seconds is None or stage not in _NEXT_SIGNALS:
        return sent
    return f"{sent}, {_NEXT_SIGNALS[stage]} in {format_duration(seconds)}"
