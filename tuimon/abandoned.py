"""Calls in threads that nobody waits for: what they read may hang, what they compute take minutes.

They end with the process. Standard library only.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class AbandonedThreads(ThreadPoolExecutor):
    """Makes each call in a thread of its own.

    The pool of ``concurrent.futures`` has the process, and asyncio's loop, wait for all threads.
    """

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        """The future result of a call that begins at once."""
        return _begun(lambda: fn(*args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing is to be waited for."""


class Aside(Generic[T]):
    """Makes a call again and again, each when the one before is done, for one thread to ask."""

    def __init__(self, call: Callable[[], T], patience: float = 0.05) -> None:
        """`patience` is how many seconds each is waited for: nearly all take less."""
        self._call = call
        self._patience = patience
        self._running: Future[T] | None = None
        self._began = 0.0

    @property
    def pending(self) -> bool:
        """Whether something is still to be asked for."""
        return self._running is not None

    @property
    def hangs_for(self) -> float:
        """Seconds since the call began that is still under way; 0 where none is."""
        if self._running is None or self._running.done():
            return 0.0
        return time.monotonic() - self._began

    def ask(self) -> T | None:
        """What the call returned, or None while it is under way; raises what it raised."""
        patience = 0.0
        if self._running is None:
            self._running, self._began = _begun(self._call), time.monotonic()
            patience = self._patience
        done, _ = wait([self._running], patience)
        if not done:
            return None
        running, self._running = self._running, None
        return running.result()


def answer_within(seconds: float, call: Callable[[], T]) -> T:
    """What a call returns, or raises.

    Raises:
        TimeoutError: it takes longer, and is left to itself.
    """
    running = _begun(call)
    if not wait([running], seconds).done:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return running.result()


def _begun(call: Callable[[], T]) -> "Future[T]":
    future: Future[T] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = call()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name="tuimon-call", daemon=True).start()
    return future
