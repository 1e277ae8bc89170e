"""The process that leads the session of the training, in place of the training itself.

When the leader of a session ends, the kernel hangs up its terminal: SIGHUP to whatever is in the
foreground, and no output from then on. A launch script may well end before what it has started in
the background. So this fork of the guardian leads, outlives all of them, and does nothing but
listen: a signal that reaches it was sent to the whole job, and so to the training as well.
"""

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tuimon.guardian.log import describe, log
from tuimon.runs.process import JOB_SIGNALS

_TITLE = "tuimon: leads the session of the training"


def lead(terminal: str, witness: int, become_training: Callable[[], NoReturn]) -> NoReturn:
    """Lead a new session on `terminal`, with a training in its foreground, until it is hung up.

    Called in a fork. `become_training` is called in one that is adopted by the nearest subreaper,
    in a group of its own, with the terminal as its standard streams. Each signal to the job is
    written to `witness`, a byte each.
    """
    code = 1
    try:
        gc.disable()  # Its memory is the guardian's as long as neither of them touches it.
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, JOB_SIGNALS)
        os.setsid()
        # The first terminal that the leader of a session opens becomes the controlling one.
        stream = os.open(terminal, os.O_RDWR)
        _start(stream, become_training)
        # An open terminal would look like a training that still may print.
        _close_all_but(witness)
        os.chdir("/")
        _rename(_TITLE)
        _listen(witness)
        code = 0
    except BaseException as error:
        log(describe(error))
    finally:
        os._exit(code)


def _start(stream: int, become_training: Callable[[], NoReturn]) -> None:
    """Fork twice: of the two, the training has lost its parent, and the guardian adopts it."""
    if sys.platform != "linux":  # no subreapers, so that it has to lead itself
        _take(stream, become_training)
    middle = os.fork()
    if middle:
        os.waitpid(middle, 0)
        return
    parent = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == parent:
        time.sleep(0.0005)
    _take(stream, become_training)


def _take(stream: int, become_training: Callable[[], NoReturn]) -> NoReturn:
    with suppress(OSError):  # the leader of a session is alone in its group
        os.setpgid(0, 0)
    os.tcsetpgrp(stream, os.getpid())  # from the background, hence no SIGTTOU
    for standard in range(3):
        os.dup2(stream, standard)
    become_training()


def _listen(witness: int) -> None:
    while True:
        number = signal.sigwait(JOB_SIGNALS)
        with suppress(OSError):  # full, or the guardian is gone
            os.write(witness, bytes([number]))
        if number == signal.SIGHUP and _is_hung_up():
            return


def _is_hung_up() -> bool:
    """Whether nobody holds the other end of the terminal any more; anybody may send SIGHUP."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK))
    except OSError:
        return True
    return False


def _close_all_but(kept: int) -> None:
    for entry in os.listdir("/dev/fd"):  # noqa: PTH208 - names, before they are closed
        if int(entry) > 2 and int(entry) != kept:
            with suppress(OSError):
                os.close(int(entry))


def _rename(title: str) -> None:
    """Let ps(1) show `title` and not the guardian's command line (proc(5): arg_start, arg_end)."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        begin, end = int(fields[45]), int(fields[46])
        room = end - begin
        if room > 1:
            ctypes.memmove(begin, title.encode()[: room - 1].ljust(room, b"\0"), room)
