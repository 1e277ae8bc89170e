"""The recorder beside the training: started, restarted when it dies, waited for at the end."""

import math
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tuimon.guardian.descendants import COMPANION_VARIABLE
from tuimon.guardian.log import log
from tuimon.guardian.oom import COMPANION, likelier_victim
from tuimon.runs.process import ask_to_end

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
"""Seconds between the death of a recorder and its successor: doubling from first to longest."""

DRAIN_TIME = 600.0
"""Seconds the recorder has after the end of the training, for the last points and W&B's upload."""

_RESTARTS_AFTER_END = 3
_KILL_AFTER_ASKING = 10.0


class Companion:
    """Keeps one process running beside the training; times are those of `time.monotonic`.

    `on_change` is told the PID of each new process, and None when there is none. A recorder that
    ends with code 0 is done and is not started again.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log_path: Path,
        on_change: Callable[[int | None], None],
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment) | {
            COMPANION_VARIABLE: "1",
            # The recorder's imports are tuimon's, whatever the training's environment says.
            "PYTHONSAFEPATH": "1",
            # OpenBLAS would start a thread for each core, for nothing that is done there.
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._environment.pop("PYTHONPATH", None)
        # Not opened at each start: where it lies may hang.
        self._log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._on_change = on_change
        self._delay = FIRST_DELAY
        self._started_at = -math.inf
        self._training_ended = False
        self._restarts_left = _RESTARTS_AFTER_END
        self._asked = False
        self._give_up_at = math.inf
        self._start_at = math.inf
        self.pid: int | None = None
        self.done = False
        """True when nothing runs and nothing will be started any more."""

    @property
    def deadline(self) -> float:
        """When `tick` has something to do."""
        return math.inf if self.done else min(self._start_at, self._give_up_at)

    def start(self, now: float) -> None:
        """Start the process now."""
        self._start_at = math.inf
        self._started_at = now
        try:
            with likelier_victim(COMPANION):
                self.pid = os.posix_spawn(
                    self._command[0],
                    self._command,
                    self._environment,
                    file_actions=[
                        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                        (os.POSIX_SPAWN_DUP2, self._log, 1),
                        (os.POSIX_SPAWN_DUP2, 1, 2),
                    ],
                    setsid=True,
                    setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},
                    setsigmask=(),
                )
        except OSError as error:
            log(f"the recorder cannot be started: {error}")
            self._retry(now)
        else:
            self._on_change(self.pid)

    def exited(self, exit_code: int, now: float) -> None:
        """The process has been reaped; a negative code is the signal that killed it."""
        self.pid = None
        self._on_change(None)
        if exit_code == 0:
            self.done = True
            return
        log(f"the recorder ended with code {exit_code} after {now - self._started_at:.0f} s")
        self._retry(now)

    def training_ended(self, now: float) -> None:
        """From now on the recorder has `DRAIN_TIME` to come to its end."""
        self._training_ended = True
        self._give_up_at = now + DRAIN_TIME
        if self.pid is None and not self.done:
            self._start_at = now

    def tick(self, now: float) -> None:
        """Start the process, ask it to end or kill it if it is time to."""
        if self.done:
            return
        if now >= self._give_up_at:
            self._give_up(now)
        elif now >= self._start_at:
            self.start(now)

    def _retry(self, now: float) -> None:
        if self._training_ended:
            self._restarts_left -= 1
            if self._restarts_left < 0 or self._asked:
                self.done = True
                return
        if now - self._started_at > LONGEST_DELAY:
            self._delay = FIRST_DELAY
        self._start_at = now + self._delay
        self._delay = min(2 * self._delay, LONGEST_DELAY)

    def _give_up(self, now: float) -> None:
        if self.pid is None:
            self.done = True
            return
        log(f"the recorder still runs {DRAIN_TIME:.0f} s after the end of the training")
        if self._asked:
            os.kill(self.pid, signal.SIGKILL)
        else:
            ask_to_end(self.pid)
        self._asked = True
        self._give_up_at = now + _KILL_AFTER_ASKING
