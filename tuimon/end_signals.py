"""Signals that end a program: told in threads of their own, so that no other one has to be free.

Standard library only: the command line imports this module.
"""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NoReturn

FAULTS = frozenset(
    {
        signal.SIGSEGV,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGTRAP,
        signal.SIGSYS,
    }
)
"""What the processor tells a program about itself, and others may send as well."""
_OTHERS = frozenset(
    {
        signal.SIGKILL,
        signal.SIGSTOP,
        signal.SIGCONT,
        signal.SIGTSTP,
        signal.SIGTTIN,
        signal.SIGTTOU,
        signal.SIGCHLD,
        signal.SIGURG,
        signal.SIGWINCH,
    }
)
"""What ends no program, or cannot be caught."""
_STOP_WITHIN = 1.0


class SignalEnd(BaseException):
    """The screen was left because of a signal, of which the process is to die once all is said."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def die_of(number: int) -> NoReturn:
    """End as whoever sent a signal, and the shell, expect of a program that it ends."""
    with contextlib.suppress(ValueError, OSError):  # another thread than the main one
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    os._exit(128 + number)


@contextlib.contextmanager
def faults_blocked() -> Iterator[None]:
    """Let `EndSignals` have the `FAULTS` that others send: before any thread is started.

    A handler could not tell them from real ones, which come again as long as they are handled.
    Blocked, real ones kill at once and sent ones can be waited for.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FAULTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class EndSignals:
    """Tells of the signals that would end this process, from `start` to `stop` (main thread).

    Those that are ignored, as Python does SIGPIPE and ``nohup`` SIGHUP, stay so.
    """

    def __init__(self, told: Callable[[int], None]) -> None:
        """`told` is called with the number of each, in a thread."""
        self._told = told
        self._before: dict[int, Any] = {}
        self._threads: list[threading.Thread] = []
        self._stopping = False

    def start(self) -> None:
        """Take them over."""
        self._before = {number: signal.getsignal(number) for number in signal.valid_signals()}
        for number, handler in self._before.items():
            if number not in FAULTS | _OTHERS and handler is not signal.SIG_IGN:
                signal.signal(number, _noted)
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        # Written to by whatever thread the kernel interrupts, also while the main thread hangs.
        self._fd_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._begin(self._listen, "tuimon-signals")
        if signal.pthread_sigmask(signal.SIG_BLOCK, ()) >= FAULTS:
            self._begin(self._wait, "tuimon-faults")

    def stop(self) -> None:
        """Leave them to whoever had them before, with those that others have taken meanwhile."""
        self._stopping = True
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)
        self._writer.close()
        for thread in self._threads[1:]:
            assert thread.ident is not None
            signal.pthread_kill(thread.ident, signal.SIGTRAP)
        for thread in self._threads:
            thread.join(_STOP_WITHIN)

    def _begin(self, target: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _listen(self) -> None:
        while numbers := self._reader.recv(64):
            for number in numbers:
                if number not in _OTHERS:
                    self._told(number)
        self._reader.close()

    def _wait(self) -> None:
        while True:
            number = signal.sigwait(FAULTS)
            if self._stopping:
                return
            self._told(number)


def _noted(number: int, frame: FrameType | None) -> None:
    """What has to be done is done where the number is read."""
