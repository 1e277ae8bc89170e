"""The guardian process: one per run, parent of the training and owner of its terminal.

If it dies, nobody learns how the training ends. So it stays small, imports the standard library
alone, loads everything before the training starts, runs one event loop that never blocks, and
lets no error end it.
"""

import math
import os
import resource  # noqa: F401 - os.wait4 imports it, which may fail when it is too late
import selectors
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from tuimon.guardian.cause import Ending, explain
from tuimon.guardian.child import (
    Child,
    Outcome,
    SpawnError,
    inherited_environment,
    spawn_on_pty,
    training_environment,
)
from tuimon.guardian.companion import Companion
from tuimon.guardian.console_end import console_end
from tuimon.guardian.control import ControlServer
from tuimon.guardian.descendants import become_subreaper
from tuimon.guardian.descriptors import close_all_but, let_go_of_input
from tuimon.guardian.disk import DiskQueue
from tuimon.guardian.job_signals import ENDING, HOLD, JobSignals, job_name
from tuimon.guardian.ladder import Stage, StopLadder
from tuimon.guardian.launch import READY_FD
from tuimon.guardian.log import describe, log, log_by
from tuimon.guardian.missing_module import with_advice
from tuimon.guardian.oom import oom_kills
from tuimon.guardian.pump import Pump
from tuimon.guardian.service import Service
from tuimon.guardian.state import RunFile
from tuimon.guardian.stop_log import Stop, StopCause, StopLog
from tuimon.guardian.succession import Succession
from tuimon.guardian.training import Training
from tuimon.guardian.viewer_notes import ViewerNotes
from tuimon.hook import hooked
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import ASK, JOB_SIGNALS, current, identify
from tuimon.runs.record import RunRecord, RunState, read_record

HEARTBEAT = 5.0
"""Seconds between two heartbeats in run.json."""

_DRAIN_TIME = 2.0
"""Seconds to wait for the end of the terminal: a daemonised grandchild may hold it for ever."""

_WRITE_TIME = 30.0
"""Seconds that output may wait for the disk once all else has ended."""

_SETTLE_TIME = 10.0
"""Seconds to wait for run.json itself: once the training has been started, and at the end."""

_ANSWER_TIME = 0.2
"""Seconds that an answer may wait for it."""

_LEFTOVER_GRACE = 5.0
"""Seconds that what a stopped training leaves behind has to end by itself."""

_PAUSE_AFTER_ERROR = 0.1

_HANDLED = (signal.SIGCHLD, signal.SIGTERM, ASK)
_IGNORED = JOB_SIGNALS.difference(_HANDLED).union(
    {signal.SIGPIPE, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
)


def main(directory: str) -> None:
    """Run the training that ``run.json`` in `directory` describes, to its end.

    Writes ``OK`` or ``ERR <one line>`` to `READY_FD` once the training executes, or cannot.
    """
    umask = os.umask(0o077)
    # A detached process must not keep the pipes of whoever started it open.
    close_all_but(READY_FD)
    os.set_inheritable(READY_FD, False)
    become_subreaper()
    try:
        guardian = Guardian(RunPaths(Path(directory)), umask)
    except SpawnError as error:
        _answer(f"ERR {error}")
        sys.exit(1)
    except Exception as error:
        log(describe(error))
        _answer(f"ERR the guardian could not start: {error}")
        sys.exit(1)
    _answer("OK")
    guardian.run()


class Guardian:
    """Launches on construction; `run` is the event loop. Times are monotonic seconds."""

    def __init__(self, paths: RunPaths, umask: int) -> None:
        record = read_record(RunRecord, paths.run_json)
        if record is None or record.state is not RunState.STARTING:
            raise ValueError(f"{paths.run_json} does not describe a run to be started")
        self._paths = paths
        self._disk = DiskQueue()
        log_by(self._disk.do)
        self._file = RunFile(paths.run_json, record, self._disk.do)
        self._selector = selectors.DefaultSelector()
        self._watch(self._disk.reader, self._disk.turn)
        self._listen_to_signals()
        self._control: ControlServer | None = None
        try:
            self._control = ControlServer(
                self._selector,
                paths.control_sock,
                self._answer_request,
                lambda client: self._service.left(client),
            )
        except OSError as error:
            log(f"no control socket here: {error}")
        self._oom_kills = oom_kills()
        child = self._launch(record, umask, paths.writers)
        self._watch(child.witness, lambda: self._on_job_signals(child.witness))
        self._succession = Succession(child)
        self._pump = Pump(child.master, paths.console_log)
        self._pump.start(time.monotonic())
        self._training = Training(child, self._file, str(paths.writers))
        graces = record.stop_grace_int, record.stop_grace_term
        self._ladder = StopLadder(*graces, self._send)
        self._stops = StopLog(lambda: self._pump.memory.received)
        self._signals = JobSignals()
        self._service = Service(
            self._training, self._ladder, self._pump, self._file, self._stops, self._signals
        )
        self._notes = ViewerNotes(self._training, self._ladder, self._pump, self._file, self._stops)
        # The training keeps its directory; the guardian must not keep another one busy.
        os.chdir(paths.directory)
        self._companion = Companion(
            [sys.executable, "-m", "tuimon.recorder", str(paths.directory)],
            os.environ,
            paths.log,
            lambda pid: self._file.update(recorder=None if pid is None else identify(pid)),
        )
        self._ended = 0.0
        self._ended_at: float | None = None
        self._report_at = self._drain_until = math.inf
        self._next_beat = time.monotonic() + HEARTBEAT
        self._explaining = False
        self._file.update(state=RunState.RUNNING, guardian=current(), child=identify(child.pid))
        self._disk.wait(_SETTLE_TIME)  # that whoever has launched it finds it

    def run(self) -> None:
        """Serve until the training, what it left behind, and the recorder have ended."""
        self._guarded(lambda: self._companion.start(time.monotonic()))
        while not self._is_over():
            self._turn(self._deadline())
        # The last words of what was left behind may still be on their way through the terminal.
        self._wait_for_pump(_DRAIN_TIME, lambda: not self._pump.at_end)
        self._wait_for_pump(_WRITE_TIME, lambda: self._pump.memory.unwritten > 0)
        self._pump.kill()
        self._notes.note_console(time.monotonic())
        if self._control is not None:
            self._control.close()
        self._disk.wait(_SETTLE_TIME)

    def _wait_for_pump(self, seconds: float, wanting: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while wanting() and time.monotonic() < until:
            self._turn(min(self._deadline(), until))

    def _turn(self, until: float) -> None:
        """Handle what comes, waiting for it until then at most."""
        pause = max(0.0, until - time.monotonic())
        for key, mask in self._selector.select(pause):
            self._guarded(partial(key.data, mask))
        self._guarded(self._tick)

    def _is_over(self) -> bool:
        return self._training.is_over and self._companion.done and not self._file.stale

    def _guarded(self, action: Callable[[], None]) -> None:
        """Whatever goes wrong in one part, the training's parent must live on."""
        try:
            action()
        except Exception as error:
            log(describe(error))
            time.sleep(_PAUSE_AFTER_ERROR)

    def _launch(self, record: RunRecord, umask: int, writers: Path) -> Child:
        environment = training_environment(inherited_environment())
        if record.hook:
            environment = hooked(environment, writers)
        try:
            return spawn_on_pty(
                record.command,
                cwd=record.cwd,
                environment=environment,
                umask=umask,
                rows=record.pty_rows,
                cols=record.pty_cols,
                keyboard=not record.given_input,
            )
        except SpawnError as error:
            self._file.update(
                state=RunState.FAILED,
                exit_code=error.exit_code,
                cause=str(error),
                ended_at=time.time(),
            )
            if self._control is not None:
                self._control.close()
            self._disk.wait(_SETTLE_TIME)
            raise
        finally:
            let_go_of_input()

    def _listen_to_signals(self) -> None:
        for ignored in _IGNORED:
            signal.signal(ignored, signal.SIG_IGN)
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for handled in _HANDLED:
            signal.signal(handled, lambda _number, _frame: None)
        self._watch(reader, lambda: self._on_signals(os.read(reader, 4096)))

    def _watch(self, file: int, action: Callable[[], None]) -> None:
        self._selector.register(file, selectors.EVENT_READ, lambda _mask: action())

    def _on_signals(self, numbers: bytes) -> None:
        now = time.monotonic()
        if not self._training.is_over:
            if ASK in numbers:
                # Without a socket this is how `tuimon stop` asks.
                self._service.go_on_stopping()
            if signal.SIGTERM in numbers:
                self._signals.pass_on(signal.SIGTERM, now, self._stop_for_system)
        if signal.SIGCHLD in numbers:
            self._reap(now)

    def _stop_for_system(self, _number: int) -> None:
        """The guardian alone was sent SIGTERM."""
        if self._ladder.stage is Stage.NONE:
            self._stops.asked_by = StopCause.SYSTEM
        self._ladder.request(Stage.TERM, time.monotonic())

    def _on_job_signals(self, witness: int) -> None:
        numbers, now = os.read(witness, 4096), time.monotonic()
        if not numbers:
            log("the leader of the training's session was killed")
            self._selector.unregister(witness)
        for number in numbers:
            self._signals.heard(number, now)
            if number in ENDING and not self._training.reported:
                self._stops.sent(signal.Signals(number), StopCause.JOB)
                self._file.note(job_signal=number, job_signal_at=time.time())
            if number == signal.SIGTERM:
                self._ladder.overtake(Stage.TERM, now)

    def _answer_request(self, request: dict[str, Any], client: int) -> dict[str, Any]:
        answer = self._service.answer(request, client)
        if self._file.stale:
            self._disk.wait(_ANSWER_TIME)  # that who has asked for it finds it in run.json
        return answer

    def _send(self, stage: Stage) -> None:
        """Deliver the signal of a stage of the stop ladder."""
        if self._training.outcome is None and stage.signal is not None:
            self._stops.sent(stage.signal, self._stops.asked_by)
        self._training.send(stage)

    def _deadline(self) -> float:
        return min(
            self._next_beat,
            self._notes.deadline,
            self._ladder.deadline,
            self._signals.deadline,
            self._succession.deadline,
            self._companion.deadline,
            self._pump.deadline,
            self._report_deadline,
        )

    @property
    def _report_deadline(self) -> float:
        return self._report_at if self._pump.at_end else self._drain_until

    def _tick(self) -> None:
        now = time.monotonic()
        self._signals.tick(now)
        self._ladder.tick(now)
        if now >= self._succession.deadline:
            self._look_for_heir(now)
        self._companion.tick(now)
        self._pump.tick(now)
        if now >= self._report_deadline:
            self._report(now)
        self._notes.tick(now)
        if now >= self._next_beat:
            self._next_beat = now + HEARTBEAT
            self._file.beat()
            if self._control is not None and not self._file.stale:
                self._disk.do(self._control.is_removed, self._control.restore)

    def _reap(self, now: float) -> None:
        # The training comes last: those beside it may have failed.
        training = self._training.child.pid
        for pid, outcome in sorted(Outcome.reaped(), key=lambda ended: ended[0] == training):
            if pid == self._companion.pid:
                self._companion.exited(outcome.exit_status, now)
            elif pid == self._pump.pid:
                self._pump.exited(outcome.exit_status, now)
            elif pid == training and self._training.outcome is None:
                self._on_end(outcome, now)
            else:
                self._succession.ended(pid, outcome, now)
        if self._training.reported:
            self._look_for_leftovers()
        elif self._training.outcome is not None and self._succession.failure is not None:
            self._training.outcome = self._succession.failure

    def _on_end(self, outcome: Outcome, now: float) -> None:
        self._training.outcome = self._succession.open(outcome, now)
        self._ended, self._ended_at = now, time.time()
        # The rest of the job may be sent later what it has died of.
        self._report_at = now if outcome.exit_code == 0 else now + HOLD
        self._ladder.turn_to_leftovers(now, _LEFTOVER_GRACE)
        self._drain_until = now + _DRAIN_TIME
        if self._ladder.stage is not Stage.NONE:
            self._succession.close()
        self._look_for_heir(now)

    def _look_for_heir(self, now: float) -> None:
        """What the training has left behind may be a training itself: then it goes on."""
        heir = self._succession.heir(now)
        if self._training.outcome is None:
            return  # it has one, and learns who is beside that
        if heir is not None:
            self._training.go_on_in(heir)
            self._report_at = self._drain_until = math.inf
        elif math.isinf(self._succession.deadline):
            os.close(self._training.child.slave)

    def _report(self, now: float) -> None:
        """The training has ended and console.log is whole: say so."""
        outcome = self._training.outcome
        if self._explaining or outcome is None:
            return
        self._report_at = self._drain_until = math.inf
        self._explaining = True
        self._notes.note_console(now)
        stop = self._stops.at_end(self._ended, self._file.record.stop_grace_int)
        self._disk.do(partial(self._explain, outcome, stop), partial(self._tell, outcome))

    def _explain(self, outcome: Outcome, stop: Stop | None) -> Ending:
        """How it ended, from what is on the disk, too: a job of its thread."""
        try:
            memory = self._pump.memory
            later = 0 if stop is None else memory.received - stop.printed
            before, since = console_end(self._paths.console_log, later, memory.blocks_from_end)
            kills = oom_kills().since(self._oom_kills)
            ending = explain(outcome, stop, kills, before, since, job_name(os.environ))
            return with_advice(ending, self._file.record, self._paths.pythons)
        except Exception as error:
            log(describe(error))
            return Ending(outcome.state, outcome.describe())

    def _tell(self, outcome: Outcome, ending: Ending) -> None:
        self._file.update(
            state=ending.state,
            exit_code=outcome.exit_code,
            signal=outcome.signal,
            cause=ending.cause,
            ended_at=self._ended_at,
            waiting_for_input=False,
            paused_at=None,
        )
        self._training.reported = True
        self._companion.training_ended(time.monotonic())
        self._look_for_leftovers()

    def _look_for_leftovers(self) -> None:
        self._training.look_for_leftovers()
        if self._training.is_over:
            self._ladder.finish()


def _answer(text: str) -> None:
    with suppress(OSError):
        os.write(READY_FD, text.replace("\n", " ").encode(errors="replace"))
    os.close(READY_FD)
