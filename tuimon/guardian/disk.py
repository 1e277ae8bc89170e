"""What the guardian reads and writes in the state directory, in a thread of its own.

A network file system may hang for minutes, and the guardian has to answer and to stop trainings
meanwhile. Of the standard library the thread module alone: threading costs 0.5 MB.
"""

import _thread
import os
from _queue import SimpleQueue
from collections.abc import Callable
from functools import partial
from typing import Any

from tuimon.guardian.log import describe, log

_STACK = 256 << 10


class DiskQueue:
    """Does one job after the other. What is to follow one is done by `turn`, in the thread of the
    event loop, which is to call it whenever `reader` can be read."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        for end in (self.reader, self._writer):
            os.set_blocking(end, False)
        self._jobs: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._following: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._awaited = _thread.allocate_lock()
        """Locked while what somebody has waited for is not done."""
        _thread.stack_size(_STACK)
        _thread.start_new_thread(self._work, ())

    def do(self, job: Callable[[], Any], then: Callable[[Any], object] | None = None) -> None:
        """Do `job` in the thread, and then, with its result, what follows in that of the loop."""
        self._jobs.put(job if then is None else partial(self._followed, job, then))

    def turn(self) -> None:
        """Do what follows the jobs that are done."""
        os.read(self.reader, 4096)
        while not self._following.empty():
            self._following.get()()

    def wait(self, timeout: float) -> bool:
        """Wait until all that is to be done now is done; False where it takes longer.

        Once it has, nobody waits again before that is done.
        """
        if self._awaited.locked():
            return False
        done = self._awaited = _thread.allocate_lock()
        done.acquire()
        self.do(done.release)
        if not done.acquire(timeout=timeout):
            return False
        done.release()
        return True

    def _followed(self, job: Callable[[], Any], then: Callable[[Any], object]) -> None:
        self._following.put(partial(then, job()))

    def _work(self) -> None:
        while True:
            try:
                self._jobs.get()()
                os.write(self._writer, b"\0")
            except BlockingIOError:
                pass  # The loop will wake up anyway.
            except BaseException as error:
                log(describe(error))
