"""The process between the training's terminal and ``console.log``, and its keeper.

It is a fork of the guardian with nothing in its hands but the PTY master. One thread of it reads
the terminal, another one writes the file, however long that takes. When it is killed, the guardian,
which holds the master as well, forks another; when it is stopped, the guardian kills it. When the
guardian is killed, it goes on: the training keeps its terminal and its output is still recorded.
"""

import _thread
import gc
import math
import os
import select
import signal
import time
from contextlib import suppress
from pathlib import Path

from tuimon.guardian.console_log import ConsoleLog
from tuimon.guardian.console_memory import DROPPED, ConsoleMemory
from tuimon.guardian.descriptors import close_all_but
from tuimon.guardian.log import describe, log, log_directly
from tuimon.guardian.queries import QueryReader
from tuimon.guardian.terminal_reader import TerminalReader

_FIRST_DELAY = 0.01
_LONGEST_DELAY = 1.0
"""Seconds between the death of a pump and its successor, while the training may have to wait."""

_LOOK_EVERY = 1.0
_LOOK_AGAIN_AFTER = 0.3
"""Seconds between two looks at whether it moves, and until one that did not is looked at again."""

_SLOW_DISK = 5.0
"""Seconds after which output that waits for the disk is told."""

_GATHERED_FOR = 0.02
_RETRIED_AFTER = 0.5
"""Seconds that the writer pauses after what it could write, and after what it could not."""


class Pump:
    """Keeps one process moving what `master` delivers to `path`; times are monotonic seconds."""

    def __init__(self, master: int, path: Path) -> None:
        with suppress(OSError):  # that readers find it at once
            path.touch(mode=0o600)
        self._master = master
        self._path = path
        self._delay = _FIRST_DELAY
        self._started_at = -math.inf
        self._start_at = math.inf
        self._look_at = math.inf
        self._seen = (-1, -1)
        self._still = False
        self._written = (0, -math.inf)
        self._waiting = select.poll()
        self._waiting.register(master, select.POLLIN)
        self.memory = ConsoleMemory()
        self.pid: int | None = None
        self.at_end = False
        """True once every process has closed the terminal, and all they wrote is in the log."""

    @property
    def deadline(self) -> float:
        """When `tick` has something to do."""
        return min(self._start_at, self._look_at)

    def error(self, now: float) -> str | None:
        """Why output waits in memory instead of being written."""
        slow = self.memory.unwritten and now - self._written[1] > _SLOW_DISK
        return self.memory.error or ("the disk does not answer" if slow else None)

    def start(self, now: float) -> None:
        """Fork the process."""
        self._start_at = math.inf
        self._look_at = now + _LOOK_EVERY
        self._started_at = now
        self._written = self.memory.written, now
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
        self._look_at = math.inf
        if exit_code == 0:
            self.at_end = True
            return
        log(f"the pump ended with code {exit_code}")
        self._retry(now)

    def tick(self, now: float) -> None:
        """Start a successor, or look at what it does, if it is time to."""
        if now >= self._start_at:
            self.start(now)
        if now >= self._look_at:
            self._look(now)

    def kill(self) -> None:
        """Nothing is to be read any more; what has not been written is lost."""
        self._start_at = self._look_at = math.inf
        self._kill()
        self.memory.fields[DROPPED] += self.memory.unwritten

    def _look(self, now: float) -> None:
        """Replace the process if it was stopped, or leaves unread what the training prints."""
        memory = self.memory
        if memory.written != self._written[0] or not memory.unwritten:
            self._written = memory.written, now
        seen, self._seen = self._seen, (memory.received, memory.dropped)
        was_still, self._still = self._still, self._seen == seen and bool(self._waiting.poll(0))
        self._look_at = now + (_LOOK_AGAIN_AFTER if self._still else _LOOK_EVERY)
        if (self._still and was_still) or _is_stopped(self.pid):
            log("the pump does not move and is replaced")
            self._still = False
            self._kill()

    def _kill(self) -> None:
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _retry(self, now: float) -> None:
        if now - self._started_at > 2 * _LONGEST_DELAY:
            self._delay = _FIRST_DELAY
        self._start_at = now + self._delay
        self._delay = min(2 * self._delay, _LONGEST_DELAY)


class _FileWriter:
    """The thread that writes the file: it may hang, and the terminal is still read."""

    def __init__(self, path: Path, memory: ConsoleMemory) -> None:
        self._console = ConsoleLog(path, memory)
        self._memory = memory
        self._ended = False
        self._news = _thread.allocate_lock()
        """Locked while nothing has come that was not seen."""
        self._done = _thread.allocate_lock()
        self._done.acquire()
        _thread.start_new_thread(self._run, ())

    def wake(self) -> None:
        """Something waits to be written."""
        if self._news.locked():
            self._news.release()

    def finish(self) -> None:
        """Wait until all is written, however long that takes."""
        self._ended = True
        self.wake()
        self._done.acquire()

    def _run(self) -> None:
        try:
            while True:
                ended, written = self._ended, self._console.write()
                if ended and written:
                    break
                # Lines of a moment are written together, which saves half of the work.
                time.sleep(_GATHERED_FOR if written else _RETRIED_AFTER)
                if written:
                    self._news.acquire()
            self._done.release()
        except BaseException as error:
            log(describe(error))
            os._exit(1)


def _pump(master: int, path: Path, memory: ConsoleMemory) -> None:
    """The life of the process; it never returns."""
    code = 1
    try:
        # Its memory is the guardian's as long as neither of them touches it.
        gc.disable()
        log_directly()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # It ends with the terminal; SIGTERM to a whole control group is the guardian's business.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        close_all_but(master)
        reader = TerminalReader(master, memory)
        queries = QueryReader(master, cleared=memory.received == 0)
        writer = _FileWriter(path, memory)
        poll = select.poll()
        poll.register(master, select.POLLIN)
        while not reader.at_end:
            poll.poll()
            if data := reader.read():
                writer.wake()
                queries.answer(data)
        writer.finish()
        code = 0
    except BaseException as error:
        log(describe(error))
    finally:
        os._exit(code)


def _is_stopped(pid: int | None) -> bool:
    """Whether a process was stopped by a signal (proc(5)); one that waits, or is traced, is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state == b"T"
