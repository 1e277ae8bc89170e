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
from functools import partial
from pathlib import Path
from typing import NoReturn

from tuimon.guardian.descriptors import close_all_but, let_go_of_input
from tuimon.guardian.log import describe, log, log_directly
from tuimon.runs.process import JOB_SIGNALS

_TITLE = "tuimon: leads the session of the training"


def lead(
    terminal: str, witness: int, become_training: Callable[[], NoReturn], *, keyboard: bool
) -> NoReturn:
    """Lead a new session on `terminal`, with a training in its foreground, until it is hung up.

    Called in a fork. `become_training` is called in one that is adopted by the nearest subreaper,
    in a group of its own, with the terminal as its standard streams; without `keyboard` its input
    is that of this process. Each signal to the job is written to `witness`, a byte each.
    """
    code = 1
    try:
        gc.disable()  # Its memory is the guardian's as long as neither of them touches it.
        log_directly()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, JOB_SIGNALS)
        os.setsid()
        # The first terminal that the leader of a session opens becomes the controlling one.
        stream = os.open(terminal, os.O_RDWR)
        _start(partial(_take, stream, become_training, keyboard=keyboard))
        # An open terminal would look like a training that still may print.
        close_all_but(witness)
        let_go_of_input()
        os.chdir("/")
        _rename(_TITLE)
        _listen(witness)
        code = 0
    except BaseException as error:
        log(describe(error))
    finally:
        os._exit(code)


def _start(take: Callable[[], NoReturn]) -> None:
    """Fork twice: of the two, the training has lost its parent, and the guardian adopts it."""
    if sys.platform != "linux":  # no subreapers, so that it has to lead itself
        take()
    middle = os.fork()
    if middle:
        os.waitpid(middle, 0)
        return
    parent = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == parent:
        time.sleep(0.0005)
    take()


def _take(stream: int, become_training: Callable[[], NoReturn], *, keyboard: bool) -> NoReturn:
    with suppress(OSError):  # the leader of a session is alone in its group
        os.setpgid(0, 0)
    os.tcsetpgrp(stream, os.getpid())  # from the background, hence no SIGTTOU
    for standard in range(0 if keyboard else 1, 3):
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


def _rename(title: str) -> None:
    """Let ps(1) show `title` and not the guardian's command line (proc(5): arg_start, arg_end)."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        begin, end = int(fields[45]), int(fields[46])
        room = end - begin
        if room > 1:
            ctypes.memmove(begin, title.encode()[: room - 1].ljust(room, b"\0"), room)
