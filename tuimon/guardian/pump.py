"""The process that empties the training's terminal, and its keeper.

It is a fork of the guardian with nothing in its hands but the PTY master and ``console.log``. When
it is killed, the guardian, which holds the master as well, forks another. When the guardian is
killed, it goes on: the training keeps its terminal and its output is still recorded.
"""

import gc
import math
import os
import select
import signal
from contextlib import suppress
from pathlib import Path

from tuimon.guardian.console_log import ConsoleLog, ConsoleMemory
from tuimon.guardian.log import describe, log

_FIRST_DELAY = 0.01
_LONGEST_DELAY = 1.0
"""Seconds between the death of a pump and its successor, while the training may have to wait."""


class Pump:
    """Keeps one process emptying `master` into the log at `path`; times are monotonic seconds."""

    def __init__(self, master: int, path: Path) -> None:
        with suppress(OSError):  # that readers find it at once
            path.touch(mode=0o600)
        self._master = master
        self._path = path
        self._delay = _FIRST_DELAY
        self._started_at = -math.inf
        self.memory = ConsoleMemory()
        self.deadline = math.inf
        """When `tick` has something to do."""
        self.pid: int | None = None
        self.at_end = False
        """True once every process has closed the terminal, and all they wrote is in the log."""

    def start(self, now: float) -> None:
        """Fork the process."""
        self.deadline = math.inf
        self._started_at = now
        try:
            pid = os.fork()
        except OSError as error:
            log(f"no process to read the console: {error}")
            self._retry(now)
            return
        if pid == 0:
            _pump(self._master, self._path, self.memory)
        self.pid = pid

    def exited(self, exit_code: int, now: float) -> None:
        """The process has been reaped; a negative code is the signal that killed it."""
        self.pid = None
        if exit_code == 0:
            self.at_end = True
            return
        log(f"the pump ended with code {exit_code}")
        self._retry(now)

    def tick(self, now: float) -> None:
        """Start a successor if it is time to."""
        if now >= self.deadline:
            self.start(now)

    def kill(self) -> None:
        """Nothing is to be read any more."""
        self.deadline = math.inf
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _retry(self, now: float) -> None:
        if now - self._started_at > 2 * _LONGEST_DELAY:
            self._delay = _FIRST_DELAY
        self.deadline = now + self._delay
        self._delay = min(2 * self._delay, _LONGEST_DELAY)


def _pump(master: int, path: Path, memory: ConsoleMemory) -> None:
    """The life of the process; it never returns."""
    code = 1
    try:
        # Its memory is the guardian's as long as neither of them touches it.
        gc.disable()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # It ends with the terminal; SIGTERM to a whole control group is the guardian's business.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _close_all_but(master)
        console = ConsoleLog(master, path, memory)
        poll = select.poll()
        poll.register(master, select.POLLIN)
        while not console.at_end:
            poll.poll()
            console.drain()
        code = 0
    except BaseException as error:
        log(describe(error))
    finally:
        os._exit(code)


def _close_all_but(kept: int) -> None:
    for entry in os.listdir("/dev/fd"):  # noqa: PTH208 - names, before they are closed
        if int(entry) > 2 and int(entry) != kept:
            with suppress(OSError):
                os.close(int(entry))
