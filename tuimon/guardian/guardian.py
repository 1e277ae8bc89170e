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
from tuimon.guardian.disk import DiskQueue
from tuimon.guardian.keyboard import waits_for_input
from tuimon.guardian.ladder import Stage, StopLadder
from tuimon.guardian.launch import READY_FD
from tuimon.guardian.log import describe, log, log_by
from tuimon.guardian.oom import oom_kills
from tuimon.guardian.pump import Pump
from tuimon.guardian.service import Service
from tuimon.guardian.state import RunFile
from tuimon.guardian.stop_log import Stop, StopCause, StopLog
from tuimon.guardian.training import Training
from tuimon.hook import hooked
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import current, identify
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

_LOOK_EVERY = 1.0
"""Seconds between two looks at whether the training waits for input, while it prints nothing."""

_PAUSE_AFTER_ERROR = 0.1

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in a unit of ru_maxrss (getrusage(2))."""

_IGNORED = (
    *(signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE),
    *(signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU),
    # Slurm sends these to every process of a job step.
    *(signal.SIGUSR1, signal.SIGUSR2),
)


def main(directory: str) -> None:
    """Run the training that ``run.json`` in `directory` describes, to its end.

    Writes ``OK`` or ``ERR <one line>`` to `READY_FD` once the training executes, or cannot.
    """
    umask = os.umask(0o077)
    _close_inherited_files()
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
        self._selector.register(
            self._disk.reader, selectors.EVENT_READ, lambda _mask: self._disk.turn()
        )
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
        self._child = self._launch(record, umask, paths.writers)
        self._pump = Pump(self._child.master, paths.console_log)
        self._pump.start(time.monotonic())
        self._training = Training(self._child, self._file)
        graces = record.stop_grace_int, record.stop_grace_term
        self._ladder = StopLadder(*graces, self._send)
        self._stops = StopLog(lambda: self._pump.memory.received)
        self._service = Service(self._training, self._ladder, self._pump, self._file, self._stops)
        # The training keeps its directory; the guardian must not keep another one busy.
        os.chdir(paths.directory)
        self._companion = Companion(
            [sys.executable, "-m", "tuimon.recorder", str(paths.directory)],
            os.environ,
            paths.log,
            lambda pid: self._file.update(recorder=None if pid is None else identify(pid)),
        )
        self._stop: Stop | None = None
        self._stopped_by = StopCause.REQUEST
        self._ended_at: float | None = None
        self._drain_until = math.inf
        self._next_beat = time.monotonic() + HEARTBEAT
        self._next_look = 0.0
        self._seen_bytes = -1
        self._explaining = False
        self._noted_stop = self._ladder.stage, self._ladder.deadline
        self._file.update(
            state=RunState.RUNNING, guardian=current(), child=identify(self._child.pid)
        )
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
        self._note_console(time.monotonic())
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
            _let_go_of_input()

    def _listen_to_signals(self) -> None:
        for ignored in _IGNORED:
            signal.signal(ignored, signal.SIG_IGN)
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for handled in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(handled, lambda _number, _frame: None)
        self._selector.register(
            reader, selectors.EVENT_READ, lambda _mask: self._on_signals(os.read(reader, 4096))
        )

    def _on_signals(self, numbers: bytes) -> None:
        now = time.monotonic()
        if signal.SIGTERM in numbers and not self._training.is_over:
            if self._ladder.stage is Stage.NONE:
                # Without a socket this is how `tuimon stop` asks.
                self._stopped_by = StopCause.SYSTEM if self._control else StopCause.REQUEST
            self._ladder.request(None, now)
        if signal.SIGCHLD in numbers:
            self._reap(now)

    def _answer_request(self, request: dict[str, Any], client: int) -> dict[str, Any]:
        answer = self._service.answer(request, client)
        if self._file.stale:
            self._disk.wait(_ANSWER_TIME)  # that who has asked for it finds it in run.json
        return answer

    def _send(self, stage: Stage) -> None:
        """Deliver the signal of a stage of the stop ladder."""
        if self._training.outcome is None and stage.signal is not None:
            self._stops.sent(stage.signal, self._stopped_by)
        self._training.send(stage)

    def _deadline(self) -> float:
        return min(
            self._next_beat,
            math.inf if self._training.outcome else self._next_look,
            self._ladder.deadline,
            self._companion.deadline,
            self._pump.deadline,
            self._drain_until,
        )

    def _tick(self) -> None:
        now = time.monotonic()
        self._ladder.tick(now)
        self._companion.tick(now)
        self._pump.tick(now)
        if now >= self._drain_until or (self._training.outcome and self._pump.at_end):
            self._report(now)
        if not self._training.outcome and now >= self._next_look:
            self._next_look = now + _LOOK_EVERY
            self._look_for_waiting()
            self._note_console(now)
        self._note_stop(now)
        if now >= self._next_beat:
            self._next_beat = now + HEARTBEAT
            self._file.beat()
            if self._control is not None and not self._file.stale:
                self._disk.do(self._control.is_removed, self._control.restore)

    def _note_console(self, now: float) -> None:
        """Let viewers tell what of the output is missing, and why."""
        dropped, error = self._pump.memory.dropped, self._pump.error(now)
        record = self._file.record
        if (dropped, error) != (record.console_dropped, record.console_error):
            self._file.note(console_dropped=dropped, console_error=error)

    def _look_for_waiting(self) -> None:
        written = self._pump.memory.received
        quiet = written == self._seen_bytes
        self._seen_bytes = written
        waiting = quiet and waits_for_input(self._child.master, self._child.pid)
        if waiting != self._file.record.waiting_for_input:
            self._file.note(waiting_for_input=waiting)

    def _note_stop(self, now: float) -> None:
        """Let viewers count down to the next stage of a stop."""
        if self._training.outcome and not self._training.reported:
            return  # It is about to be told how that has ended.
        stage, deadline = self._ladder.stage, self._ladder.deadline
        if (stage, deadline) != self._noted_stop:
            self._noted_stop = stage, deadline
            # SIGKILL is repeated: nothing to wait for.
            last = stage is Stage.KILL or math.isinf(deadline)
            at = None if last else time.time() + deadline - now
            self._file.note(stop_stage=stage.name.lower(), stop_next_at=at)

    def _reap(self, now: float) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid == self._companion.pid:
                self._companion.exited(os.waitstatus_to_exitcode(status), now)
            elif pid == self._pump.pid:
                self._pump.exited(os.waitstatus_to_exitcode(status), now)
            elif pid == self._child.pid and self._training.outcome is None:
                self._on_end(Outcome.from_wait_status(status, usage.ru_maxrss * _RSS_UNIT), now)
        if self._training.reported:
            self._look_for_leftovers()

    def _on_end(self, outcome: Outcome, now: float) -> None:
        self._training.outcome = outcome
        self._ended_at = time.time()
        self._stop = self._stops.at_end(now, self._file.record.stop_grace_int)
        self._ladder.turn_to_leftovers(now, _LEFTOVER_GRACE)
        self._drain_until = now + _DRAIN_TIME
        os.close(self._child.slave)

    def _report(self, now: float) -> None:
        """The training has ended and console.log is whole: say so."""
        outcome = self._training.outcome
        if self._explaining or outcome is None:
            return
        self._explaining, self._drain_until = True, math.inf
        self._note_console(now)
        self._disk.do(partial(self._explain, outcome), partial(self._tell, outcome))

    def _explain(self, outcome: Outcome) -> Ending:
        """How it ended, from what is on the disk, too: a job of its thread."""
        try:
            memory, stop = self._pump.memory, self._stop
            later = 0 if stop is None else memory.received - stop.printed
            end = console_end(self._paths.console_log, later, memory.blocks_from_end)
            return explain(outcome, stop, oom_kills().since(self._oom_kills), *end)
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


def _close_inherited_files() -> None:
    """A detached process must not keep the pipes of whoever started it open."""
    with suppress(FileNotFoundError):
        for entry in Path("/dev/fd").iterdir():
            if int(entry.name) > READY_FD:
                with suppress(OSError):
                    os.close(int(entry.name))


def _let_go_of_input() -> None:
    """Whoever writes into a pipe that nobody reads any more has to notice."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


def _answer(text: str) -> None:
    with suppress(OSError):
        os.write(READY_FD, text.replace("\n", " ").encode(errors="replace"))
    os.close(READY_FD)
