"""What the guardian answers to the requests of `tuimon.guardian.client`."""

import math
import signal
import time
from typing import Any

from tuimon.guardian.control import RequestError
from tuimon.guardian.job_signals import ENDING, JobSignals
from tuimon.guardian.keyboard import Keyboard
from tuimon.guardian.ladder import Stage, StopLadder
from tuimon.guardian.pump import Pump
from tuimon.guardian.state import RunFile
from tuimon.guardian.stop_log import StopCause, StopLog
from tuimon.guardian.training import Training


class Service:
    """Serves requests about one training; each Ctrl-C that goes to it is noted in `stops`."""

    def __init__(
        self,
        training: Training,
        ladder: StopLadder,
        pump: Pump,
        file: RunFile,
        stops: StopLog,
        signals: JobSignals,
    ) -> None:
        self._training = training
        self._ladder = ladder
        self._pump = pump
        self._file = file
        self._stops = stops
        self._signals = signals
        self._keyboard = Keyboard(training.child.master)

    def answer(self, request: dict[str, Any], client: int) -> dict[str, Any]:
        """The fields of the answer. Raises: RequestError."""
        match request:
            case {"op": "status"}:
                return self._status()
            case {"op": "stop" | "signal"}:
                return self._signal(request)
            case {"op": "hold" | "type" | "resize"}:
                return self._type(request, client)
            case {"op": "pause" | "resume"}:
                return self._hold_up(request)
        raise RequestError("unknown request")

    def go_on_stopping(self) -> None:
        """Begin a stop, or enter its next stage."""
        begun = self._ladder.stage is not Stage.NONE
        self._ladder.request(None if begun else self._training.first_stage, time.monotonic())

    def left(self, client: int) -> None:
        """A client is gone."""
        self._keyboard.left(client)
        self._note_keyboard()

    def _type(self, request: dict[str, Any], client: int) -> dict[str, Any]:
        self._refuse_after_end()
        match request:
            case {"op": "hold"}:
                self._keyboard.hold(client, request)
            case {"text": str(text)}:
                if self._keyboard.write(client, text):
                    self._stops.ctrl_c(StopCause.TYPED)
            case {"rows": int(rows), "cols": int(cols)}:
                self._keyboard.resize(client, rows, cols)
            case _:
                raise RequestError("unknown request")
        self._note_keyboard()
        return {}

    def _note_keyboard(self) -> None:
        record, keyboard = self._file.record, self._keyboard
        rows, cols = keyboard.size or (record.pty_rows, record.pty_cols)
        now = record.console_held_by, record.pty_rows, record.pty_cols
        if now != (keyboard.holder, rows, cols):
            self._file.note(console_held_by=keyboard.holder, pty_rows=rows, pty_cols=cols)

    def _signal(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._training.is_over:
            raise RequestError("the training has ended")
        match request:
            case {"op": "stop", "stage": "next" | "int" | "term" | "kill" as name}:
                if name == "next":
                    self.go_on_stopping()
                else:
                    self._ladder.request(Stage[name.upper()], time.monotonic())
                return self._status()
            case {"op": "stop", "by": "wandb" | "rule" as by}:
                if self._ladder.stage is Stage.NONE:  # else it goes on by itself
                    self._stops.asked_by = StopCause[by.upper()]
                    self.go_on_stopping()
                return self._status()
            case {"signal": int(number)} if number in signal.valid_signals():
                if request.get("passed_on") is True:
                    self._signals.pass_on(number, time.monotonic(), self._deliver)
                else:
                    self._deliver(number)
                return {}
        raise RequestError("unknown request")

    def _deliver(self, number: int) -> None:
        if number == signal.SIGINT:
            self._stops.ctrl_c(StopCause.CTRL_C)
        elif number in ENDING and self._training.outcome is None:
            self._stops.sent(signal.Signals(number), StopCause.JOB)
        self._training.signal(number)

    def _hold_up(self, request: dict[str, Any]) -> dict[str, Any]:
        self._refuse_after_end()
        if request["op"] == "pause":
            return {"distribution": self._training.pause(force=request.get("force") is True)}
        self._training.resume()
        return {}

    def _refuse_after_end(self) -> None:
        if self._training.outcome is not None:
            raise RequestError("the training has ended")

    def _status(self) -> dict[str, Any]:
        remaining = self._ladder.deadline - time.monotonic()
        return {
            "stop_stage": self._ladder.stage.name.lower(),
            "next_stage_in": None if math.isinf(remaining) else max(0.0, remaining),
            "leftovers": len(self._training.leftovers),
            "console_bytes": self._pump.memory.written,
            "console_dropped": self._pump.memory.dropped,
            "console_error": self._pump.error(time.monotonic()),
        }
